package org.itkserver.testing;

import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.Optional;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.xml.sax.ErrorHandler;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;
import org.xml.sax.SAXParseException;

/** The JDK's own namespace-aware parser without document types, which shares nothing with the server's: a second opinion. */
public final class JdkXml {
    private static final String JDK = "com.sun.org.apache.xerces.internal.jaxp.DocumentBuilderFactoryImpl";

    private JdkXml() {}

    /** The tree of a document, empty when it is not well-formed. */
    public static Optional<Document> tree(String document) {
        return tree(new InputSource(new StringReader(document)));
    }

    public static Optional<Document> tree(InputSource document) {
        try {
            var factory = DocumentBuilderFactory.newInstance(JDK, null);
            factory.setNamespaceAware(true);
            factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
            factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
            // the limits of the server are its own
            factory.setAttribute("jdk.xml.maxXMLNameLimit", "1000000");
            factory.setAttribute("jdk.xml.maxElementDepth", "0");
            var builder = factory.newDocumentBuilder();
            builder.setErrorHandler(new Strict());
            return Optional.of(builder.parse(document));
        } catch (SAXException e) {
            return Optional.empty();
        } catch (IOException e) {
            // bytes that are not the encoding they say
            return Optional.empty();
        } catch (ParserConfigurationException e) {
            throw new AssertionError(e);
        }
    }

    /** The elements with this name below a node, in document order. */
    public static java.util.List<Element> elements(Node from, String namespace, String localName) {
        var out = new ArrayList<Element>();
        var all = from instanceof Document document
                ? document.getElementsByTagNameNS(namespace, localName)
                : ((Element) from).getElementsByTagNameNS(namespace, localName);
        for (int i = 0; i < all.getLength(); i++) {
            out.add((Element) all.item(i));
        }
        return out;
    }

    /** The child elements. */
    public static java.util.List<Element> children(Node parent) {
        var out = new ArrayList<Element>();
        for (var at = parent.getFirstChild(); at != null; at = at.getNextSibling()) {
            if (at instanceof Element element) {
                out.add(element);
            }
        }
        return out;
    }

    private static final class Strict implements ErrorHandler {
        @Override
        public void warning(SAXParseException e) {
            // not an error
        }

        @Override
        public void error(SAXParseException e) throws SAXException {
            throw e;
        }

        @Override
        public void fatalError(SAXParseException e) throws SAXException {
            throw e;
        }
    }
}
