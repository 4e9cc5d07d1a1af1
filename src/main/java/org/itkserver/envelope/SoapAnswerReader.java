package org.itkserver.envelope;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import javax.xml.stream.XMLInputFactory;
import org.jspecify.annotations.Nullable;

/** Reads what a partner answers, SOAP 1.1 or 1.2, as leniently as H1, H2 and H11 ask. Thread-safe. */
public final class SoapAnswerReader {
    private static final SoapAnswer NOT_SOAP = new SoapAnswer.NotSoap();

    private final XMLInputFactory factory;
    private final EnvelopeScanner scanner;

    /**
     * @param factory a StAX factory; document types are switched off here
     * @param scanner reads an answer that is a distribution envelope
     */
    public SoapAnswerReader(XMLInputFactory factory, EnvelopeScanner scanner) {
        this.factory = PeerDocument.configured(factory);
        this.scanner = scanner;
    }

    /**
     * The answer in these bytes; never throws for what they are.
     *
     * @param answer the HTTP body, whose size the caller has bounded; not copied
     */
    public SoapAnswer read(byte[] answer) {
        try {
            var xml = new PeerDocument(factory, new ByteArrayInputStream(answer), answer.length);
            return xml.next() && isSoap(xml, "Envelope") ? body(xml, answer) : NOT_SOAP;
        } catch (EnvelopeRejected e) {
            return NOT_SOAP;
        } catch (IOException e) {
            throw new IllegalStateException("bytes in memory cannot fail", e);
        }
    }

    private static boolean isSoap(PeerDocument xml, String localName) {
        return xml.localName().equals(localName)
                && SoapVersion.ofNamespace(xml.namespace()).isPresent();
    }

    private SoapAnswer body(PeerDocument xml, byte[] answer) throws IOException {
        boolean body = false;
        while (!body && xml.nextChild(1)) {
            body = isSoap(xml, "Body");
        }
        if (!body) {
            return NOT_SOAP;
        }
        boolean empty = !xml.nextChild(2);
        if (!empty && xml.is(Namespaces.ITK, "DistributionEnvelope")) {
            var bytes = MessageBody.of(answer);
            return new SoapAnswer.Response(scanner.scan(bytes), bytes);
        }
        var found = empty ? new SoapAnswer.EmptyBody() : content(xml);
        xml.drain();
        return found;
    }

    private static SoapAnswer content(PeerDocument xml) throws IOException {
        if (isSoap(xml, "Fault")) {
            return new FaultParts().read(xml);
        }
        if (xml.is(Namespaces.ITK, "SimpleMessageResponse")) {
            return new SoapAnswer.Simple(xml.text(PeerText.SENTENCE));
        }
        return new SoapAnswer.OtherBody(PeerText.tidy(xml.localName(), PeerText.NAME));
    }

    /** One fault, collected: by local names, since the detail's content is written in many ways. */
    private static final class FaultParts {
        private String faultCode = "";
        private @Nullable String reason;
        private @Nullable String toolkitCode;
        private @Nullable String errorId;
        private @Nullable String errorText;
        private @Nullable String diagnostic;
        private boolean seen;

        SoapAnswer read(PeerDocument xml) throws IOException {
            int fault = xml.depth();
            while (xml.nextInside(fault)) {
                if (xml.at("Body", "Fault", "faultcode") || xml.at("Body", "Fault", "Code", "Value")) {
                    faultCode = localPart(xml.text(PeerText.NAME));
                } else if (xml.at("Body", "Fault", "faultstring") || xml.at("Body", "Fault", "Reason", "Text")) {
                    var text = xml.text(PeerText.SENTENCE);
                    reason = reason == null ? text : reason;
                } else if (xml.localName().equals("ToolkitErrorInfo") && !seen) {
                    seen = true;
                    info(xml);
                }
            }
            var text = PeerText.joined(errorText == null || errorText.isEmpty() ? reason : errorText, diagnostic);
            return new SoapAnswer.Fault(toolkitCode, faultCode, text == null ? "" : text, errorId);
        }

        private void info(PeerDocument xml) throws IOException {
            int depth = xml.depth();
            while (xml.nextChild(depth)) {
                switch (xml.localName()) {
                    case "ErrorCode" -> toolkitCode = PeerText.orNull(xml.text(PeerText.NAME), PeerText.NAME);
                    case "ErrorID" -> errorId = PeerText.orNull(xml.text(PeerText.NAME), PeerText.NAME);
                    case "ErrorText" -> errorText = xml.text(PeerText.SENTENCE);
                    case "ErrorDiagnosticText" -> diagnostic = xml.text(PeerText.SENTENCE);
                    default -> {
                        // an extension
                    }
                }
            }
        }

        private static String localPart(String code) {
            var local = code.substring(code.indexOf(':') + 1);
            int dot = local.indexOf('.');
            return dot < 0 ? local : local.substring(0, dot);
        }
    }
}
