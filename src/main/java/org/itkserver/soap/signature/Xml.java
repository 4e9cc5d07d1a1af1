package org.itkserver.soap.signature;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.w3c.dom.Element;
import org.w3c.dom.Node;

/** Small steps in a tree. */
final class Xml {
    private Xml() {}

    static boolean is(@Nullable Node node, String namespace, String name) {
        return node instanceof Element && name.equals(node.getLocalName()) && namespace.equals(node.getNamespaceURI());
    }

    static List<Element> children(Node parent) {
        var out = new ArrayList<Element>();
        for (var at = parent.getFirstChild(); at != null; at = at.getNextSibling()) {
            if (at instanceof Element element) {
                out.add(element);
            }
        }
        return out;
    }

    static List<Element> children(Node parent, String namespace, String name) {
        return children(parent).stream().filter(e -> is(e, namespace, name)).toList();
    }

    static @Nullable Element firstElement(Node parent) {
        var all = children(parent);
        return all.isEmpty() ? null : all.get(0);
    }
}
