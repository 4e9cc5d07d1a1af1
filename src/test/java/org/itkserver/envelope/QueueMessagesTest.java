package org.itkserver.envelope;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.ctc.wstx.stax.WstxInputFactory;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.w3c.dom.Element;

/** Queue collection, both directions (docs/protocol.md 12). */
class QueueMessagesTest {
    private static final String GET = "<q:QueueMessage xmlns:q=\"urn:nhs-itk:ns:201005\">%s</q:QueueMessage>";
    private static final String CONFIRM =
            "<q:QueueConfirmMessageReceipt xmlns:q=\"urn:nhs-itk:ns:201005\">%s</q:QueueConfirmMessageReceipt>";
    private static final String NAME = "<q:QueueName>gp-1</q:QueueName>";
    private static final String HANDLE = "<q:MessageHandle>%s</q:MessageHandle>";

    private final QueueRequestReader reader = new QueueRequestReader(new WstxInputFactory());
    private final QueueAnswerWriter writer = new QueueAnswerWriter();

    private Optional<QueueRequest> read(String document) throws IOException {
        return reader.read(new ByteArrayInputStream(Messages.utf8(document)));
    }

    static List<Arguments> requests() {
        return List.of(
                Arguments.of(GET.formatted(NAME), new QueueRequest.Collect("gp-1", null, 1)),
                Arguments.of(
                        GET.formatted("<q:SubscriberName> gp-1\n</q:SubscriberName>"
                                + "<q:ServiceMessageType>cancelAdmitPatient</q:ServiceMessageType>"
                                + "<q:RequestedMessageCount>7</q:RequestedMessageCount>"),
                        new QueueRequest.Collect("gp-1", "cancelAdmitPatient", 7)),
                Arguments.of(
                        GET.formatted("<o:QueueName xmlns:o='urn:o'>no</o:QueueName><q:ServiceMessageType/>" + NAME),
                        new QueueRequest.Collect("gp-1", null, 1)),
                Arguments.of(
                        CONFIRM.formatted(NAME + HANDLE.formatted("a") + HANDLE.formatted(" b ")),
                        new QueueRequest.Confirm("gp-1", List.of("a", "b"))),
                Arguments.of(
                        CONFIRM.formatted("<q:SubscriberName>s</q:SubscriberName>" + HANDLE.formatted("a")),
                        new QueueRequest.Confirm("s", List.of("a"))),
                Arguments.of(CONFIRM.formatted(HANDLE.formatted("a")), new QueueRequest.Confirm(null, List.of("a"))));
    }

    @ParameterizedTest
    @MethodSource("requests")
    void bothFormsAreReadAloneAndInTheirMessage(String element, QueueRequest expected) throws IOException {
        assertEquals(Optional.of(expected), read(element));
        for (var version : SoapVersion.values()) {
            // the namespace is declared on the SOAP envelope
            var soap = "<s:Envelope xmlns:s=\"" + version.namespace()
                    + "\" xmlns:q=\"urn:nhs-itk:ns:201005\"><s:Header><q:QueueMessage/></s:Header><s:Body>"
                    + element.replace(" xmlns:q=\"urn:nhs-itk:ns:201005\"", "") + "</s:Body></s:Envelope>";
            assertEquals(Optional.of(expected), read(soap));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "5,5",
        "100,100",
        "101,100",
        "999999999,100",
        "0,1",
        "-3,1",
        "many,1",
        "'',1",
        "1.5,1",
        "99999999999999999999,1"
    })
    void theCountIsBounded(String sent, int count) throws IOException {
        var request = GET.formatted(NAME + "<q:RequestedMessageCount>" + sent + "</q:RequestedMessageCount>");
        assertEquals(Optional.of(new QueueRequest.Collect("gp-1", null, count)), read(request));
    }

    @Test
    void anythingElseIsNoQueueRequest() throws IOException {
        for (var other : List.of(
                "<QueueMessage/>",
                "<a/>",
                Messages.cda(),
                "<Envelope xmlns='urn:x'><Body>" + GET + "</Body></Envelope>")) {
            assertEquals(Optional.empty(), read(other), other);
        }
    }

    static List<Arguments> refused() {
        var handles = IntStream.rangeClosed(0, 1000).mapToObj(HANDLE.replace("%s", "%d")::formatted);
        return List.of(
                Arguments.of(GET.formatted(""), "no QueueName"),
                Arguments.of(GET.formatted("<q:QueueName> </q:QueueName>"), "no QueueName"),
                Arguments.of(GET.formatted(NAME + NAME), "twice"),
                Arguments.of(GET.formatted("<q:QueueName>" + "x".repeat(257) + "</q:QueueName>"), "longer than 256"),
                Arguments.of(CONFIRM.formatted(NAME), "no MessageHandle"),
                Arguments.of(CONFIRM.formatted(NAME + HANDLE.formatted("")), "MessageHandle is empty"),
                Arguments.of(CONFIRM.formatted(NAME + HANDLE.formatted("x".repeat(300))), "longer than 256"),
                Arguments.of(CONFIRM.formatted(NAME + handles.collect(Collectors.joining())), "more than 1000"),
                Arguments.of(GET.formatted(NAME + "<!--" + "x".repeat(1 << 20) + "-->"), "larger than"),
                Arguments.of("<!DOCTYPE a>" + GET.formatted(NAME), "document type"),
                Arguments.of(GET.formatted(NAME) + "<a/>", "not well-formed"),
                Arguments.of("", "not well-formed"));
    }

    @ParameterizedTest
    @MethodSource("refused")
    void aRequestThatCannotBeServedIsRefused(String request, String problem) {
        var refused = assertThrows(EnvelopeRejected.class, () -> read(request));
        assertEquals(ErrorCode.INVALID_MESSAGE, refused.error().code());
        assertTrue(
                refused.error().diagnostic().contains(problem), refused.error().diagnostic());
    }

    @Test
    void aThousandHandlesAreTaken() throws IOException {
        var handles = IntStream.range(0, 1000).mapToObj(String::valueOf).toList();
        var request = CONFIRM.formatted(handles.stream().map(HANDLE::formatted).collect(Collectors.joining()));
        assertEquals(Optional.of(new QueueRequest.Confirm(null, handles)), read(request));
    }

    private Element write(QueuedMessage... messages) {
        var text = writer.write(List.of(messages));
        Documents.validateQueue(text);
        var root = Documents.parse(text);
        assertEquals(
                String.valueOf(messages.length),
                Documents.one(root, "MessageCount").getTextContent());
        return root;
    }

    @Test
    void anEmptyQueueAnswersWithNoMessages() {
        assertEquals(0, Documents.all(write(), "Message").size());
    }

    @Test
    void messagesAreWrittenInTheLaterOrder() {
        var first = new QueuedMessage("a<b", "h&1", "REQUEST-1", "<x xmlns='urn:x'>1</x>", Map.of());
        var second = new QueuedMessage("sendDistEnvelope", "h2", null, "<x xmlns='urn:x'>2</x>", Map.of());
        var messages = Documents.all(write(first, second), "Message");
        assertEquals(
                List.of("ServiceMessageType a<b", "MessageHandle h&1", "RelatesTo REQUEST-1", "MessagePayload 1"),
                children(messages.get(0)));
        assertEquals(
                List.of("ServiceMessageType sendDistEnvelope", "MessageHandle h2", "MessagePayload 2"),
                children(messages.get(1)));
    }

    private static List<String> children(Element message) {
        var out = new java.util.ArrayList<String>();
        for (var child = message.getFirstChild(); child != null; child = child.getNextSibling()) {
            assertEquals(Namespaces.ITK, child.getNamespaceURI());
            out.add(child.getLocalName() + ' ' + child.getTextContent());
        }
        return out;
    }

    @ParameterizedTest
    @CsvSource({"urn:other,urn:d", "urn:nhs-itk:ns:201005,''"})
    void aPayloadKeepsTheNamespacesItInherits(String itk, String byDefault) {
        var scope = byDefault.isEmpty()
                ? Map.of("itk", itk, "i", "urn:i")
                : Map.of("itk", itk, "i", "urn:i", "", byDefault);
        var message = new QueuedMessage("t", "h", null, "<itk:a><i:b/><c/></itk:a>", scope);
        var content = Documents.all(write(message, message), "a").get(1);
        assertEquals(itk, content.getNamespaceURI());
        assertEquals("urn:i", content.getFirstChild().getNamespaceURI());
        assertEquals(
                byDefault,
                String.valueOf(content.getLastChild().getNamespaceURI()).replace("null", ""));
    }
}
