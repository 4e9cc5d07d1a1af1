package content;

import java.io.ByteArrayInputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.regex.Pattern;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamException;
import org.itkserver.testing.GeneratedPayload;

/** Reads what the server sends, as text and with the JDK's parser: none of the server's own code is used. */
final class Soap {
    private static final Pattern PAYLOAD = Pattern.compile("<((?:[\\w.-]+:)?)payload\\s[^>]*>");
    private static final Pattern TRACKING_ID = Pattern.compile("trackingid=[\"']([0-9A-Fa-f-]{36})");
    private static final Pattern MESSAGE_ID = Pattern.compile("MessageID[^>]*>\\s*([^<\\s]+)");
    private static final Pattern RELATES_TO = Pattern.compile("RelatesTo[^>]*>\\s*([^<\\s]+)");
    private static final ThreadLocal<XMLInputFactory> PARSERS = ThreadLocal.withInitial(XMLInputFactory::newDefaultFactory);

    private final String text;

    private Soap(String text) {
        this.text = text;
    }

    /** Fails when the bytes are not well-formed XML with all their namespaces declared. */
    static Soap of(byte[] bytes) {
        try {
            var reader = PARSERS.get().createXMLStreamReader(new ByteArrayInputStream(bytes));
            while (reader.hasNext()) {
                reader.next();
            }
        } catch (XMLStreamException e) {
            throw new IllegalStateException("not well-formed: " + e.getMessage(), e);
        }
        return new Soap(new String(bytes, charset(bytes)));
    }

    private static Charset charset(byte[] bytes) {
        int first = bytes[0] & 0xff;
        int second = bytes[1] & 0xff;
        if (first == 0xfe && second == 0xff || first == 0) {
            return StandardCharsets.UTF_16BE;
        }
        return first == 0xff && second == 0xfe || second == 0 ? StandardCharsets.UTF_16LE : StandardCharsets.UTF_8;
    }

    /** Of a part of a message in UTF-8, which is not checked. */
    static Soap read(byte[] part) {
        return new Soap(new String(part, StandardCharsets.UTF_8));
    }

    String text() {
        return text;
    }

    String trackingId() {
        return found(TRACKING_ID);
    }

    String messageId() {
        return found(MESSAGE_ID);
    }

    String relatesTo() {
        return found(RELATES_TO);
    }

    private String found(Pattern pattern) {
        var matcher = pattern.matcher(text);
        return matcher.find() ? matcher.group(1) : "";
    }

    /** What stands between the payload's tags, as UTF-8. */
    byte[] inner() {
        var start = PAYLOAD.matcher(text);
        if (!start.find()) {
            throw new IllegalStateException("no payload in it");
        }
        var end = text.lastIndexOf("</" + start.group(1) + "payload>");
        return text.substring(start.end(), end).getBytes(StandardCharsets.UTF_8);
    }

    /** Whether an envelope that the server made holds the content: an element as it is, anything else as base64. */
    static boolean holds(byte[] inner, GeneratedPayload payload) {
        if (payload.isXml()) {
            return java.util.Arrays.equals(inner, payload.content());
        }
        try {
            return java.util.Arrays.equals(Base64.getDecoder().decode(inner), payload.content());
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
