package org.itkserver.handler;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What became of a message in a handler. */
public sealed interface Outcome {

    /**
     * It was taken. A synchronous service answers with the reply.
     *
     * @param reply the business response, null when there is none
     * @param decided whether taking it is the application's positive business outcome (H7); false when the application
     *     will say so later
     */
    record Done(@Nullable Reply reply, boolean decided) implements Outcome {}

    /**
     * It may work later: a synchronous request is answered 2100, other work is tried again.
     *
     * @param reason for the audit trail; no payload text, no patient identifier
     * @param unwell whether the application itself is not there or too busy, so that other messages should wait, too; false
     *     when it only fails on this one
     */
    record TryAgain(String reason, boolean unwell) implements Outcome {

        public TryAgain(String reason) {
            this(reason, false);
        }
    }

    /**
     * It will never work: a synchronous request is answered 2200, other work ends as rejected.
     *
     * @param reason for the audit trail; no payload text, no patient identifier
     * @param why what a business acknowledgement says of it
     * @param detail what the sender is told besides, null for nothing; may hold what the application says
     */
    record GiveUp(String reason, Why why, @Nullable String detail) implements Outcome {

        public GiveUp(String reason) {
            this(reason, Why.REJECTED, null);
        }
    }

    /** Why a message is refused for good. */
    enum Why {
        /** The application refuses it for a reason that is not its content (AR). */
        REJECTED,
        /** Its content is in error (AE). */
        ERROR,
        /** Its payload cannot be read; that is for the infrastructure to say (H6). */
        UNREADABLE
    }

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

    /** Taken without an answer; the application decides the business outcome later. */
    static Outcome done() {
        return new Done(null, false);
    }
}
