package org.itkserver.boot;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** A mapping of the directory file, read key by key; every complaint names line and key. */
final class YamlMap {
    private final String path;
    private final Node node;
    private final Map<String, Node> keys = new LinkedHashMap<>();
    private final Map<String, Node> keyNodes = new LinkedHashMap<>();
    private final Set<String> read = new LinkedHashSet<>();

    YamlMap(String path, Node node) {
        this.path = path;
        this.node = node;
        if (!(node instanceof MappingNode mapping)) {
            throw wrong(node, path, "must be a mapping of keys to values");
        }
        refuseAnchor(node, path);
        for (var tuple : mapping.getValue()) {
            if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
                throw wrong(tuple.getKeyNode(), path, "has a key that is not plain text");
            }
            if (keys.putIfAbsent(key.getValue(), tuple.getValueNode()) != null) {
                throw wrong(key, child(key.getValue()), "occurs twice: keep one of them");
            }
            keyNodes.put(key.getValue(), key);
        }
    }

    /** A value that is wrong, with its line. */
    static IllegalArgumentException wrong(Node at, String path, String rule) {
        int line = at.getStartMark().map(Mark::getLine).orElse(-1) + 1;
        return new IllegalArgumentException("line " + line + ": " + (path.isEmpty() ? "the file" : path) + " " + rule);
    }

    IllegalArgumentException wrong(String key, String rule) {
        return wrong(keys.getOrDefault(key, node), child(key), rule);
    }

    private static void refuseAnchor(Node at, String path) {
        if (at.getAnchor().isPresent()) {
            throw wrong(at, path, "must not use anchors");
        }
    }

    private String child(String key) {
        return path.isEmpty() ? key : path + "." + key;
    }

    private @Nullable Node take(String key) {
        read.add(key);
        var value = keys.get(key);
        if (value != null) {
            refuseAnchor(value, child(key));
        }
        return value;
    }

    /** Whether this is the value of such a key. */
    boolean isBelow(String key) {
        return path.equals(key) || path.endsWith("." + key);
    }

    Set<String> names() {
        return keys.keySet();
    }

    /** Text that must be there. */
    String text(String key) {
        return optional(key).orElseThrow(() -> wrong(key, "is missing"));
    }

    Optional<String> optional(String key) {
        var value = take(key);
        if (value == null) {
            return Optional.empty();
        }
        if (!(value instanceof ScalarNode scalar) || scalar.getValue().isBlank()) {
            throw wrong(key, "must be a text");
        }
        return Optional.of(scalar.getValue().trim());
    }

    boolean truth(String key) {
        var value = optional(key).orElse("false");
        if (!value.equals("true") && !value.equals("false")) {
            throw wrong(key, "must be true or false");
        }
        return value.equals("true");
    }

    /** A list of texts, empty when absent; none occurs twice. */
    List<String> texts(String key) {
        return texts(key, UnaryOperator.identity());
    }

    /**
     * A list of texts, empty when absent; none occurs twice.
     *
     * @param form the form in which texts are compared and returned
     */
    List<String> texts(String key, UnaryOperator<String> form) {
        var out = new LinkedHashSet<String>();
        for (var item : items(key)) {
            if (!(item instanceof ScalarNode scalar) || scalar.getValue().isBlank()) {
                throw wrong(item, child(key), "must hold texts only");
            }
            var text = form.apply(scalar.getValue().trim());
            if (!out.add(text)) {
                throw wrong(item, child(key), "holds " + text + " twice: keep one of them");
            }
        }
        return List.copyOf(out);
    }

    /** A list of mappings, empty when absent. */
    List<YamlMap> maps(String key) {
        var out = new ArrayList<YamlMap>();
        for (var item : items(key)) {
            out.add(new YamlMap(child(key) + "[" + out.size() + "]", item));
        }
        return out;
    }

    private List<Node> items(String key) {
        var value = take(key);
        if (value == null) {
            return List.of();
        }
        if (!(value instanceof SequenceNode sequence)) {
            throw wrong(key, "must be a list");
        }
        sequence.getValue().forEach(item -> refuseAnchor(item, child(key)));
        return sequence.getValue();
    }

    /** A mapping, empty when absent. */
    Optional<YamlMap> map(String key) {
        var value = take(key);
        return value == null ? Optional.empty() : Optional.of(new YamlMap(child(key), value));
    }

    /** Refuses the keys that have not been read. */
    void end() {
        var mistakes = new Mistakes();
        keyNodes.forEach((key, at) -> {
            if (!read.contains(key)) {
                var known = read.isEmpty() ? "" : ": did you mean " + Nearest.of(key, read) + "?";
                mistakes.add(wrong(at, child(key), "is not a key that is known here" + known));
            }
        });
        mistakes.throwIfAny();
    }
}
