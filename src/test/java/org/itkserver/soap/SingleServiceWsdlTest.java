package org.itkserver.soap;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

class SingleServiceWsdlTest {

    private static final String WSDL = "http://schemas.xmlsoap.org/wsdl/";
    private static final String SOAP = "http://schemas.xmlsoap.org/wsdl/soap/";
    private static final String XSD = "http://www.w3.org/2001/XMLSchema";
    private static final String WSAM = "http://www.w3.org/2007/05/addressing/metadata";
    private static final String WSAW = "http://www.w3.org/2006/05/addressing/wsdl";
    private static final String URN = "urn:nhs-itk:services:201005:";

    /** A service that refers to a header message, next to another service. */
    private static final String SMALL =
            """
            <definitions xmlns='http://schemas.xmlsoap.org/wsdl/' xmlns:t='urn:t' targetNamespace='urn:t'
                xmlns:soap='http://schemas.xmlsoap.org/wsdl/soap/'>
              <message name='a'/><message name='b'/><message name='head'/>
              <portType name='A'><operation name='a'><input message='t:a'/></operation></portType>
              <portType name='B'><operation name='b'><input message='t:b'/></operation></portType>
              <binding name='A' type='t:A'><operation name='a'>
                <input><soap:header message=' t:head ' part='p' use='literal'/><c type='text/xml'/></input>
              </operation></binding>
              <binding name='B' type='t:B'/>
              <service name='One'><port name='p' binding='t:A'/></service>
              <service name='Two'><port name='p' binding='t:B'/></service>
            </definitions>
            """;

    @ParameterizedTest
    @CsvSource({
        "CoreServices-v1-0, SendCDADocument-v2-0, SendCDADocumentRequest-v2-0, acknowledgementResponse",
        "CoreServices-v1-0, SendDocument-v1-0, SendDocumentRequest-v1-0, acknowledgementResponse",
        "CoreServices-v1-0, BroadcastDocument-v1-0, BroadcastDocumentRequest-v1-0, acknowledgementResponse",
        "CoreServices-v1-0, SendInfrastructureAck-v1-0, SendInfrastructureAckRequest-v1-0, acknowledgementResponse",
        "CoreServices-v1-0, SendBusinessAck-v1-0, SendBusinessAckRequest-v1-0, acknowledgementResponse",
        "NHS111-v3-0, RequestAmbulanceDispatch-v2-0, RequestAmbulanceDispatchRequest-v2-0, acknowledgementResponse",
        "NHS111-v3-0, SendNHS111Report-v2-0, SendNHS111ReportRequest-v2-0, acknowledgementResponse",
        "NHS111-v3-0, NHS111RepeatCallerSyncQueryResp-v1-0, NHS111RepeatCallerQuery-v1-0,"
                + " NHS111RepeatCallerResponse-v1-0",
        "PDSMiniServices-v1-0, verifyNHSNumber-v1-0, verifyNHSNumberRequest-v1-0, verifyNHSNumberResponse-v1-0",
        "PDSMiniServices-v1-0, getNHSNumber-v1-0, getNHSNumberRequest-v1-0, getNHSNumberResponse-v1-0",
        "PDSMiniServices-v1-0, getPatientDetailsByNHSNumber-v1-0, getPatientDetailsByNHSNumberRequest-v1-0,"
                + " getPatientDetailsResponse-v1-0",
        "PDSMiniServices-v1-0, getPatientDetailsBySearch-v1-0, getPatientDetailsBySearchRequest-v1-0,"
                + " getPatientDetailsResponse-v1-0",
        "PDSMiniServices-v1-0, getPatientDetails-v1-0, getPatientDetailsRequest-v1-0, getPatientDetailsResponse-v1-0"
    })
    void onlyTheServiceAndWhatItUsesIsLeft(String family, String service, String input, String output)
            throws Exception {
        Document wsdl = read(SingleServiceWsdl.extract(family(family), service));

        assertEquals(List.of(service), names(wsdl, "service"));
        assertEquals(List.of(service + "_port"), names(wsdl, "port"));
        assertEquals(List.of(service + "_binding"), names(wsdl, "binding"));
        assertEquals(List.of(service + "_ptt"), names(wsdl, "portType"));
        assertEquals(List.of(service, service), names(wsdl, "operation"), "in the portType and in the binding");
        assertEquals(Set.of(input, output, "faultResponse"), Set.copyOf(names(wsdl, "message")));
        assertEquals(3, names(wsdl, "message").size());
        assertEquals(
                List.of("../xsd/ITKMessageTypes-2010-05.xsd", "../xsd/distributionEnvelope-v2-0.xsd"),
                attributes(wsdl, XSD, "include", "", "schemaLocation"));
        assertEquals(
                List.of("http://127.0.0.1:8080/itk/services/" + service),
                attributes(wsdl, SOAP, "address", "", "location"));
    }

    @ParameterizedTest
    @CsvSource({
        "CoreServices-v1-0, SendCDADocument-v2-0",
        "NHS111-v3-0, SendNHS111Report-v2-0",
        "PDSMiniServices-v1-0, verifyNHSNumber-v1-0"
    })
    void theActionsAreThoseOfTheWire(String family, String service) throws Exception {
        Document wsdl = read(SingleServiceWsdl.extract(family(family), service));

        assertEquals(List.of(URN + service), attributes(wsdl, SOAP, "operation", "", "soapAction"));
        for (String namespace : List.of(WSAM, WSAW)) {
            assertEquals(List.of(URN + service), attributes(wsdl, WSDL, "input", namespace, "Action"));
            assertEquals(List.of(URN + service + "Response"), attributes(wsdl, WSDL, "output", namespace, "Action"));
            assertEquals(
                    List.of("http://www.w3.org/2005/08/addressing/soap/fault"),
                    attributes(wsdl, WSDL, "fault", namespace, "Action"));
        }
    }

    @Test
    void removedDefinitionsLeaveNoBlankLines() throws Exception {
        String wsdl = text(SingleServiceWsdl.extract(family("PDSMiniServices-v1-0"), "getPatientDetails-v1-0"));
        assertFalse(wsdl.contains("\n\n\n"));
        assertFalse(wsdl.contains("standalone"));
    }

    @Test
    void aWsdlOfOneServiceStaysAsItIs() throws Exception {
        byte[] once = SingleServiceWsdl.extract(family("CoreServices-v1-0"), "SendDocument-v1-0");
        assertArrayEquals(once, SingleServiceWsdl.extract(once, "SendDocument-v1-0"));
    }

    @Test
    void everyPortOfTheServiceIsKept() throws Exception {
        Document wsdl = read(SingleServiceWsdl.extract(family("ITKService"), "ITKService"));
        assertEquals(
                List.of("ServReq11Port", "ServReqRes11Port", "ServReq12Port", "ServReqRes12Port"), names(wsdl, "port"));
        assertEquals(4, names(wsdl, "portType").size());
        assertEquals(4, names(wsdl, "message").size());
    }

    @Test
    void headerMessagesAreKept() throws Exception {
        Document wsdl = read(SingleServiceWsdl.extract(bytes(SMALL), "One"));
        assertEquals(List.of("a", "head"), names(wsdl, "message"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Three", "one", "t:One", "A"})
    void anUnknownServiceIsRefusedByName(String service) {
        assertTrue(refusal(SMALL, service).endsWith("wsdl:service " + service));
    }

    @ParameterizedTest
    @CsvSource({"binding, A", "portType, A", "message, a", "message, head"})
    void aMissingDefinitionIsRefusedByName(String kind, String name) {
        String definition = "<" + kind + " name='" + name;
        String refusal = refusal(SMALL.replace(definition, definition + "x"), "One");
        assertTrue(refusal.endsWith("wsdl:" + kind + " " + name), refusal);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "<definitions",
                "<definitions/>",
                "<description xmlns='http://www.w3.org/ns/wsdl'/>",
                "<!DOCTYPE definitions><definitions xmlns='http://schemas.xmlsoap.org/wsdl/'/>",
                "<!DOCTYPE definitions [<!ENTITY x SYSTEM 'file:///etc/hostname'>]><definitions>&x;</definitions>"
            })
    void whatIsNoWsdlIsRefused(String document) {
        assertThrows(IllegalArgumentException.class, () -> SingleServiceWsdl.extract(bytes(document), "One"));
    }

    @Test
    void bytesThatAreNotUtf8AreRefused() {
        byte[] latin1 = SMALL.replace("name='One'", "name='\u00e9'").getBytes(StandardCharsets.ISO_8859_1);
        assertThrows(IllegalArgumentException.class, () -> SingleServiceWsdl.extract(latin1, "One"));
    }

    private static String refusal(String document, String service) {
        return assertThrows(IllegalArgumentException.class, () -> SingleServiceWsdl.extract(bytes(document), service))
                .getMessage();
    }

    private static byte[] family(String name) throws IOException {
        try (InputStream in = SingleServiceWsdlTest.class.getResourceAsStream("/wsdl/" + name + ".wsdl")) {
            return in.readAllBytes();
        }
    }

    private static Document read(byte[] wsdl) throws Exception {
        return DocumentBuilderFactory.newDefaultNSInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(wsdl));
    }

    private static List<String> names(Document wsdl, String kind) {
        return attributes(wsdl, WSDL, kind, "", "name");
    }

    private static List<String> attributes(
            Document wsdl, String namespace, String element, String attributeNamespace, String attribute) {
        NodeList found = wsdl.getElementsByTagNameNS(namespace, element);
        return IntStream.range(0, found.getLength())
                .mapToObj(i -> (Element) found.item(i))
                .map(e -> attributeNamespace.isEmpty()
                        ? e.getAttribute(attribute)
                        : e.getAttributeNS(attributeNamespace, attribute))
                .filter(value -> !value.isEmpty())
                .toList();
    }

    private static byte[] bytes(String document) {
        return document.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(byte[] document) {
        return new String(document, StandardCharsets.UTF_8);
    }
}
