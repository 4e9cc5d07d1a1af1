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

    /** Longest text of one fact, in characters. */
    private static final int LONGEST_FACT = 2_000;

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
     * @param budget where it is spent, the document is cut
     * @throws XMLStreamException when it is not well-formed
     */
    static ClinicalDocument read(XMLInputFactory factory, InputStream in, ViewBudget budget) throws XMLStreamException {
        var reader = factory.createXMLStreamReader(in);
        try {
            return new Walk(reader, budget).run();
        } finally {
            reader.close();
        }
    }

    /** One walk through a document. */
    private static final class Walk {
        private final XMLStreamReader reader;
        private final ViewBudget budget;
        private final List<String> path = new ArrayList<>();
        private final Map<String, StringBuilder> facts = new LinkedHashMap<>();
        private final List<Block> blocks = new ArrayList<>();
        private final StringBuilder text = new StringBuilder();
        private final List<String> cells = new ArrayList<>();
        private int sections;
        private int narrative;
        /** How many elements are around the document itself; some services wrap it. */
        private int around = -1;

        Walk(XMLStreamReader reader, ViewBudget budget) {
            this.reader = reader;
            this.budget = budget;
        }

        ClinicalDocument run() throws XMLStreamException {
            boolean spent = false;
            while (reader.hasNext() && blocks.size() < MOST && !spent) {
                switch (reader.next()) {
                    case XMLStreamConstants.START_ELEMENT -> start(reader.getLocalName());
                    case XMLStreamConstants.END_ELEMENT -> end(reader.getLocalName());
                    case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA -> text();
                    default -> {
                        // comments and the like say nothing to a reader
                    }
                }
                spent = budget.isSpent();
            }
            var stated = new LinkedHashMap<String, String>();
            facts.forEach((label, value) -> stated.put(label, value.toString()));
            return new ClinicalDocument(stated, blocks, blocks.size() >= MOST || spent);
        }

        private void text() {
            budget.spend(reader.getTextLength());
            text.append(reader.getText());
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
            add(label, value, ", ");
        }

        private void add(String label, String value, String between) {
            var fact = facts.computeIfAbsent(label, l -> new StringBuilder());
            if (fact.length() >= LONGEST_FACT) {
                return;
            }
            fact.append(fact.isEmpty() ? "" : between).append(value);
            if (fact.length() >= LONGEST_FACT) {
                fact.setLength(
                        Character.isHighSurrogate(fact.charAt(LONGEST_FACT - 1)) ? LONGEST_FACT - 1 : LONGEST_FACT);
                fact.append("\u2026");
            }
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
                    add(label, value, " ");
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
                blocks.add(new Block(kind, 0, List.of(Show.lines(value))));
            }
            text.setLength(0);
        }
    }
}
