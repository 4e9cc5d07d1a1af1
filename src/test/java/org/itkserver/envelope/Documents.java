package org.itkserver.envelope;

import com.ctc.wstx.stax.WstxInputFactory;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.transform.stream.StreamSource;
import javax.xml.validation.Schema;
import javax.xml.validation.SchemaFactory;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.xml.sax.SAXException;

/** What the writers' tests look at documents with: the JDK's parser and validator, not ours. */
final class Documents {
    /** GenericInfrastructureResponse includes distributionEnvelope; one source for each target namespace. */
    private static final Schema ENVELOPE = schema("GenericInfrastructureResponse-v1-0.xsd", "MCCI_MT020000GB02.xsd");

    private static final Schema QUEUE = schema("QueueCollectionMessageTypes-2010-05.xsd");

    private Documents() {}

    /** Ids that can be told apart and counted. */
    static Ids numbered() {
        var last = new AtomicInteger();
        return () -> "00000000-0000-4000-8000-%012X".formatted(last.incrementAndGet());
    }

    static Document parse(byte[] document) {
        try {
            var factory = DocumentBuilderFactory.newInstance();
            factory.setNamespaceAware(true);
            return factory.newDocumentBuilder().parse(new ByteArrayInputStream(document));
        } catch (SAXException | ParserConfigurationException e) {
            throw new AssertionError(new String(document, StandardCharsets.UTF_8), e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Element parse(String element) {
        return parse(element.getBytes(StandardCharsets.UTF_8)).getDocumentElement();
    }

    /** Every element with this local name, in document order. */
    static List<Element> all(Element root, String localName) {
        var found = root.getElementsByTagNameNS("*", localName);
        var out = new ArrayList<Element>();
        for (int i = 0; i < found.getLength(); i++) {
            out.add((Element) found.item(i));
        }
        return out;
    }

    /** The only element with this local name. */
    static Element one(Element root, String localName) {
        var found = all(root, localName);
        if (found.size() != 1) {
            throw new AssertionError(found.size() + " elements " + localName);
        }
        return found.get(0);
    }

    /** The attribute of the only element with this local name. */
    static String value(Element root, String localName, String attribute) {
        return one(root, localName).getAttribute(attribute);
    }

    /** Fails when the element breaks the schemas in xsd/, the payload included. */
    static void validate(String element) {
        validate(ENVELOPE, element);
    }

    /** Fails when the queue answer breaks its schema. */
    static void validateQueue(String element) {
        validate(QUEUE, element);
    }

    private static void validate(Schema schema, String element) {
        try {
            schema.newValidator().validate(new StreamSource(new StringReader(element)));
        } catch (SAXException e) {
            throw new AssertionError(element, e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What our own scanner says about an envelope, put into a SOAP message. */
    static ScannedMessage scan(String envelope) throws IOException {
        var soap = "<s:Envelope xmlns:s=\"" + SoapVersion.SOAP_11.namespace() + "\"><s:Body>" + envelope
                + "</s:Body></s:Envelope>";
        return new EnvelopeScanner(new WstxInputFactory(), ScanLimits.DEFAULT)
                .scan(MessageBody.of(Messages.utf8(soap)));
    }

    private static Schema schema(String... files) {
        try {
            var sources = Arrays.stream(files)
                    .map(file -> new StreamSource(Path.of("xsd", file).toFile()))
                    .toArray(StreamSource[]::new);
            return SchemaFactory.newInstance(XMLConstants.W3C_XML_SCHEMA_NS_URI).newSchema(sources);
        } catch (SAXException e) {
            throw new IllegalStateException(e);
        }
    }
}
