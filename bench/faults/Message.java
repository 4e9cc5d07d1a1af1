package faults;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.Locale;
import java.util.Random;
import java.util.UUID;

/**
 * A message of about 12 KB. Its envelope follows from these alone, so that it can be sent again.
 *
 * @param flaw what is wrong with it, so that it must be refused
 * @param id tracking id
 * @param to end of the address: after {@code urn:nhs-uk:addressing:ods:}
 */
record Message(Kind kind, Flaw flaw, String id, String to) {
    static final int PAYLOAD = 7500;

    private static final String SERVICE = "urn:nhs-itk:services:201005:";
    private static final String SPEC = "urn:nhs-itk:ns:201005:";
    private static final String END = "</itk:DistributionEnvelope>";

    /** How a message gets on, and which acknowledgements it asks for. */
    enum Kind {
        /** Kept in the inbox. */
        INBOX("SendDocument-v1-0", "SendDocument-v1-0", false, false),
        INBOX_ACK("SendDocument-v1-0", "SendDocument-v1-0", true, false),
        /** Posted to the back end later. */
        HTTP("SendCDADocument-v2-0", "SendCDADocument-v2-0", false, false),
        HTTP_ACK("SendCDADocument-v2-0", "SendCDADocument-v2-0", true, true),
        /** Forwarded to another partner, which acknowledges it. */
        ROUTED("SendCDADocument-v2-0", "SendCDADocument-v2-0", true, true),
        /** Answered by the back end on the same connection. */
        SYNC("sendRecvDistEnvelope", "ITKServReqRes/11", false, false);

        final String action;
        final String path;
        final boolean infAck;
        final boolean businessAck;

        Kind(String service, String path, boolean infAck, boolean businessAck) {
            this.action = SERVICE + service;
            this.path = "/itk/services/" + path;
            this.infAck = infAck;
            this.businessAck = businessAck;
        }

        boolean isHandled() {
            return this == HTTP || this == HTTP_ACK;
        }

        boolean isInbox() {
            return this == INBOX || this == INBOX_ACK;
        }

        /** The usual address. */
        String to() {
            return this == ROUTED
                    ? "X1111:ward"
                    : "Z9999:" + (isInbox() ? "letters" : this == SYNC ? "sync" : "back-end");
        }
    }

    enum Flaw {
        NONE,
        /** A username that nobody has. */
        STRANGER,
        /** It expired two hours ago. */
        EXPIRED,
        /** The tracking id of an accepted message with another payload. */
        OTHER_CONTENT
    }

    static Message fresh(Kind kind) {
        return new Message(kind, Flaw.NONE, uuid(), kind.to());
    }

    static Message fresh(Kind kind, String to) {
        return new Message(kind, Flaw.NONE, uuid(), to);
    }

    Message with(Flaw other) {
        return new Message(kind, other, id, to);
    }

    static String uuid() {
        return UUID.randomUUID().toString().toUpperCase(Locale.ROOT);
    }

    boolean isGood() {
        return flaw == Flaw.NONE;
    }

    byte[] payload() {
        var bytes = new byte[PAYLOAD];
        new Random(id.hashCode() + (flaw == Flaw.OTHER_CONTENT ? 1L << 32 : 0)).nextBytes(bytes);
        return bytes;
    }

    /**
     * The SOAP message with a fresh MessageID.
     *
     * @param template the discharge letter of samples/
     */
    String text(String template, String base) {
        int from = template.indexOf("<ClinicalDocument");
        int to = template.indexOf("</itk:payload>");
        var content = Base64.getEncoder().encodeToString(payload());
        var payloadId = UUID.nameUUIDFromBytes(id.getBytes(StandardCharsets.US_ASCII));
        var now = Instant.now().truncatedTo(ChronoUnit.SECONDS).minusSeconds(flaw == Flaw.EXPIRED ? 7800 : 0);
        return (template.substring(0, from) + content + template.substring(to))
                .replace(Kind.HTTP.action, kind.action)
                .replace("urn:nhs-uk:addressing:ods:Z9999:cardiology", "urn:nhs-uk:addressing:ods:" + this.to)
                .replace(SPEC + "infackrequested\" value=\"true", SPEC + "infackrequested\" value=\"" + kind.infAck)
                .replace(SPEC + "ackrequested\" value=\"true", SPEC + "ackrequested\" value=\"" + kind.businessAck)
                .replace("mimetype=\"text/xml\"", "mimetype=\"text/xml\" base64=\"true\"")
                .replace("gp-system-1", flaw == Flaw.STRANGER ? "nobody-1" : "gp-system-1")
                .replace("{{messageId}}", uuid())
                .replace("{{timestampId}}", uuid())
                .replace("{{trackingId}}", id)
                .replace("{{payloadId}}", payloadId.toString().toUpperCase(Locale.ROOT))
                .replace("{{to}}", base + kind.path)
                .replace("{{created}}", now.toString())
                .replace("{{expires}}", now.plus(10, ChronoUnit.MINUTES).toString());
    }

    /** The bytes that a tracking id stands for. */
    static byte[] envelope(String text) {
        int from = text.indexOf("<itk:DistributionEnvelope");
        return text.substring(from, text.indexOf(END) + END.length()).getBytes(StandardCharsets.UTF_8);
    }
}
