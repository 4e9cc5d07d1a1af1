package org.itkserver.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Posts messages and reads answers as a partner's system would, with nothing of the server's own code. */
public final class Wire {
    private static final HttpClient CLIENT = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(30))
            .build();

    private Wire() {}

    /** An HTTP answer. */
    public record Reply(int status, HttpHeaders headers, String body) {

        /** Text of the first element with this local name, or an empty string. */
        public String text(String localName) {
            return first("<(?:\\w+:)?" + localName + "(?:\\s[^>]*)?>([^<]*)<");
        }

        public String errorCode() {
            return text("ErrorCode");
        }

        /** Local name of the SOAP 1.1 or 1.2 fault code. */
        public String faultCode() {
            var code = text("faultcode").isEmpty() ? first("<soap:Code><soap:Value>([^<]*)<") : text("faultcode");
            return code.substring(code.indexOf(':') + 1);
        }

        /** What stands between the tags of soap:Body. */
        public String soapBody() {
            return first("(?s)<soap:Body>(.*)</soap:Body>");
        }

        private String first(String regex) {
            Matcher m = Pattern.compile(regex).matcher(body);
            return m.find() ? m.group(1) : "";
        }
    }

    /** Posts SOAP 1.1 with the SOAPAction quoted. */
    public static Reply post(String url, String soapAction, String message) {
        return send(request(url, message.getBytes(StandardCharsets.UTF_8))
                .header("Content-Type", "text/xml;charset=UTF-8")
                .header("SOAPAction", '"' + soapAction + '"')
                .build());
    }

    /** Posts SOAP 1.2. */
    public static Reply post12(String url, String action, String message) {
        return send(request(url, message.getBytes(StandardCharsets.UTF_8))
                .header("Content-Type", "application/soap+xml;charset=UTF-8;action=\"" + action + "\"")
                .build());
    }

    /** A POST to build on. */
    public static HttpRequest.Builder request(String url, byte[] body) {
        return HttpRequest.newBuilder(URI.create(url))
                .timeout(Duration.ofSeconds(120))
                .POST(HttpRequest.BodyPublishers.ofByteArray(body));
    }

    public static Reply send(HttpRequest request) {
        try {
            var response = CLIENT.send(request, HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
            return new Reply(response.statusCode(), response.headers(), response.body());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
