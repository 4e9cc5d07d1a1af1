package org.itkserver.handler;

import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/** One payload of a message, as a document of its own (H20). */
public interface Payload {

    /** {@code payload/@id}. */
    String id();

    /** Media type from the manifest. */
    String mimeType();

    /** Profile URN from the manifest, null when absent. */
    @Nullable
    String profileId();

    /**
     * The decoded bytes; an XML payload is UTF-8. May be called more than once.
     *
     * @throws IOException here or while reading, when the payload is not what the manifest says
     */
    InputStream open() throws IOException;
}
