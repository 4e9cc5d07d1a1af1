package attacks;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;

/** A good request of {@code samples/}, to be spoiled in one place before it is sent. */
final class Letter {
    static final String SERVICES = "urn:nhs-itk:services:201005:";
    private static final String SPEC = "urn:nhs-itk:ns:201005:";

    String method = "POST";
    String path;
    String host;
    String contentType = "text/xml;charset=UTF-8";
    final List<String> soapActions = new ArrayList<>();
    final List<String> headers = new ArrayList<>();
    String text;
    Charset charset = StandardCharsets.UTF_8;
    byte[] bytes;

    private Letter(String base, String sample, String name) {
        path = "/itk/services/" + name;
        host = base.substring(base.indexOf("//") + 2);
        soapActions.add('"' + SERVICES + name + '"');
        text = fill(read(sample), base + path)
                .replace(SPEC + "infackrequested\" value=\"true", SPEC + "infackrequested\" value=\"false")
                .replace(SPEC + "ackrequested\" value=\"true", SPEC + "ackrequested\" value=\"false");
    }

    /** A discharge letter of 13 KB from gp-system that asks for no acknowledgement. */
    static Letter discharge(String base) {
        return new Letter(base, "send-cda-discharge", "SendCDADocument-v2-0");
    }

    /** A service that may be answered at ReplyTo. */
    static Letter query(String base) {
        var out = discharge(base);
        out.swap(" profileid=\"urn:nhs-en:profile:dischargeReport-v6-1\"", "");
        return out.service("queryPatientDemographics-v1-0");
    }

    static Letter sample(String base, String sample, String name) {
        return new Letter(base, sample, name);
    }

    private static String read(String name) {
        try {
            return Files.readString(Path.of("samples", name + ".xml"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String fill(String template, String to) {
        var now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        var out = template.replace("{{messageId}}", uuid())
                .replace("{{trackingId}}", uuid())
                .replace("{{timestampId}}", uuid())
                .replace("{{to}}", to)
                .replace("{{created}}", now.toString())
                .replace("{{expires}}", now.plus(10, ChronoUnit.MINUTES).toString());
        for (var name : List.of("payloadId", "payloadId2", "payloadId3")) {
            out = out.replace("{{" + name + "}}", uuid());
        }
        return out;
    }

    static String uuid() {
        return UUID.randomUUID().toString().toUpperCase(Locale.ROOT);
    }

    /** The same message for another service, at that service's address. */
    Letter service(String name) {
        var old = path.substring(path.lastIndexOf('/') + 1);
        text = text.replace(SERVICES + old, SERVICES + name).replace(path, "/itk/services/" + name);
        path = "/itk/services/" + name;
        soapActions.set(0, '"' + SERVICES + name + '"');
        return this;
    }

    /** From another partner: its username and its organisation. */
    Letter from(String username, String ods) {
        return text("wsse:Username", username).swap("ods:Y9999", "ods:" + ods);
    }

    Letter swap(String part, String by) {
        if (!text.contains(part)) {
            throw new IllegalArgumentException("the good message has no " + part);
        }
        text = text.replace(part, by);
        return this;
    }

    Letter text(String element, String value) {
        int start = text.indexOf("<" + element + ">") + element.length() + 2;
        if (start < element.length() + 2) {
            throw new IllegalArgumentException("the good message has no " + element);
        }
        text = text.substring(0, start) + value + text.substring(text.indexOf("</" + element, start));
        return this;
    }

    /** Puts a block first into soap:Header. */
    Letter block(String xml) {
        return swap("<soap:Header>", "<soap:Header>" + xml);
    }

    /** Puts content first into the document of the payload. */
    Letter payload(String xml) {
        return swap("<typeId root=\"2.16.840.1.113883.1.3\"", xml + "<typeId root=\"2.16.840.1.113883.1.3\"");
    }

    /** Puts something before everything but the XML declaration. */
    Letter prologue(String xml) {
        return swap("<soap:Envelope", xml + "<soap:Envelope");
    }

    /** Another payload, as base64 text. */
    Letter content(String base64) {
        int from = text.indexOf("<ClinicalDocument");
        int to = text.indexOf("</itk:payload>");
        text = text.substring(0, from) + base64 + text.substring(to);
        return swap("mimetype=\"text/xml\"", "mimetype=\"text/xml\" base64=\"true\"");
    }

    /** Replaces the value of an attribute where it first stands. */
    Letter attribute(String name, String value) {
        int start = text.indexOf(" " + name + "=\"") + name.length() + 3;
        text = text.substring(0, start) + value + text.substring(text.indexOf('"', start));
        return this;
    }

    String trackingId() {
        int start = text.indexOf("trackingid=\"") + 12;
        return text.substring(start, text.indexOf('"', start));
    }

    Letter freshMessageId() {
        return text("wsa:MessageID", uuid());
    }

    byte[] body() {
        return bytes == null ? text.getBytes(charset) : bytes;
    }

    /** Request line and headers; the length is of the body unless Content-Length or Transfer-Encoding is among the headers. */
    String head() {
        var out = new StringBuilder(method + " " + path + " HTTP/1.1\r\n");
        if (host != null) {
            out.append("Host: ").append(host).append("\r\n");
        }
        if (contentType != null) {
            out.append("Content-Type: ").append(contentType).append("\r\n");
        }
        soapActions.forEach(action -> out.append("SOAPAction: ").append(action).append("\r\n"));
        headers.forEach(header -> out.append(header).append("\r\n"));
        if (headers.stream().noneMatch(h -> h.startsWith("Content-Length") || h.startsWith("Transfer-Encoding"))) {
            out.append("Content-Length: ").append(body().length).append("\r\n");
        }
        return out + "\r\n";
    }

    byte[] request() {
        var out = new ByteArrayOutputStream();
        out.writeBytes(head().getBytes(StandardCharsets.UTF_8));
        out.writeBytes(body());
        return out.toByteArray();
    }
}
