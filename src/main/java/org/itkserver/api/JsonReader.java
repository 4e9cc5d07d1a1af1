package org.itkserver.api;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.Writer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.itkserver.io.ProblemType;

/**
 * Reads a JSON document of a known shape, strictly: an unknown or repeated member, another type than the rule says or
 * anything after the document is a {@link Problem} that names the member. Streams; nothing deeper than the known shape is
 * ever read. Not thread-safe.
 */
final class JsonReader implements Closeable {
    private static final int DEEPEST = 8;
    private static final int LONGEST_NAME = 100;
    private static final int QUAD = 4;
    private static final int BYTES_OF_QUAD = 3;
    private static final String NOT_BASE64 = "must be base64 with padding";
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(DEEPEST)
                    .maxNameLength(LONGEST_NAME)
                    .maxNumberLength(LONGEST_NAME)
                    .maxStringLength(Integer.MAX_VALUE)
                    .build())
            .build();

    private final JsonParser parser;

    JsonReader(InputStream in) throws IOException {
        parser = FACTORY.createParser(in);
    }

    /** What reads a value; the parser stands on its first token. */
    @FunctionalInterface
    interface Value {
        /** @param path where the value is, such as {@code payloads[0].mimeType} */
        void read(String path) throws IOException;
    }

    /**
     * A rule for a text.
     *
     * @param words completes "must be"
     */
    record Rule(int longest, Predicate<String> allowed, String words) {}

    /**
     * Reads a document that is one object.
     *
     * @param members what reads each member it may have
     * @throws Problem when it is no such document
     * @throws IOException when the source fails
     */
    void document(Map<String, Value> members) throws IOException {
        try {
            if (parser.nextToken() == null) {
                throw new Problem(ProblemType.BAD_REQUEST, "The body is empty; it must be a JSON object.");
            }
            object("", members);
            if (parser.nextToken() != null) {
                throw new Problem(ProblemType.BAD_REQUEST, "There is more text after the JSON object.");
            }
        } catch (StreamConstraintsException e) {
            throw new Problem(ProblemType.BAD_REQUEST, "The body passes a structural limit (depth, name or number).");
        } catch (JsonProcessingException e) {
            var at = e.getLocation();
            var where = at == null ? "" : " at line " + at.getLineNr() + ", column " + at.getColumnNr();
            throw new Problem(ProblemType.BAD_REQUEST, "The body is not well-formed JSON" + where + ".");
        }
    }

    /** Reads an object. */
    void object(String path, Map<String, Value> members) throws IOException {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            throw path.isEmpty()
                    ? new Problem(ProblemType.BAD_REQUEST, "The body must be a JSON object.")
                    : Problem.of(path, "must be an object");
        }
        var seen = new HashSet<String>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            var name = parser.currentName();
            var member = path.isEmpty() ? name : path + "." + name;
            var value = members.get(name);
            if (value == null) {
                throw Problem.of(printable(member), "is unknown here");
            }
            if (!seen.add(name)) {
                throw Problem.of(member, "is there twice");
            }
            parser.nextToken();
            value.read(member);
        }
    }

    /** A name that somebody else made up, fit for an answer. */
    static String printable(String name) {
        return name.replaceAll("[^\\x20-\\x7e]", "?");
    }

    /** Reads an array. */
    void array(String path, int most, Value item) throws IOException {
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            throw Problem.of(path, "must be an array");
        }
        for (int i = 0; parser.nextToken() != JsonToken.END_ARRAY; i++) {
            if (i == most) {
                throw Problem.of(path, "must have " + most + " items at most");
            }
            item.read(path + "[" + i + "]");
        }
    }

    /** Reads an array of texts. */
    List<String> texts(String path, int most, Rule rule) throws IOException {
        var out = new ArrayList<String>();
        array(path, most, item -> out.add(text(item, rule)));
        return out;
    }

    /** Whether the value is null, which counts as a member that is not there. */
    boolean isNull() {
        return parser.currentToken() == JsonToken.VALUE_NULL;
    }

    boolean flag(String path) throws IOException {
        return switch (parser.currentToken()) {
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            default -> throw Problem.of(path, "must be true or false");
        };
    }

    String text(String path, Rule rule) throws IOException {
        requireText(path);
        if (parser.getTextLength() > rule.longest()) {
            throw Problem.of(path, "must have " + rule.longest() + " characters at most");
        }
        var text = parser.getText();
        if (!rule.allowed().test(text)) {
            throw Problem.of(path, "must be " + rule.words());
        }
        return text;
    }

    private void requireText(String path) {
        if (parser.currentToken() != JsonToken.VALUE_STRING) {
            throw Problem.of(path, "must be a string");
        }
    }

    /** Reads a text of any length as UTF-8. */
    byte[] utf8(String path) throws IOException {
        requireText(path);
        try {
            var encoded = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(parser.getText()));
            var out = new byte[encoded.remaining()];
            encoded.get(out);
            return out;
        } catch (CharacterCodingException e) {
            throw Problem.of(path, "must be Unicode text; it holds half a surrogate pair");
        }
    }

    /**
     * Reads base64 (RFC 4648, 4).
     *
     * @param most most bytes
     * @param tooLarge the problem when there are more
     */
    byte[] base64(String path, long most, Supplier<Problem> tooLarge) throws IOException {
        requireText(path);
        var characters = new Unspaced(most / BYTES_OF_QUAD * QUAD + QUAD, tooLarge);
        parser.getText(characters);
        var text = characters.out.toByteArray();
        byte[] decoded;
        try {
            // Jackson's own decoder goes on behind the padding
            decoded = Base64.getDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            throw Problem.of(path, NOT_BASE64);
        }
        if (text.length % QUAD != 0) {
            throw Problem.of(path, NOT_BASE64);
        } else if (decoded.length > most) {
            throw tooLarge.get();
        }
        return decoded;
    }

    /** The characters of a text without white space, up to a limit; one beyond ASCII becomes a byte that is no base64. */
    private static final class Unspaced extends Writer {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();
        private final long most;
        private final Supplier<Problem> tooLarge;

        Unspaced(long most, Supplier<Problem> tooLarge) {
            this.most = most;
            this.tooLarge = tooLarge;
        }

        @Override
        public void write(char[] text, int offset, int length) {
            for (int i = offset; i < offset + length; i++) {
                char c = text[i];
                if (c != ' ' && c != '\n' && c != '\r' && c != '\t') {
                    out.write(c < 0x80 ? c : 0xff);
                }
            }
            if (out.size() > most) {
                throw tooLarge.get();
            }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }

    @Override
    public void close() throws IOException {
        parser.close();
    }
}
