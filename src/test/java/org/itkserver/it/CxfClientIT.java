package org.itkserver.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import jakarta.xml.ws.BindingProvider;
import jakarta.xml.ws.Dispatch;
import jakarta.xml.ws.Service;
import jakarta.xml.ws.soap.AddressingFeature;
import jakarta.xml.ws.soap.SOAPFaultException;
import java.io.StringReader;
import java.net.URI;
import java.util.Map;
import javax.xml.namespace.QName;
import javax.xml.transform.Source;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamSource;
import org.apache.cxf.jaxws.DispatchImpl;
import org.apache.cxf.ws.security.wss4j.WSS4JOutInterceptor;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A partner's CXF client made from the served WSDL: WS-Addressing by CXF, Timestamp and Username by WSS4J. */
@ExtendWith(ArquillianExtension.class)
@RunAsClient
@Tag("alone")
class CxfClientIT {
    private static final String BASE = "http://127.0.0.1:" + System.getProperty("itk.test.http.port", "18080");
    private static final String ITK = "urn:nhs-itk:ns:201005";
    private static final String SERVICE = "SendCDADocument-v2-0";

    private static Dispatch<Source> client(String user) throws Exception {
        var address = BASE + "/itk/services/" + SERVICE;
        var service = Service.create(URI.create(address + "?wsdl").toURL(), new QName(ITK, SERVICE));
        var port = service.getPorts().next();
        var dispatch = service.createDispatch(port, Source.class, Service.Mode.PAYLOAD, new AddressingFeature());
        dispatch.getRequestContext().put(BindingProvider.SOAPACTION_USE_PROPERTY, true);
        dispatch.getRequestContext()
                .put(BindingProvider.SOAPACTION_URI_PROPERTY, "urn:nhs-itk:services:201005:" + SERVICE);
        ((DispatchImpl<Source>) dispatch)
                .getClient()
                .getOutInterceptors()
                .add(new WSS4JOutInterceptor(
                        Map.of("action", "UsernameToken Timestamp", "user", user, "passwordType", "PasswordNone")));
        return dispatch;
    }

    private static Source envelope() {
        var message = Sample.of("send-cda-discharge").fill(BASE, Sample.uuid());
        int start = message.indexOf("<itk:DistributionEnvelope");
        var end = "</itk:DistributionEnvelope>";
        var envelope = message.substring(start, message.indexOf(end) + end.length());
        var declared = envelope.contains("xmlns:itk=\"")
                ? envelope
                : envelope.replaceFirst(
                        "<itk:DistributionEnvelope", "<itk:DistributionEnvelope xmlns:itk=\"" + ITK + "\"");
        return new StreamSource(new StringReader(declared));
    }

    @Test
    void isAccepted() throws Exception {
        var answer = dom(client("gp-system-1").invoke(envelope()));
        assertEquals("OK", answer.getNode().getTextContent().trim());
    }

    private static DOMSource dom(Source source) throws Exception {
        var result = new javax.xml.transform.dom.DOMResult();
        javax.xml.transform.TransformerFactory.newInstance().newTransformer().transform(source, result);
        return new DOMSource(result.getNode().getFirstChild());
    }

    @Test
    void understandsItsFault() throws Exception {
        var client = client("nobody");
        var fault = assertThrows(SOAPFaultException.class, () -> client.invoke(envelope()));
        assertEquals("Client", fault.getFault().getFaultCodeAsQName().getLocalPart());
        assertEquals(
                1,
                fault.getFault()
                        .getDetail()
                        .getElementsByTagNameNS(ITK, "ToolkitErrorInfo")
                        .getLength());
    }
}
