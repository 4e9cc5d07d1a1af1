package org.itkserver.handler;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What became of a message in a handler. */
public sealed interface Outcome {

    /**
     * It was taken. A synchronous service answers with the reply.
     *
     * @param reply the business response, null when there is none
     */
    record Done(@Nullable Reply reply) implements Outcome {}

    /**
     * It may work later: a synchronous request is answered 2100, other work is tried again.
     *
     * @param reason for the audit trail; no payload text, no patient identifier
     */
    record TryAgain(String reason) implements Outcome {}

    /**
     * It will never work: a synchronous request is answered 2200, other work ends as rejected.
     *
     * @param reason for the audit trail; no payload text, no patient identifier
     */
    record GiveUp(String reason) implements Outcome {}

    /**
     * A business response.
     *
     * @param mimeType media type for the manifest
     * @param profileId profile URN for the manifest, empty for none
     * @param content XML in UTF-8 when the media type is an XML one, else any bytes (sent as base64)
     */
    record Reply(String mimeType, Optional<String> profileId, byte[] content) {

        public boolean isXml() {
            var type = mimeType.toLowerCase(java.util.Locale.ROOT);
            return type.equals("text/xml") || type.equals("application/xml") || type.endsWith("+xml");
        }
    }

    static Outcome done() {
        return new Done(null);
    }
}
