package org.itkserver.envelope;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import javax.xml.XMLConstants;
import javax.xml.namespace.QName;
import org.junit.jupiter.api.Test;

class FaultWriterTest {
    private static final String ERROR_ID = "E1A5D0C2-4B77-49F0-9E52-0A1B2C3D4E66";

    /** A sender may use the prefix xml without a declaration, and nobody may bind another one to its namespace. */
    @Test
    void aHeaderBlockInTheXmlNamespaceIsNamedByItsOnlyPrefix() {
        var block = new QName(XMLConstants.XML_NS_URI, "block");
        var other = new QName("urn:a&b", "other");
        var fault = new FaultWriter(new AnswerWriter(Documents.numbered()))
                .fault(SoapVersion.SOAP_12, ToolkitError.mustUnderstand(List.of(block, other)), ERROR_ID, null);

        var headers = Documents.all(Documents.parse(fault).getDocumentElement(), "NotUnderstood");

        assertEquals("xml:block", headers.get(0).getAttribute("qname"));
        assertEquals("n:other", headers.get(1).getAttribute("qname"));
        assertEquals("urn:a&b", headers.get(1).lookupNamespaceURI("n"));
    }
}
