package org.itkserver.envelope;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.DictionaryEntries;
import com.code_intelligence.jazzer.junit.FuzzTest;
import com.ctc.wstx.stax.WstxInputFactory;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import javax.xml.namespace.QName;
import org.itkserver.envelope.AcknowledgementWriter.Decision;
import org.itkserver.envelope.AcknowledgementWriter.Nack;
import org.itkserver.testing.JdkXml;
import org.jspecify.annotations.Nullable;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

/**
 * Any values in what we write: a document to another parser, which reads the values that were given, and so do our own
 * readers. The one change is that a character XML does not have comes back as '?'.
 */
class WritersFuzzTest {
    private static final Instant AT = Instant.parse("2026-11-22T10:15:00Z");
    private static final String ERROR_ID = "E1A5D0C2-4B77-49F0-9E52-0A1B2C3D4E66";

    private int lastId;
    private final Ids ids = () -> "00000000-0000-4000-8000-%012X".formatted(++lastId);
    private final AcknowledgementReader acknowledgements = new AcknowledgementReader(new WstxInputFactory());
    private final EnvelopeScanner scanner = new EnvelopeScanner(new WstxInputFactory(), ScanLimits.DEFAULT);
    private final SoapAnswerReader answers = new SoapAnswerReader(new WstxInputFactory(), scanner);

    @DictionaryEntries({
        "<>&\"'",
        "]]>",
        "<!--",
        "\\x09\\x0D\\x0A",
        "\\xC2\\x85",
        "\\xEF\\xBF\\xBE",
        "\\xED\\xA0\\x80",
        "http://www.w3.org/XML/1998/namespace",
        "http://www.w3.org/2000/xmlns/",
        "urn:nhs-itk:ns:201005"
    })
    @FuzzTest
    void writers(FuzzedDataProvider data) throws IOException {
        switch (data.consumeInt(0, 4)) {
            case 0 -> fault(data);
            case 1 -> infrastructure(data);
            case 2 -> business(data);
            case 3 -> queue(data);
            default -> new RequestsOracle(ids).requests(data);
        }
    }

    private static String text(FuzzedDataProvider data) {
        return data.consumeString(60);
    }

    private static @Nullable String maybe(FuzzedDataProvider data) {
        return data.consumeBoolean() ? text(data) : null;
    }

    /** What is read of a value that was written. */
    static String read(String value) {
        var out = new StringBuilder();
        value.codePoints().forEach(c -> {
            boolean xml = c == '\t'
                    || c == '\n'
                    || c == '\r'
                    || c >= 0x20 && c <= 0xD7FF
                    || c >= 0xE000 && c <= 0xFFFD
                    || c >= 0x10000;
            out.appendCodePoint(xml ? c : '?');
        });
        return out.toString();
    }

    static Document tree(byte[] message) {
        return JdkXml.tree(new String(message, StandardCharsets.UTF_8))
                .orElseThrow(() -> new AssertionError("what we wrote is not well-formed"));
    }

    private static Element one(Document tree, String namespace, String name) {
        var all = JdkXml.elements(tree, namespace, name);
        assertEquals(1, all.size(), name);
        return all.get(0);
    }

    private void fault(FuzzedDataProvider data) {
        var version = data.pickValue(SoapVersion.values());
        var relatesTo = maybe(data);
        var block = data.consumeBoolean() ? new QName(text(data), "local") : null;
        var error = block == null
                ? ToolkitError.of(data.pickValue(ErrorCode.values()), text(data))
                : ToolkitError.mustUnderstand(List.of(block));
        var written = new FaultWriter(new AnswerWriter(ids)).fault(version, error, ERROR_ID, relatesTo);
        var tree = tree(written);
        assertEquals(
                read(error.diagnostic()),
                one(tree, Namespaces.ITK, "ErrorDiagnosticText").getTextContent());
        if (relatesTo != null) {
            assertEquals(read(relatesTo), one(tree, Namespaces.WSA, "RelatesTo").getTextContent());
        }
        var fault = (SoapAnswer.Fault) answers.read(written);
        assertEquals(error.code().code(), fault.toolkitCode());
        assertEquals(error.faultCode().name(version), fault.faultCode());
        assertEquals(ERROR_ID, fault.errorId());
        notUnderstood(tree, version, block);
    }

    private static void notUnderstood(Document tree, SoapVersion version, @Nullable QName block) {
        for (var header : JdkXml.elements(tree, version.namespace(), "NotUnderstood")) {
            assertNotNull(block);
            var name = header.getAttribute("qname");
            assertEquals(
                    read(block.getNamespaceURI()), header.lookupNamespaceURI(name.substring(0, name.indexOf(':'))));
        }
    }

    private static Acknowledged message(FuzzedDataProvider data) {
        return new Acknowledged(
                Messages.TRACKING_ID,
                text(data),
                maybe(data),
                null,
                data.consumeBoolean() ? List.of(text(data), text(data)) : List.of(text(data)));
    }

    private static Responder us(FuzzedDataProvider data) {
        return new Responder(text(data), text(data), text(data));
    }

    private void infrastructure(FuzzedDataProvider data) throws IOException {
        var style = data.pickValue(AckStyle.values());
        var message = message(data);
        var us = us(data);
        var to = new TypedUri(maybe(data), text(data));
        var nack =
                data.consumeBoolean() ? new Nack(data.pickValue(DeliveryError.values()), ERROR_ID, maybe(data)) : null;
        var writer = new AcknowledgementWriter(ids);
        var written = nack == null
                ? writer.infrastructureAck(style, message, us, to, AT)
                : writer.infrastructureNack(style, message, us, to, AT, nack);
        var response = one(sent(written, to, us), Namespaces.ITK, "InfrastructureResponse");
        assertEquals(read(message.service()), response.getAttribute("serviceRef"));
        var ack = (Acknowledgement.Infrastructure) received(written);
        assertEquals(nack == null, ack.positive());
        assertEquals(nack == null ? null : nack.error().code(), ack.code());
        assertEquals(PeerText.orNull(read(message.service()), PeerText.NAME), ack.serviceRef());
        if (nack != null) {
            var diagnostic = nack.diagnostic();
            // a blank one is left out, also where its characters would be replaced by some that are not blank
            var more = diagnostic == null || diagnostic.isBlank()
                    ? null
                    : PeerText.tidy(read(diagnostic), PeerText.SENTENCE);
            assertEquals(PeerText.joined(nack.error().text(), more), ack.text());
        }
    }

    private void business(FuzzedDataProvider data) throws IOException {
        var message = message(data);
        var us = us(data);
        var to = new TypedUri(maybe(data), text(data));
        var outcome = data.pickValue(BusinessOutcome.values());
        var decision = new Decision(outcome, maybe(data), maybe(data));
        var written = new AcknowledgementWriter(ids)
                .businessAck(data.pickValue(AckStyle.values()), message, us, to, AT, decision);
        var tree = sent(written, to, us);
        var entity = JdkXml.children(one(tree, Namespaces.HL7V3, "communicationFunction1"))
                .get(0);
        assertEquals(read(to.uri()), JdkXml.children(entity).get(0).getAttribute("extension"));
        assertEquals(read(us.odsCode()), one(tree, Namespaces.HL7V3, "name").getTextContent());
        var ack = (Acknowledgement.Business) received(written);
        assertEquals(outcome.name(), ack.typeCode());
        assertEquals(outcome.isPositive(), ack.positive());
        assertEquals(outcome.isPositive(), ack.detail() == null);
        for (var id : message.payloadIds()) {
            var key = PeerText.orNull(read(id), PeerText.NAME);
            assertEquals(
                    key == null ? null : outcome.name(),
                    key == null ? null : ack.payloadResults().get(key));
        }
    }

    /** The envelope in a SOAP request, as another parser and our scan see it. */
    private Document sent(Outgoing envelope, TypedUri to, Responder us) throws IOException {
        var body = new EnvelopeWriter().write(envelope);
        var message = new AnswerWriter(ids).envelope(SoapVersion.SOAP_11, "urn:x", null, "", body);
        var tree = tree(message);
        var scanned = scanner.scan(MessageBody.of(message));
        assertNull(scanned.repeated());
        var header = scanned.requiredHeader();
        assertEquals(Messages.TRACKING_ID, received(envelope).trackingIdRef());
        assertEquals(read(to.uri()).trim(), header.addresses().get(0).uri());
        assertEquals(
                read(us.auditIdentity()).trim(), header.auditIdentity().get(0).uri());
        assertEquals(1, scanned.payloads().size());
        return tree;
    }

    private Acknowledgement received(Outgoing envelope) throws IOException {
        var content = envelope.payloads().get(0).content();
        return acknowledgements
                .read(new ByteArrayInputStream(content.getBytes(StandardCharsets.UTF_8)))
                .orElseThrow();
    }

    private static void queue(FuzzedDataProvider data) {
        var namespace = "urn:" + text(data);
        var prefix = data.pickValue(List.of("", "itk", "itk1", "a"));
        var scope = java.util.Map.of(prefix, namespace);
        var name = prefix.isEmpty() ? "x" : prefix + ":x";
        var message = new QueuedMessage(text(data), text(data), maybe(data), "<" + name + "/>", scope);
        var tree = tree(new QueueAnswerWriter().write(List.of(message)).getBytes(StandardCharsets.UTF_8));
        assertEquals(
                read(message.handle()),
                one(tree, Namespaces.ITK, "MessageHandle").getTextContent());
        assertEquals(
                read(message.serviceMessageType()),
                one(tree, Namespaces.ITK, "ServiceMessageType").getTextContent());
        if (message.relatesTo() != null) {
            assertEquals(
                    read(message.relatesTo()),
                    one(tree, Namespaces.ITK, "RelatesTo").getTextContent());
        }
        var payload = JdkXml.children(one(tree, Namespaces.ITK, "MessagePayload"));
        assertEquals(1, payload.size());
        assertEquals(read(namespace), payload.get(0).getNamespaceURI());
        assertTrue(payload.get(0).getLocalName().equals("x"));
    }
}
