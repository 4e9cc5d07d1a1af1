package org.itkserver.admin;

import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * A CDA document as plain text with its structure: who and what it is about, then headings, paragraphs, list items and
 * table rows. Nothing of its markup is kept, so nothing in it can act. Public only for the template.
 *
 * @param facts what its header says, in its order
 * @param blocks its body, at most {@value #MOST}
 * @param cut whether the body has more
 */
public record ClinicalDocument(Map<String, String> facts, List<Block> blocks, boolean cut) {
    static final int MOST = 2_000;

    private static final Set<String> BLOCKS =
            Set.of("paragraph", "item", "tr", "text", "caption", "list", "table", "tbody", "thead", "tfoot");
    private static final Set<String> CELLS = Set.of("td", "th");

    /** What a block is. */
    public enum Kind {
        HEADING,
        PARAGRAPH,
        ITEM,
        ROW
    }

    /**
     * A piece of the body.
     *
     * @param level of a heading: 1 for a section, 2 for a section in it, and so on; else 0
     * @param cells its text; of a row, one for each cell
     */
    public record Block(Kind kind, int level, List<String> cells) {
        public Block {
            cells = List.copyOf(cells);
        }

        /** The whole text. */
        public String text() {
            return String.join(" ", cells);
        }
    }

    /**
     * Reads a document.
     *
     * @param factory does not support document types
     * @throws XMLStreamException when it is not well-formed
     */
    static ClinicalDocument read(XMLInputFactory factory, InputStream in) throws XMLStreamException {
        var reader = factory.createXMLStreamReader(in);
        try {
            return new Walk(reader).run();
        } finally {
            reader.close();
        }
    }

    /** One walk through a document. */
    private static final class Walk {
        private final XMLStreamReader reader;
        private final List<String> path = new ArrayList<>();
        private final Map<String, String> facts = new LinkedHashMap<>();
        private final List<Block> blocks = new ArrayList<>();
        private final StringBuilder text = new StringBuilder();
        private final List<String> cells = new ArrayList<>();
        private int sections;
        private int narrative;
        /** How many elements are around the document itself; some services wrap it. */
        private int around = -1;

        Walk(XMLStreamReader reader) {
            this.reader = reader;
        }

        ClinicalDocument run() throws XMLStreamException {
            while (reader.hasNext() && blocks.size() < MOST) {
                switch (reader.next()) {
                    case XMLStreamConstants.START_ELEMENT -> start(reader.getLocalName());
                    case XMLStreamConstants.END_ELEMENT -> end(reader.getLocalName());
                    case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA -> text.append(reader.getText());
                    default -> {
                        // comments and the like say nothing to a reader
                    }
                }
            }
            return new ClinicalDocument(facts, blocks, blocks.size() >= MOST);
        }

        private void start(String name) {
            if (around < 0 && name.equals("ClinicalDocument")) {
                around = path.size();
            }
            path.add(name);
            if (narrative > 0) {
                if (BLOCKS.contains(name)) {
                    flush(Kind.PARAGRAPH);
                } else if (CELLS.contains(name)) {
                    text.setLength(0);
                } else if (name.equals("br")) {
                    text.append('\n');
                }
                return;
            }
            text.setLength(0);
            if (name.equals("section")) {
                sections++;
            } else if (name.equals("text") && sections > 0) {
                narrative = path.size();
            }
            attributes(name);
        }

        private void attributes(String name) {
            switch (name) {
                case "effectiveTime" -> fact(depth() == 2, "Date", "value");
                case "birthTime" -> fact(inside("recordTarget"), "Patient's date of birth", "value");
                case "administrativeGenderCode" -> fact(inside("recordTarget"), "Patient's gender", "displayName");
                case "code" -> fact(depth() == 2, "Kind of document", "displayName");
                case "id" -> fact(inside("patientRole") && depth() == 4, "Patient's identifier", "extension");
                default -> {
                    // structure
                }
            }
        }

        /** Of the document: itself is 1. */
        private int depth() {
            return around < 0 ? 0 : path.size() - around;
        }

        private boolean inside(String name) {
            return path.contains(name);
        }

        private void fact(boolean applies, String label, String attribute) {
            var value = reader.getAttributeValue(null, attribute);
            if (applies && value != null && !value.isBlank()) {
                add(label, value.strip());
            }
        }

        private void add(String label, String value) {
            facts.merge(label, value, (earlier, more) -> earlier + ", " + more);
        }

        private void end(String name) {
            if (narrative > 0) {
                endOfNarrative(name);
            } else {
                endOfStructure(name, Show.oneLine(text));
                text.setLength(0);
            }
            path.remove(path.size() - 1);
        }

        private void endOfNarrative(String name) {
            if (CELLS.contains(name)) {
                cells.add(Show.oneLine(text));
                text.setLength(0);
            } else if (name.equals("tr")) {
                row();
            } else if (name.equals("item")) {
                flush(Kind.ITEM);
            } else if (BLOCKS.contains(name)) {
                flush(Kind.PARAGRAPH);
            }
            if (path.size() == narrative) {
                narrative = 0;
            }
        }

        private void endOfStructure(String name, String value) {
            if (name.equals("section")) {
                sections--;
            } else if (value.isEmpty()) {
                return;
            } else if (name.equals("title") && sections == 0) {
                add("Title", value);
            } else if (name.equals("title")) {
                blocks.add(new Block(Kind.HEADING, sections, List.of(value)));
            } else if (Set.of("prefix", "given", "family", "suffix").contains(name) || name.equals("name")) {
                name(value);
            } else if (inside("nonXMLBody")) {
                blocks.add(new Block(
                        Kind.PARAGRAPH, 0, List.of("The body is no text; the message as received has its bytes.")));
            }
        }

        private void name(String value) {
            for (var who : List.of("recordTarget", "author", "custodian", "informationRecipient")) {
                if (inside(who)) {
                    var label = who.equals("recordTarget") ? "Patient" : Show.words(who);
                    facts.merge(label, value, (earlier, more) -> earlier + " " + more);
                    return;
                }
            }
        }

        private void row() {
            if (!cells.isEmpty()) {
                blocks.add(new Block(Kind.ROW, 0, cells));
                cells.clear();
            }
            text.setLength(0);
        }

        private void flush(Kind kind) {
            var value = text.toString().strip();
            if (!value.isEmpty()) {
                blocks.add(new Block(
                        kind,
                        0,
                        List.of(Show.visible(value)
                                .replaceAll("[ \\t]*\\R[ \\t]*", "\n")
                                .replaceAll("[ \\t]+", " "))));
            }
            text.setLength(0);
        }
    }
}
