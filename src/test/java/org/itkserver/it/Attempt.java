package org.itkserver.it;

import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.itkserver.envelope.Messages;

/** A good request that a test spoils in one place before it is sent. */
final class Attempt {
    private static final String SERVICE_12 = "urn:nhs-itk:services:201005:sendDistEnvelope";

    final String base;
    String path;
    String method = "POST";
    String contentType;
    final List<String> soapActions = new ArrayList<>();
    final List<String[]> headers = new ArrayList<>();
    String text;
    Charset charset = StandardCharsets.UTF_8;
    byte[] bytes;

    private Attempt(String base, String path, String contentType, String text) {
        this.base = base;
        this.path = path;
        this.contentType = contentType;
        this.text = text;
    }

    /** A good SOAP 1.1 request to SendCDADocument-v2-0. */
    static Attempt soap11(String base) {
        var path = "/itk/services/SendCDADocument-v2-0";
        var attempt = new Attempt(base, path, "text/xml;charset=UTF-8", fresh(base + path));
        attempt.soapActions.add('"' + Messages.SERVICE + '"');
        return attempt;
    }

    /** A good SOAP 1.2 request to the generic service. */
    static Attempt soap12(String base) {
        var path = "/itk/services/ITKServReq/12";
        var text = fresh(base + path)
                .replace("http://schemas.xmlsoap.org/soap/envelope/", "http://www.w3.org/2003/05/soap-envelope")
                .replace(Messages.SERVICE, SERVICE_12);
        return new Attempt(base, path, "application/soap+xml;charset=UTF-8;action=\"" + SERVICE_12 + "\"", text);
    }

    private static String fresh(String to) {
        var now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        return Messages.cda()
                .replace("9C1E52C0-7B1D-4D5A-9A31-0D5C2C7F1A01", Sample.uuid())
                .replace(Messages.TRACKING_ID, Sample.uuid())
                .replace("http://127.0.0.1:8080/itk/services/SendCDADocument-v2-0", to)
                .replace("2026-11-22T10:00:00Z", now.toString())
                .replace(
                        "2026-11-22T10:10:00Z", now.plus(10, ChronoUnit.MINUTES).toString());
    }

    /** Replaces a part of the message that must be there. */
    Attempt swap(String part, String by) {
        if (!text.contains(part)) {
            throw new IllegalArgumentException("the good message has no " + part);
        }
        text = text.replace(part, by);
        return this;
    }

    /** Removes an element with its content. */
    Attempt cut(String name) {
        int start = Math.max(text.indexOf("<" + name + ">"), text.indexOf("<" + name + " "));
        var end = "</" + name + ">";
        if (start < 0) {
            throw new IllegalArgumentException("the good message has no " + name);
        }
        text = text.substring(0, start) + text.substring(text.indexOf(end) + end.length());
        return this;
    }

    /** Replaces the text of an element. */
    Attempt text(String element, String value) {
        int start = text.indexOf("<" + element + ">") + element.length() + 2;
        if (start < element.length() + 2) {
            throw new IllegalArgumentException("the good message has no " + element);
        }
        text = text.substring(0, start) + value + text.substring(text.indexOf("</" + element, start));
        return this;
    }

    /** Puts a block first into soap:Header. */
    Attempt block(String xml) {
        return swap("<soap:Header>", "<soap:Header>" + xml);
    }

    /** The message's own tracking id. */
    String trackingId() {
        int start = text.indexOf("trackingid=\"") + 12;
        return text.substring(start, start + 36);
    }

    Wire.Reply send() {
        var body = bytes == null ? text.getBytes(charset) : bytes;
        var request = HttpRequest.newBuilder(URI.create(base + path))
                .timeout(Duration.ofSeconds(120))
                .method(
                        method,
                        method.equals("GET")
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofByteArray(body));
        if (contentType != null) {
            request.header("Content-Type", contentType);
        }
        soapActions.forEach(action -> request.header("SOAPAction", action));
        headers.forEach(header -> request.header(header[0], header[1]));
        return Wire.send(request.build());
    }
}
