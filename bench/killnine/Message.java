package killnine;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.Locale;
import java.util.Random;
import java.util.UUID;

/**
 * A message of about 12 KB. Its envelope follows from these three alone, so that it can be sent again.
 *
 * @param flaw what is wrong with it, so that it must be refused
 * @param id tracking id
 */
record Message(Kind kind, Flaw flaw, String id) {
    static final int PAYLOAD = 7500;

    private static final String SERVICE = "urn:nhs-itk:services:201005:";
    private static final String END = "</itk:DistributionEnvelope>";

    /** How a message gets on: kept in the inbox, posted to the back end later, or answered by it. */
    enum Kind {
        INBOX("SendDocument-v1-0", "SendDocument-v1-0"),
        HTTP("SendCDADocument-v2-0", "SendCDADocument-v2-0"),
        SYNC("sendRecvDistEnvelope", "ITKServReqRes/11");

        final String action;
        final String path;

        Kind(String service, String path) {
            this.action = SERVICE + service;
            this.path = "/itk/services/" + path;
        }

        /** The address in the directory; those of the back end have a route. */
        String address() {
            return "urn:nhs-uk:addressing:ods:Z9999:" + name().toLowerCase(Locale.ROOT);
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
                .replace("urn:nhs-uk:addressing:ods:Z9999:cardiology", kind.address())
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
