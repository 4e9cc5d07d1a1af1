package itk;

import jakarta.xml.ws.BindingProvider;
import java.net.URI;
import java.util.Map;
import org.apache.cxf.frontend.ClientProxy;
import org.apache.cxf.ws.addressing.WSAddressingFeature;
import org.apache.cxf.ws.security.wss4j.WSS4JOutInterceptor;

/**
 * A typed client of CXF: WS-Addressing by CXF (MessageID, and ReplyTo "none" on one-way calls), Timestamp and Username by WSS4J.
 * {@code CxfClient WSDL BASE USERNAME ODS} sends one message over SOAP 1.1 and one over 1.2, and prints {@code SENT VERSION TRACKING-ID}.
 */
public final class CxfClient {
    private CxfClient() {}

    public static void main(String[] args) throws Exception {
        var service = new ITKService(URI.create(args[0]).toURL());
        var eleven = service.getServReq11Port(new WSAddressingFeature());
        prepare(eleven, args[1] + "/itk/services/ITKServReq/11", args[2]);
        var id = Envelopes.uuid();
        eleven.sendMessage(Envelopes.of(id, args[3]));
        System.out.println("SENT 1.1 " + id);

        var twelve = service.getServReq12Port(new WSAddressingFeature());
        prepare(twelve, args[1] + "/itk/services/ITKServReq/12", args[2]);
        id = Envelopes.uuid();
        twelve.sendMessage(Envelopes.of(id, args[3]));
        System.out.println("SENT 1.2 " + id);
        System.exit(0);
    }

    private static void prepare(Object port, String address, String username) {
        var context = ((BindingProvider) port).getRequestContext();
        context.put(BindingProvider.ENDPOINT_ADDRESS_PROPERTY, address);
        // waits for the answer of a one-way call, so that a fault is thrown
        context.put("org.apache.cxf.oneway.robust", true);
        ClientProxy.getClient(port)
                .getOutInterceptors()
                .add(new WSS4JOutInterceptor(
                        Map.of("action", "Timestamp UsernameToken", "user", username, "passwordType", "PasswordNone")));
    }
}
