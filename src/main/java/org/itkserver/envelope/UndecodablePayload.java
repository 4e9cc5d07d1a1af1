package org.itkserver.envelope;

import java.io.IOException;

/** The content of a payload is not what its manifest item says; the message is one sentence without the content. */
public class UndecodablePayload extends IOException {
    private static final long serialVersionUID = 1L;

    UndecodablePayload(String problem) {
        super(problem);
    }
}
