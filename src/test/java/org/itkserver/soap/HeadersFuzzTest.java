package org.itkserver.soap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import jakarta.servlet.http.HttpServletRequest;
import java.lang.reflect.Proxy;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.itkserver.envelope.SoapVersion;

/**
 * Any header of a request: what it says, or a status of ours; parameters are read back as they were written; times are
 * those that the JDK reads in the same text.
 */
class HeadersFuzzTest {
    private static final Set<Integer> STATUSES = Set.of(405, 413, 415);

    @FuzzTest
    void headers(FuzzedDataProvider data) {
        time(data.consumeAsciiString(40));
        var method = data.consumeInt(0, 9) == 0 ? data.consumeString(10) : "POST";
        var encoding = data.consumeBoolean() ? data.consumeString(20) : null;
        var actions = data.consumeBoolean() ? List.of(data.consumeString(80)) : List.<String>of();
        var length = data.consumeLong();
        if (data.consumeBoolean()) {
            head(request(method, encoding, data.consumeRemainingAsString(), actions, length));
        } else {
            written(data, actions);
        }
    }

    private static HttpHead head(HttpServletRequest request) {
        try {
            var head = HttpHead.of(request, 1 << 20);
            assertTrue(head.soapActions().size() <= 2);
            assertNotNull(head.mediaVersion());
            return head;
        } catch (HttpRefused e) {
            assertTrue(STATUSES.contains(e.status()));
            assertTrue(String.valueOf(e.getMessage()).length() < 200);
            return null;
        }
    }

    /** Parameters in an order, a case and a quoting that we would not choose. */
    private static void written(FuzzedDataProvider data, List<String> actions) {
        var action = data.consumeAsciiString(60).replaceAll("[\"\\x00-\\x1f\\x7f]", "");
        var charset = data.consumeBoolean() ? "UTF-8" : "us-ascii";
        var other = "x" + data.consumeAsciiString(8).replaceAll("[^a-z]", "");
        var noise = data.consumeAsciiString(8).replaceAll("[^a-z0-9]", "");
        var text = "Application/SOAP+xml ; " + other + "=" + noise + ";CharSet=\"" + charset + "\"; action=\"" + action
                + "\"";
        var parameters = HttpHead.parameters(text);
        assertEquals(action, parameters.get("action"));
        assertEquals(charset, parameters.get("charset"));
        assertEquals(noise, parameters.get(other));
        var head = head(request("POST", null, text, actions, -1));
        assertNotNull(head);
        assertEquals(SoapVersion.SOAP_12, head.mediaVersion());
        assertEquals(charset.toUpperCase(Locale.ROOT), head.charset().name());
        assertEquals(action, head.soapActions().get(head.soapActions().size() - 1));
    }

    private static HttpServletRequest request(
            String method, String encoding, String contentType, List<String> actions, long length) {
        return (HttpServletRequest) Proxy.newProxyInstance(
                HttpServletRequest.class.getClassLoader(),
                new Class<?>[] {HttpServletRequest.class},
                (proxy, called, arguments) -> switch (called.getName()) {
                    case "getMethod" -> method;
                    case "getHeader" -> encoding;
                    case "getContentType" -> contentType;
                    case "getContentLengthLong" -> length;
                    case "getHeaders" -> Collections.enumeration(actions);
                    default -> throw new AssertionError(called.getName());
                });
    }

    /** The JDK wants the colon in a zone, and takes hours alone, no seconds, signed years and 24 hours. */
    private static void time(String text) {
        var found = DateTimes.instant(text);
        if (found != null) {
            var colon = text.matches(".*[+-][0-9]{4}")
                    ? text.substring(0, text.length() - 2) + ":" + text.substring(text.length() - 2)
                    : text;
            assertEquals(OffsetDateTime.parse(colon).toInstant(), found);
        } else if (text.matches("[0-9]{4}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-9]{2}:[0-5][0-9](\\.[0-9]{1,9})?Z")) {
            assertEquals(null, parsed(text));
        }
    }

    private static Instant parsed(String text) {
        try {
            return Instant.parse(text);
        } catch (DateTimeException e) {
            return null;
        }
    }
}
