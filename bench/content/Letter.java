package content;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import org.itkserver.testing.GeneratedEncoding;
import org.itkserver.testing.GeneratedPayload;

/**
 * A SOAP message around a generated payload: one of the ways in which senders write prefixes, namespaces and encodings.
 *
 * @param trackingId tracking id
 * @param messageId WS-Addressing MessageID
 * @param kind what is asked
 * @param soap12 whether it is SOAP 1.2
 * @param bytes the message as it is sent
 * @param parameter charset parameter of its media type
 * @param inherited namespaces that its payload inherits, prefix to name
 */
record Letter(
        String trackingId, String messageId, Kind kind, boolean soap12, byte[] bytes, String parameter, Map<String, String> inherited) {
    static final String SERVICES = "urn:nhs-itk:services:201005:";
    static final String ITK = "urn:nhs-itk:ns:201005";
    private static final String SOAP_11 = "http://schemas.xmlsoap.org/soap/envelope/";
    private static final String SOAP_12 = "http://www.w3.org/2003/05/soap-envelope";
    private static final String OASIS = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-";
    private static final String ODS = "urn:nhs-uk:addressing:ods:";
    private static final String INTERACTION = "urn:nhs-itk:interaction:primaryRecipientNonCodedCDADocument-v2-0";
    private static final List<String> EVERYWHERE = List.of("Z9999:back-end", "Z9999:archive", "X1111:ward", "Q1111:letters");

    /** Services and the addresses that they go to. */
    enum Kind {
        /** To the back end, the folder, the next hop and the queue at once. */
        BROADCAST("BroadcastDocument-v1-0", EVERYWHERE),
        /** The same by the generic service of ITK 2.2. */
        GENERIC("sendDistEnvelope", EVERYWHERE),
        /** Answered by the back end on the connection. */
        QUERY("ContentQuery-v1-0", List.of()),
        /** Answered by the next hop on the connection. */
        FORWARDED_QUERY("ContentQuery-v1-0", List.of("X1111:ward")),
        /** Answered by the back end at the URL in ReplyTo. */
        CALLBACK("queryPatientDemographicsPH-v1-0", List.of()),
        /** Answered by the back end at the queue in ReplyTo. */
        QUEUED_CALLBACK("queryPatientDemographicsPH-v1-0", List.of());

        final String service;
        final List<String> addresses;

        Kind(String service, List<String> addresses) {
            this.service = service;
            this.addresses = addresses;
        }

        boolean isGeneric() {
            return this == GENERIC;
        }
    }

    String path() {
        return "/itk/services/" + (kind.isGeneric() ? "ITKServReq/" + (soap12 ? "12" : "11") : kind.service);
    }

    String contentType() {
        return (soap12 ? "application/soap+xml" : "text/xml") + parameter;
    }

    static String uuid() {
        return UUID.randomUUID().toString().toUpperCase(Locale.ROOT);
    }

    static Letter of(Kind kind, GeneratedPayload payload, Random random, Bed bed) {
        return new Writer(kind, payload, random).write(bed);
    }

    /** A request for queued messages. */
    static byte[] atQueue(Bed bed, String username, String operation, String body) {
        var text = "<soap:Envelope xmlns:soap=\"" + SOAP_11 + "\" xmlns:itk=\"" + ITK + "\"" + headerScope() + "><soap:Header>"
                + headers(uuid(), operation, bed.base() + "/itk/queue", "", username) + "</soap:Header><soap:Body>" + body
                + "</soap:Body></soap:Envelope>";
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String headerScope() {
        return " xmlns:wsa=\"http://www.w3.org/2005/08/addressing\" xmlns:wsse=\"" + OASIS + "secext-1.0.xsd\" xmlns:wsu=\"" + OASIS
                + "utility-1.0.xsd\"";
    }

    private static String headers(String messageId, String service, String to, String replyTo, String username) {
        var now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        return "<wsa:MessageID>" + messageId + "</wsa:MessageID><wsa:Action>" + SERVICES + service + "</wsa:Action><wsa:To>" + to
                + "</wsa:To>" + replyTo + "<wsse:Security><wsu:Timestamp wsu:Id=\"T" + uuid() + "\"><wsu:Created>" + now
                + "</wsu:Created><wsu:Expires>" + now.plusSeconds(600)
                + "</wsu:Expires></wsu:Timestamp><wsse:UsernameToken><wsse:Username>" + username
                + "</wsse:Username></wsse:UsernameToken></wsse:Security>";
    }

    /** Writes one message. */
    private static final class Writer {
        private final Kind kind;
        private final GeneratedPayload payload;
        private final Random random;
        private final Map<String, String> scope = new TreeMap<>();
        private final String trackingId = uuid();
        private final String messageId = uuid();
        private final String payloadId = "uuid_" + uuid();

        Writer(Kind kind, GeneratedPayload payload, Random random) {
            this.kind = kind;
            this.payload = payload;
            this.random = random;
        }

        Letter write(Bed bed) {
            boolean soap12 = kind.isGeneric() && random.nextBoolean();
            var soap = one("soap", "s", "SOAP-ENV");
            var declared = declare(soap, soap12 ? SOAP_12 : SOAP_11);
            if (random.nextBoolean()) {
                declared += declare("xsi", "http://www.w3.org/2001/XMLSchema-instance") + declare("hl7", "urn:hl7-org:v3");
            }
            if (random.nextInt(4) == 0) {
                declared += declare("odd", "urn:odd?a=1&b=2");
            }
            // the blocks of the header may declare what they use, or inherit it as the payload does
            boolean inBlocks = random.nextBoolean();
            var blocks = headers(messageId, kind.service, bed.base() + path(soap12), replyTo(bed), "gp-system-1");
            if (inBlocks) {
                blocks = blocks.replaceAll("<(wsa:\\w+|wsse:Security)>", "<$1" + headerScope() + ">");
            } else {
                declared += headerScope();
                inherit(headerScope());
            }
            var itk = one("itk:", "itk:", "e:", "");
            var early = !itk.isEmpty() && random.nextBoolean() ? declare(itk.replace(":", ""), ITK) : "";
            var late = early.isEmpty() ? declare(itk.replace(":", ""), ITK) : "";
            var body = envelope(itk, late);
            var text = "<" + soap + ":Envelope" + declared + early + "><" + soap + ":Header>" + blocks + "</" + soap + ":Header>"
                    + one("", "\n  ", "<!-- \u00e9 -->") + "<" + soap + ":Body>" + body + "</" + soap + ":Body></" + soap + ":Envelope>";
            var encoding = GeneratedEncoding.of(random);
            return new Letter(trackingId, messageId, kind, soap12, encoding.bytes(text), encoding.parameter(), scope);
        }

        private String path(boolean soap12) {
            return new Letter(trackingId, messageId, kind, soap12, new byte[0], "", scope).path();
        }

        private String replyTo(Bed bed) {
            var address = kind == Kind.CALLBACK
                    ? bed.peers() + "/callback"
                    : kind == Kind.QUEUED_CALLBACK ? "urn:nhs-itk:subscriber:replies" : null;
            return address == null ? "" : "<wsa:ReplyTo><wsa:Address>" + address + "</wsa:Address></wsa:ReplyTo>";
        }

        private String envelope(String p, String declared) {
            var space = one("", "\n    ", "\r\n\t");
            var addresses = new StringBuilder();
            kind.addresses.forEach(
                    to -> addresses.append(space).append("<").append(p).append("address uri=\"").append(ODS).append(to).append("\"/>"));
            var list = kind.addresses.isEmpty() ? "" : tag(p, "addresslist", "", addresses.toString());
            var mime = kind.isGeneric() ? "text/xml" : payload.mimeType();
            var spec = kind.isGeneric()
                    ? tag(p, "handlingSpecification", "",
                            "<" + p + "spec key=\"" + ITK + ":interaction\" value=\"" + INTERACTION + "\"/>")
                    : "";
            var header = tag(p, "header", " service=\"" + SERVICES + kind.service + "\" trackingid=\"" + trackingId + "\"",
                    list + space + tag(p, "auditIdentity", "", "<" + p + "id uri=\"urn:nhs-uk:identity:ods:Y9999:dr-sample\"/>")
                            + tag(p, "manifest", " count=\"1\"", "<" + p + "manifestitem id=\"" + payloadId + "\" mimetype=\"" + mime
                                    + "\"" + payload.flags() + "/>")
                            + "<" + p + "senderAddress uri=\"" + ODS + "Y9999\"/>" + spec);
            var more = random.nextInt(3) == 0 ? declare("near", "urn:near") : "";
            var payloads = tag(p, "payloads", " count=\"1\"" + more,
                    space + tag(p, "payload", " id=\"" + payloadId + "\"", payload.xml()) + space);
            return "<" + p + "DistributionEnvelope" + declared + ">" + space + header + space + payloads + "</" + p
                    + "DistributionEnvelope>";
        }

        private static String tag(String prefix, String name, String attributes, String content) {
            return "<" + prefix + name + attributes + ">" + content + "</" + prefix + name + ">";
        }

        private String declare(String prefix, String name) {
            scope.put(prefix, name);
            return (prefix.isEmpty() ? " xmlns=\"" : " xmlns:" + prefix + "=\"") + name.replace("&", "&amp;") + "\"";
        }

        private void inherit(String declarations) {
            for (var declaration : declarations.trim().split(" ")) {
                int at = declaration.indexOf('=');
                scope.put(declaration.substring("xmlns:".length(), at), declaration.substring(at + 2, declaration.length() - 1));
            }
        }

        private String one(String... choices) {
            return choices[random.nextInt(choices.length)];
        }
    }
}
