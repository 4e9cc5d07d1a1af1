package org.itkserver.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.StringReader;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.regex.Pattern;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.transform.dom.DOMSource;
import javax.xml.validation.SchemaFactory;
import javax.xml.xpath.XPathConstants;
import javax.xml.xpath.XPathFactory;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

/**
 * An acknowledgement as its bytes came off the wire, held against what the ITK conformance tools look at. Elements are found by
 * local name, so that prefixes do not matter.
 */
final class AckOnTheWire {
    private static final Pattern UUID = Pattern.compile("[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}");
    private static final Pattern TIME = Pattern.compile("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?Z");
    private static final String SERVICE = "urn:nhs-itk:services:201005:";

    private final BackEnd.Call call;
    private final Document document;

    AckOnTheWire(BackEnd.Call call) {
        this.call = call;
        try {
            var factory = DocumentBuilderFactory.newInstance();
            factory.setNamespaceAware(true);
            document = factory.newDocumentBuilder().parse(new InputSource(new StringReader(call.body())));
        } catch (Exception e) {
            throw new AssertionError("not well-formed: " + call.body(), e);
        }
    }

    /** What an XPath over local names finds: {@code a/b/@c} means element a anywhere, its child b, attribute c. */
    String value(String path) {
        var steps = path.split("/");
        var out = new StringBuilder("/");
        for (var step : steps) {
            out.append('/')
                    .append(step.startsWith("@") || step.contains("(") ? step : "*[local-name()='" + step + "']");
        }
        return evaluate(out.toString().replaceFirst("^//?", "//"));
    }

    private String evaluate(String xpath) {
        try {
            return XPathFactory.newInstance().newXPath().evaluate(xpath, document);
        } catch (Exception e) {
            throw new IllegalArgumentException(xpath, e);
        }
    }

    int count(String localName) {
        try {
            var nodes = (NodeList) XPathFactory.newInstance()
                    .newXPath()
                    .evaluate("//*[local-name()='" + localName + "']", document, XPathConstants.NODESET);
            return nodes.getLength();
        } catch (Exception e) {
            throw new IllegalArgumentException(localName, e);
        }
    }

    String bytes() {
        return call.body();
    }

    boolean isBusiness() {
        return count("BusinessResponseMessage") == 1;
    }

    String trackingId() {
        return value("DistributionEnvelope/header/@trackingid");
    }

    /** The request validator's items (SOAP, WS-Addressing, WS-Security) and the envelope validator's. */
    void checkRequestAndEnvelope(String service, String to) throws Exception {
        var action = SERVICE + service;
        assertEquals('"' + action + '"', call.header("Soapaction"));
        assertTrue(call.header("Content-type").startsWith("text/xml"), call.header("Content-type"));
        assertTrue(UUID.matcher(value("Header/MessageID")).matches(), value("Header/MessageID"));
        assertEquals(action, value("Header/Action"));
        assertEquals(action, value("DistributionEnvelope/header/@service"));
        assertEquals(to, value("Header/To"));
        assertEquals(0, count("ReplyTo"));
        assertEquals(0, count("RelatesTo"));
        assertEquals(0, count("ReferenceProperties") + count("ReferenceParameters"));
        checkSecurity();
        var ids = new ArrayList<>(List.of(
                value("Header/MessageID"),
                trackingId(),
                value("payloads/payload/@id"),
                evaluate("//*[local-name()='Timestamp']/@*[local-name()='Id']")));
        assertEquals(ids.size(), new HashSet<>(ids).size(), "identifiers differ: " + ids);
        assertEquals(value("manifest/manifestitem/@id"), value("payloads/payload/@id"));
        assertEquals("0", evaluate("count(//@*[normalize-space(.)=''])"), "blank attributes");
        assertFalse(call.body().contains("schemaLocation"));
        checkEnvelope();
    }

    private void checkSecurity() {
        var created = value("Timestamp/Created");
        var expires = value("Timestamp/Expires");
        assertTrue(TIME.matcher(created).matches() && TIME.matcher(expires).matches(), created + " " + expires);
        assertTrue(Instant.parse(created).isBefore(Instant.parse(expires)));
        assertTrue(Duration.between(Instant.parse(created), Instant.now()).abs().toMinutes() < 2);
        assertEquals("itk-z9999", value("UsernameToken/Username"));
        assertEquals(0, count("Password") + count("Nonce"));
    }

    private void checkEnvelope() throws Exception {
        assertTrue(UUID.matcher(trackingId()).matches(), trackingId());
        assertEquals("urn:nhs-uk:identity:ods:Z9999:itk", value("auditIdentity/id/@uri"));
        assertEquals("1", value("manifest/@count"));
        assertEquals("1", value("payloads/@count"));
        assertEquals(1, count("manifestitem"));
        assertEquals(1, count("payload"));
        assertEquals("text/xml", value("manifest/manifestitem/@mimetype"));
        assertTrue(
                value("DistributionEnvelope/header/senderAddress/@uri").startsWith("urn:nhs-uk:addressing:ods:Z9999"));
        validate("distributionEnvelope-v2-0.xsd", "DistributionEnvelope", true);
    }

    /** The items of an infrastructure acknowledgement of a message. */
    void checkInfrastructure(String trackingIdRef, String serviceRef, boolean positive) throws Exception {
        var root = "InfrastructureResponse/";
        assertEquals(trackingIdRef, value(root + "@trackingIdRef"));
        assertNotEquals(trackingIdRef, trackingId());
        assertEquals(SERVICE + serviceRef, value(root + "@serviceRef"));
        assertTrue(TIME.matcher(value(root + "@timestamp")).matches());
        assertEquals(positive ? "OK" : "Failure", value(root + "@result"));
        assertEquals("urn:nhs-uk:identity:ods:Z9999:itk", value(root + "reportingIdentity/id/@uri"));
        assertEquals(positive ? 0 : 1, count("errorInfo"));
        assertEquals(1, count("errors"));
        validate("GenericInfrastructureResponse-v1-0.xsd", "InfrastructureResponse", false);
    }

    /** The items of a nack's error. */
    void checkDeliveryError(String code, String text) {
        assertTrue(UUID.matcher(value("errorInfo/ErrorID")).matches(), value("errorInfo/ErrorID"));
        assertEquals("2.16.840.1.113883.2.1.3.2.4.17.516", value("errorInfo/ErrorCode/@codeSystem"));
        assertEquals(code, value("errorInfo/ErrorCode"));
        assertEquals(text, value("errorInfo/ErrorText"));
    }

    /** The items of a business acknowledgement of a message. */
    void checkBusiness(String trackingIdRef, String interaction, String payloadId, String typeCode) throws Exception {
        var transmission = "/conveyingTransmission/id/@root";
        assertTrue(UUID.matcher(value("BusinessResponseMessage/id/@root")).matches());
        assertTrue(value("BusinessResponseMessage/creationTime/@value").matches("\\d{14}"));
        assertEquals("2.16.840.1.113883.2.1.3.2.4.12", value("interactionId/@root"));
        assertEquals(interaction, value("interactionId/@extension"));
        assertEquals(typeCode, value("acknowledgedBy3/@typeCode"));
        assertEquals(trackingIdRef, value("acknowledgedBy3" + transmission));
        assertNotEquals(trackingIdRef, trackingId());
        assertEquals(typeCode, value("acknowledgedBy2/@typeCode"));
        assertEquals(payloadId, value("acknowledgedBy2" + transmission));
        assertEquals("RCV", value("communicationFunction1/@typeCode"));
        assertEquals("SND", value("communicationFunction/@typeCode"));
        assertEquals(typeCode.equals("AA") ? 0 : 1, count("acknowledgementDetail"));
        validate("MCCI_MT020000GB02.xsd", "BusinessResponseMessage", false);
    }

    private void validate(String schema, String element, boolean withoutPayload) throws Exception {
        var file =
                Path.of(System.getProperty("itk.basedir", "."), "xsd", schema).toFile();
        var node = (Element) XPathFactory.newInstance()
                .newXPath()
                .evaluate("//*[local-name()='" + element + "']", document, XPathConstants.NODE);
        var copy = (Element) node.cloneNode(true);
        if (withoutPayload) {
            var payload = copy.getElementsByTagNameNS("*", "payload").item(0);
            while (payload.hasChildNodes()) {
                payload.removeChild(payload.getFirstChild());
            }
        }
        SchemaFactory.newInstance(XMLConstants.W3C_XML_SCHEMA_NS_URI)
                .newSchema(file)
                .newValidator()
                .validate(new DOMSource(copy));
    }
}
