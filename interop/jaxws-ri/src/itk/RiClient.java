package itk;

import jakarta.xml.soap.SOAPElement;
import jakarta.xml.soap.SOAPException;
import jakarta.xml.ws.BindingProvider;
import jakarta.xml.ws.handler.MessageContext;
import jakarta.xml.ws.handler.soap.SOAPHandler;
import jakarta.xml.ws.handler.soap.SOAPMessageContext;
import jakarta.xml.ws.soap.AddressingFeature;
import java.net.URI;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Set;
import javax.xml.namespace.QName;

/**
 * A typed client of the JAX-WS reference implementation: WS-Addressing by it (To and Action, no MessageID on one-way calls), Timestamp and
 * Username by a handler. {@code RiClient WSDL BASE USERNAME ODS} sends one message over SOAP 1.1 and one over 1.2, and prints
 * {@code SENT VERSION TRACKING-ID}.
 */
public final class RiClient {
    private static final String OASIS = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-";
    private static final String WSSE = OASIS + "secext-1.0.xsd";
    private static final String WSU = OASIS + "utility-1.0.xsd";

    private RiClient() {}

    public static void main(String[] args) throws Exception {
        var service = new ITKService(URI.create(args[0]).toURL());
        var eleven = service.getServReq11Port(new AddressingFeature(true, true));
        prepare(eleven, args[1] + "/itk/services/ITKServReq/11", args[2]);
        var id = Envelopes.uuid();
        eleven.sendMessage(Envelopes.of(id, args[3]));
        System.out.println("SENT 1.1 " + id);

        var twelve = service.getServReq12Port(new AddressingFeature(true, true));
        prepare(twelve, args[1] + "/itk/services/ITKServReq/12", args[2]);
        id = Envelopes.uuid();
        twelve.sendMessage(Envelopes.of(id, args[3]));
        System.out.println("SENT 1.2 " + id);
        System.exit(0);
    }

    private static void prepare(Object port, String address, String username) {
        var provider = (BindingProvider) port;
        provider.getRequestContext().put(BindingProvider.ENDPOINT_ADDRESS_PROPERTY, address);
        provider.getBinding().setHandlerChain(List.of(new Security(username)));
    }

    /** Adds the Security header. */
    private static final class Security implements SOAPHandler<SOAPMessageContext> {
        private final String username;

        Security(String username) {
            this.username = username;
        }

        @Override
        public boolean handleMessage(SOAPMessageContext context) {
            if (Boolean.TRUE.equals(context.get(MessageContext.MESSAGE_OUTBOUND_PROPERTY))) {
                try {
                    var envelope = context.getMessage().getSOAPPart().getEnvelope();
                    var header = envelope.getHeader() == null ? envelope.addHeader() : envelope.getHeader();
                    add(header.addHeaderElement(new QName(WSSE, "Security", "wsse")));
                } catch (SOAPException e) {
                    throw new IllegalStateException(e);
                }
            }
            return true;
        }

        private void add(SOAPElement security) throws SOAPException {
            var now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
            var timestamp = security.addChildElement(new QName(WSU, "Timestamp", "wsu"));
            timestamp.addChildElement(new QName(WSU, "Created", "wsu")).setValue(now.toString());
            timestamp.addChildElement(new QName(WSU, "Expires", "wsu")).setValue(now.plusSeconds(300).toString());
            security.addChildElement(new QName(WSSE, "UsernameToken", "wsse"))
                    .addChildElement(new QName(WSSE, "Username", "wsse"))
                    .setValue(username);
        }

        @Override
        public boolean handleFault(SOAPMessageContext context) {
            return true;
        }

        @Override
        public void close(MessageContext context) {}

        @Override
        public Set<QName> getHeaders() {
            return Set.of();
        }
    }
}
