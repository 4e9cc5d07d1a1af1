package org.itkserver.admin;

import java.io.InputStream;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/** XML with a line for each element, for reading. Comments and processing instructions are left out. */
final class PrettyXml {
    static final int MOST = 256 * 1024;

    private final XMLStreamReader reader;
    private final ViewBudget budget;
    private boolean spent;
    private final StringBuilder out = new StringBuilder();
    private int depth;
    private boolean open;

    private PrettyXml(XMLStreamReader reader, ViewBudget budget) {
        this.reader = reader;
        this.budget = budget;
    }

    /**
     * @param factory does not support document types
     * @param budget where it is spent, the text is cut
     * @return at most about {@value #MOST} characters, with an ellipsis when there is more
     * @throws XMLStreamException when it is not well-formed
     */
    static String of(XMLInputFactory factory, InputStream in, ViewBudget budget) throws XMLStreamException {
        var reader = factory.createXMLStreamReader(in);
        try {
            return new PrettyXml(reader, budget).run();
        } finally {
            reader.close();
        }
    }

    private String run() throws XMLStreamException {
        while (reader.hasNext() && out.length() < MOST && !spent) {
            switch (reader.next()) {
                case XMLStreamConstants.START_ELEMENT -> start();
                case XMLStreamConstants.END_ELEMENT -> end();
                case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA -> text();
                default -> {
                    // nothing of the content
                }
            }
            spent = budget.isSpent();
        }
        return Show.visible(out.length() < MOST && !spent ? out : out.append("\n…"));
    }

    private void start() {
        line();
        out.append('<').append(name());
        for (int i = 0; i < reader.getNamespaceCount(); i++) {
            var prefix = reader.getNamespacePrefix(i);
            attribute(prefix == null || prefix.isEmpty() ? "xmlns" : "xmlns:" + prefix, reader.getNamespaceURI(i));
        }
        for (int i = 0; i < reader.getAttributeCount(); i++) {
            var prefix = reader.getAttributePrefix(i);
            var local = reader.getAttributeLocalName(i);
            attribute(prefix == null || prefix.isEmpty() ? local : prefix + ":" + local, reader.getAttributeValue(i));
        }
        out.append('>');
        depth++;
        open = true;
    }

    private void attribute(String name, String value) {
        out.append(' ')
                .append(name)
                .append("=\"")
                .append(escaped(value == null ? "" : value))
                .append('"');
    }

    private void end() {
        depth--;
        if (open) {
            open = false;
        } else {
            line();
        }
        out.append("</").append(name()).append('>');
    }

    private void text() {
        budget.spend(reader.getTextLength());
        var text = reader.getText();
        if (!text.isBlank()) {
            if (!open) {
                line();
            }
            out.append(escaped(text.strip()));
        }
    }

    private String name() {
        var prefix = reader.getPrefix();
        return prefix == null || prefix.isEmpty() ? reader.getLocalName() : prefix + ":" + reader.getLocalName();
    }

    private void line() {
        if (!out.isEmpty()) {
            out.append('\n');
        }
        out.append("  ".repeat(Math.min(depth, 40)));
        open = false;
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace("\"", "&quot;");
    }
}
