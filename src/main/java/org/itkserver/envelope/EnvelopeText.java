package org.itkserver.envelope;

import java.util.HashSet;
import java.util.Set;
import java.util.TreeMap;

/** A received distribution envelope as text that stands alone. */
public final class EnvelopeText {
    private EnvelopeText() {}

    /** The envelope element with the namespaces it inherits declared on it, and nothing else changed. */
    public static String of(ScannedMessage message, MessageBody body) {
        var range = message.requiredEnvelope();
        var text = new String(body.bytes(range.start(), range.end()), message.charset());
        int afterName = 1;
        while (!isNameEnd(text.charAt(afterName))) {
            afterName++;
        }
        var missing = new TreeMap<>(message.inherited());
        missing.keySet().removeAll(declared(text, afterName));
        return text.substring(0, afterName) + Scope.declarations(missing) + text.substring(afterName);
    }

    private static boolean isNameEnd(char c) {
        return c <= ' ' || c == '>' || c == '/';
    }

    /** The prefixes that the start tag declares; it is well-formed. */
    private static Set<String> declared(String text, int from) {
        var out = new HashSet<String>();
        int at = from;
        while (text.charAt(at) != '>') {
            int equals = text.indexOf('=', at);
            if (equals < 0 || equals > text.indexOf('>', at)) {
                return out;
            }
            var name = text.substring(at, equals).strip();
            if (name.equals("xmlns")) {
                out.add("");
            } else if (name.startsWith("xmlns:")) {
                out.add(name.substring("xmlns:".length()));
            }
            int quote = equals + 1;
            while (text.charAt(quote) != '"' && text.charAt(quote) != '\'') {
                quote++;
            }
            at = text.indexOf(text.charAt(quote), quote + 1) + 1;
        }
        return out;
    }
}
