package org.itkserver.connector;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.itkserver.envelope.Namespaces;
import org.itkserver.handler.Payload;
import org.jspecify.annotations.Nullable;

/** Reads the query of a PDS mini service request. Thread-safe. */
final class PatientQueryReader {
    /** Longest payload that is read, in bytes; a query has about one thousand. */
    static final int LIMIT = 64 << 10;

    private final XMLInputFactory factory;

    /** @param factory a factory for this reader alone; it is hardened here */
    PatientQueryReader(XMLInputFactory factory) {
        this.factory = factory;
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
    }

    /** The query; empty when the payload is too long, not well-formed, or has a document type declaration. */
    Optional<PatientQuery> read(Payload payload) {
        try (var in = payload.open()) {
            var bytes = in.readNBytes(LIMIT + 1);
            if (bytes.length > LIMIT) {
                return Optional.empty();
            }
            var reader = factory.createXMLStreamReader(new ByteArrayInputStream(bytes), "UTF-8");
            try {
                return Optional.of(new Reading(reader).query());
            } finally {
                reader.close();
            }
        } catch (IOException | XMLStreamException e) {
            return Optional.empty();
        }
    }

    /** One payload. */
    private static final class Reading {
        private final XMLStreamReader reader;
        private final Deque<String> path = new ArrayDeque<>();
        private final Map<QueryPart, String> parts = new EnumMap<>(QueryPart.class);
        private String message = "";

        Reading(XMLStreamReader reader) {
            this.reader = reader;
        }

        PatientQuery query() throws XMLStreamException {
            while (reader.hasNext()) {
                switch (reader.next()) {
                    case XMLStreamConstants.START_ELEMENT -> started();
                    case XMLStreamConstants.END_ELEMENT -> path.removeLast();
                    case XMLStreamConstants.DTD, XMLStreamConstants.ENTITY_REFERENCE ->
                        throw new XMLStreamException("a document type declaration is not allowed");
                    default -> {
                        // text is read where it is expected; the rest says nothing
                    }
                }
            }
            return new PatientQuery(message, parts);
        }

        private void started() throws XMLStreamException {
            var name = name();
            if (path.isEmpty()) {
                message = name;
            }
            path.addLast(path.isEmpty() ? "" : name);
            switch (String.join("/", path)) {
                case "/queryEvent/Person.NHSNumber/value" -> nhsNumber();
                case "/queryEvent/Person.DateOfBirth/value" -> found(QueryPart.DATE_OF_BIRTH, attribute("value"));
                case "/queryEvent/Person.Gender/value" -> found(QueryPart.GENDER, attribute("code"));
                case "/queryEvent/Person.Name/value/family" -> found(QueryPart.FAMILY_NAME, text());
                case "/queryEvent/Person.Name/value/given" -> found(QueryPart.GIVEN_NAME, text());
                case "/queryEvent/Person.Postcode/value/postalCode" -> found(QueryPart.POSTCODE, text());
                default -> {
                    // not a part that a query is answered by
                }
            }
        }

        private String name() {
            var namespace = reader.getNamespaceURI();
            var name = reader.getLocalName();
            return Namespaces.HL7V3.equals(namespace) ? name : "{" + namespace + "}" + name;
        }

        private void nhsNumber() {
            if (Namespaces.NHS_NUMBER.equals(attribute("root"))) {
                found(QueryPart.NHS_NUMBER, attribute("extension"));
            }
        }

        private @Nullable String attribute(String name) {
            return reader.getAttributeValue("", name);
        }

        /** The text of an element that holds only text; leaves the reader on its end tag. */
        private String text() throws XMLStreamException {
            var text = reader.getElementText();
            path.removeLast();
            return text;
        }

        /** Keeps the first value of a part: of several given names the first is compared. */
        private void found(QueryPart part, @Nullable String value) {
            if (value != null && !value.isBlank()) {
                parts.putIfAbsent(part, value.strip());
            }
        }
    }
}
