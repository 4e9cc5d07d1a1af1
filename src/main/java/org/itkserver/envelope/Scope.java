package org.itkserver.envelope;

import java.util.Map;

/**
 * Namespaces in scope, prefix to name, the default namespace under the prefix "": written again around XML that was cut
 * out of a document and still needs them (H20).
 */
final class Scope {
    private Scope() {}

    /** The declarations as attributes, each with a space before it. */
    static String declarations(Map<String, String> scope) {
        var out = new StringBuilder();
        scope.forEach((prefix, name) -> out.append(prefix.isEmpty() ? " xmlns=\"" : " xmlns:" + prefix + "=\"")
                .append(Xml.escape(name))
                .append('"'));
        return out.toString();
    }

    /**
     * A prefix for elements of ours that stay themselves inside this scope: the wanted one, or with a number when the
     * scope binds that to another name.
     */
    static String prefix(String wanted, String name, Map<String, String> scope) {
        var prefix = wanted;
        for (int i = 1; !scope.getOrDefault(prefix, name).equals(name); i++) {
            prefix = wanted + i;
        }
        return prefix;
    }
}
