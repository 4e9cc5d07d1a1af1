package org.itkserver.soap;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.transform.OutputKeys;
import javax.xml.transform.Transformer;
import javax.xml.transform.TransformerException;
import javax.xml.transform.TransformerFactory;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamResult;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;
import org.w3c.dom.Text;
import org.xml.sax.SAXException;
import org.xml.sax.helpers.DefaultHandler;

/**
 * Cuts one service out of a WSDL 1.1 document that describes a family of them. Every ITK request has the same body
 * element, so Basic Profile 1.1 R2710 asks for one operation an endpoint: this is what its {@code ?wsdl} shows.
 *
 * <p>Stateless and thread-safe. Uses the JDK's own XML parser, whatever else is on the class path; reads and fetches
 * nothing but the bytes it is given.
 */
public final class SingleServiceWsdl {

    private static final String WSDL = "http://schemas.xmlsoap.org/wsdl/";

    private SingleServiceWsdl() {}

    /**
     * Keeps of a WSDL document the named service, its bindings, their portTypes and the messages they use, and all that
     * is no service, binding, portType or message: types, imports, documentation, extensions. Relative schema locations
     * stay as they are, so the result belongs at the place of the original.
     *
     * @param family a WSDL 1.1 document in which everything the service refers to is defined; not null, not changed
     * @param serviceName the {@code wsdl:service/@name} to keep; not null
     * @return a new document in UTF-8, never null
     * @throws IllegalArgumentException if {@code family} is not well-formed, has a DOCTYPE, is no WSDL 1.1 document, or
     *     does not define that service or something it refers to
     */
    public static byte[] extract(byte[] family, String serviceName) {
        Document document = parse(family);
        Element definitions = document.getDocumentElement();
        if (!isWsdl(definitions, "definitions")) {
            throw new IllegalArgumentException("Not a WSDL 1.1 document: root element " + definitions.getNodeName());
        }
        List<Element> services = keep(definitions, "service", Set.of(serviceName));
        Stream<Element> ports = services.stream().flatMap(SingleServiceWsdl::below);
        List<Element> bindings = keep(definitions, "binding", references(ports, "binding"));
        List<Element> portTypes = keep(definitions, "portType", references(bindings.stream(), "type"));
        Stream<Element> uses = Stream.of(portTypes, bindings) // a binding's soap:header names a message too
                .flatMap(List::stream)
                .flatMap(SingleServiceWsdl::below);
        keep(definitions, "message", references(uses, "message"));
        return serialize(document);
    }

    /** Removes the definitions of a kind whose name is not listed; every name listed must be there. */
    private static List<Element> keep(Element definitions, String kind, Set<String> names) {
        Set<String> missing = new TreeSet<>(names);
        List<Element> kept = new ArrayList<>();
        Node next;
        for (Node node = definitions.getFirstChild(); node != null; node = next) {
            next = node.getNextSibling();
            if (node instanceof Element child && isWsdl(child, kind)) {
                if (missing.remove(child.getAttribute("name"))) {
                    kept.add(child);
                } else {
                    remove(child);
                }
            }
        }
        if (!missing.isEmpty()) {
            throw new IllegalArgumentException("WSDL without wsdl:" + kind + " " + String.join(", ", missing));
        }
        return kept;
    }

    /** The local parts of the QNames in an attribute; all belong to the one target namespace of the document. */
    private static Set<String> references(Stream<Element> elements, String attribute) {
        return elements.map(element -> element.getAttribute(attribute).strip())
                .filter(name -> !name.isEmpty())
                .map(name -> name.substring(name.indexOf(':') + 1))
                .collect(Collectors.toSet());
    }

    private static Stream<Element> below(Element element) {
        NodeList below = element.getElementsByTagName("*");
        return IntStream.range(0, below.getLength()).mapToObj(i -> (Element) below.item(i));
    }

    private static void remove(Element element) {
        Node before = element.getPreviousSibling();
        if (before instanceof Text && before.getNodeValue().isBlank()) {
            element.getParentNode().removeChild(before);
        }
        element.getParentNode().removeChild(element);
    }

    private static boolean isWsdl(Element element, String kind) {
        return WSDL.equals(element.getNamespaceURI()) && kind.equals(element.getLocalName());
    }

    private static Document parse(byte[] xml) {
        try {
            DocumentBuilderFactory factory = DocumentBuilderFactory.newDefaultNSInstance();
            factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
            factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
            factory.setAttribute(XMLConstants.ACCESS_EXTERNAL_DTD, "");
            factory.setAttribute(XMLConstants.ACCESS_EXTERNAL_SCHEMA, "");
            DocumentBuilder builder = factory.newDocumentBuilder();
            builder.setErrorHandler(new DefaultHandler()); // throws what is fatal, and prints nothing
            return builder.parse(new ByteArrayInputStream(xml));
        } catch (SAXException | IOException e) {
            throw new IllegalArgumentException("Not a readable WSDL document: " + e.getMessage(), e);
        } catch (ParserConfigurationException e) {
            throw new IllegalStateException("The JDK's XML parser refuses its security settings", e);
        }
    }

    private static byte[] serialize(Document document) {
        try {
            TransformerFactory factory = TransformerFactory.newDefaultInstance();
            factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
            Transformer identity = factory.newTransformer();
            identity.setOutputProperty(OutputKeys.ENCODING, StandardCharsets.UTF_8.name());
            document.setXmlStandalone(true); // else the declaration says standalone="no"
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            identity.transform(new DOMSource(document), new StreamResult(out));
            return out.toByteArray();
        } catch (TransformerException e) {
            throw new IllegalStateException("A parsed WSDL document cannot be written", e);
        }
    }
}
