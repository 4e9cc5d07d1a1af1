package org.itkserver.envelope;

import java.io.IOException;

/** The body passed the size limit (H4: HTTP 413, the rest is not read). */
public final class MessageTooLarge extends IOException {
    private static final long serialVersionUID = 1L;

    public MessageTooLarge(long limit) {
        super("the message is larger than " + limit + " bytes");
    }
}
