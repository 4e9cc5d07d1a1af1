package org.itkserver.connector;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import com.ctc.wstx.stax.WstxInputFactory;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.xpath.XPathFactory;
import org.itkserver.envelope.TrackingId;
import org.itkserver.handler.HandledMessage;
import org.itkserver.handler.Outcome;
import org.itkserver.handler.Payload;
import org.jspecify.annotations.Nullable;
import org.w3c.dom.Document;

/** Asks a sample handler, as a client of the mini services would. */
final class MiniServiceClient {
    static final String VERIFY = "verifyNHSNumber-v1-0";
    static final String GET_NUMBER = "getNHSNumber-v1-0";
    static final String BY_NUMBER = "getPatientDetailsByNHSNumber-v1-0";
    static final String BY_SEARCH = "getPatientDetailsBySearch-v1-0";
    static final String DETAILS = "getPatientDetails-v1-0";

    private final AtomicInteger lastId = new AtomicInteger();
    private final SampleHandler handler =
            new SampleHandler(new WstxInputFactory(), () -> "ID-" + lastId.incrementAndGet());

    static Map<String, String> person(String given, String family, String dateOfBirth, String gender) {
        return Map.of("given", given, "family", family, "DateOfBirth", dateOfBirth, "Gender", gender);
    }

    /** The answer to this query; it must be well-formed. */
    Document ask(String service, Map<String, String> query) throws Exception {
        return parse(reply(handle(service, xml(service, query))).content());
    }

    /** The business code of the answer to this query. */
    String code(String service, Map<String, String> query) throws Exception {
        return text(ask(service, query), "/*/value/@code");
    }

    /** The business code of the answer to this payload. */
    String codeOf(String service, String payload) throws Exception {
        return text(parse(reply(handle(service, payload)).content()), "/*/value/@code");
    }

    /** @param payloads their text; null for one that cannot be opened */
    Outcome handle(String service, @Nullable String... payloads) {
        var texts = Arrays.stream(payloads).map(Text::new).toList();
        return handler.handle(new HandledMessage(
                new TrackingId("2D37D9CA-5223-41C7-A159-F33D5A914EB5"), service, null, null, 1, List.copyOf(texts)));
    }

    /** The reply of an outcome that must be one. */
    static Outcome.Reply reply(Outcome outcome) {
        var reply = assertInstanceOf(Outcome.Done.class, outcome).reply();
        return assertInstanceOf(Outcome.Reply.class, reply);
    }

    /** The reason of an outcome that must be giving up. */
    static String givenUp(Outcome outcome) {
        return assertInstanceOf(Outcome.GiveUp.class, outcome).reason();
    }

    static Document parse(byte[] xml) throws Exception {
        return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new ByteArrayInputStream(xml));
    }

    static String text(Document document, String path) throws Exception {
        return XPathFactory.newInstance().newXPath().evaluate(path, document);
    }

    /** A request as the published model has it, with the parts given. */
    static String xml(String service, Map<String, String> query) {
        var name = service.replace("-v1-0", "Request-v1-0");
        var out = new StringBuilder("<" + name + " xmlns=\"urn:hl7-org:v3\" moodCode=\"EVN\" classCode=\"CACT\">");
        out.append("<id root=\"3A1D7F52-0C94-4E6B-B8A3-95E2701CD846\"/><queryEvent>");
        part(out, "DateOfBirth", query, "<value value=\"%s\"/>");
        part(out, "Gender", query, "<value code=\"%s\" codeSystem=\"2.16.840.1.113883.2.1.3.2.4.16.25\"/>");
        part(out, "NHSNumber", query, "<value root=\"2.16.840.1.113883.2.1.4.1\" extension=\"%s\"/>");
        if (query.containsKey("family")) {
            var given = query.containsKey("given") ? "<given>" + query.get("given") + "</given>" : "";
            part(out, "Name", Map.of("Name", query.get("family")), "<value>" + given + "<family>%s</family></value>");
        }
        part(out, "Postcode", query, "<value><postalCode>%s</postalCode></value>");
        return out.append("</queryEvent></" + name + ">").toString();
    }

    private static void part(StringBuilder out, String part, Map<String, String> query, String value) {
        if (query.containsKey(part)) {
            var name = "Person." + part;
            out.append("<" + name + ">").append(value.formatted(query.get(part)));
            out.append("<semanticsText>" + name + "</semanticsText></" + name + ">");
        }
    }

    /** A payload; null cannot be opened. */
    private record Text(@Nullable String content) implements Payload {
        @Override
        public String id() {
            return "uuid_1";
        }

        @Override
        public String mimeType() {
            return "text/xml";
        }

        @Override
        public @Nullable String profileId() {
            return null;
        }

        @Override
        public InputStream open() throws IOException {
            if (content == null) {
                throw new IOException("the payload cannot be read");
            }
            return new ByteArrayInputStream(content.getBytes(UTF_8));
        }
    }
}
