package org.itkserver.it;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

/** What a test looks up in a WSDL or schema as it was served. */
final class Wsdl {
    private static final String WSDL = "http://schemas.xmlsoap.org/wsdl/";

    private final Document document;

    Wsdl(String text) throws Exception {
        var factory = DocumentBuilderFactory.newDefaultNSInstance();
        factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
        document = factory.newDocumentBuilder().parse(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
    }

    private List<Element> all(String namespace, String name) {
        var found = document.getElementsByTagNameNS(namespace, name);
        var out = new ArrayList<Element>();
        for (int i = 0; i < found.getLength(); i++) {
            out.add((Element) found.item(i));
        }
        return out;
    }

    /** Port name to the location of its address, SOAP 1.1 or 1.2. */
    Map<String, String> ports() {
        var out = new TreeMap<String, String>();
        for (var address : all("*", "address")) {
            out.put(((Element) address.getParentNode()).getAttribute("name"), address.getAttribute("location"));
        }
        return out;
    }

    /** Names of the operations of all port types. */
    List<String> operations() {
        return all(WSDL, "operation").stream()
                .filter(operation -> operation.getParentNode().getLocalName().equals("portType"))
                .map(operation -> operation.getAttribute("name"))
                .toList();
    }

    /** The soapAction of every binding's operation. */
    List<String> soapActions() {
        return all("*", "operation").stream()
                .map(operation -> operation.getAttribute("soapAction"))
                .filter(action -> !action.isEmpty())
                .toList();
    }

    /** Where its imports and includes point to. */
    List<String> imports() {
        var out = new ArrayList<String>();
        for (var name : List.of("import", "include", "redefine")) {
            for (var element : all("*", name)) {
                out.add(element.getAttribute("location") + element.getAttribute("schemaLocation"));
            }
        }
        out.removeIf(String::isEmpty);
        return out;
    }

    /** Local name of the root element. */
    String root() {
        return document.getDocumentElement().getLocalName();
    }
}
