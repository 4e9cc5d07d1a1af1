package org.itkserver.api;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * How far somebody has read: the number of the last event of every node. An application keeps it as an opaque text.
 *
 * @param seqs node to number; a node that is not in it is unread
 */
record TrailPosition(Map<String, Long> seqs) {
    static final TrailPosition START = new TrailPosition(Map.of());

    private static final String VERSION = "1.";
    private static final int LONGEST = 16 * 1024;

    TrailPosition {
        seqs = Map.copyOf(seqs);
    }

    /** @throws Problem when the text is none of ours */
    static TrailPosition parse(String member, @Nullable String text) {
        if (text == null || text.isEmpty()) {
            return START;
        }
        var out = new TreeMap<String, Long>();
        try {
            if (!text.startsWith(VERSION) || text.length() > LONGEST) {
                throw new IllegalArgumentException("not ours");
            }
            var bytes = Base64.getUrlDecoder().decode(text.substring(VERSION.length()));
            new String(bytes, StandardCharsets.UTF_8).lines().forEach(line -> {
                int equals = line.lastIndexOf('=');
                out.put(line.substring(0, equals), Long.parseLong(line.substring(equals + 1)));
            });
        } catch (IllegalArgumentException | StringIndexOutOfBoundsException e) {
            throw Problem.of(member, "must be a \"next\" of an earlier answer");
        }
        return new TrailPosition(out);
    }

    long seq(String node) {
        return seqs.getOrDefault(node, 0L);
    }

    @Override
    public String toString() {
        var lines = new TreeMap<>(seqs)
                .entrySet().stream()
                        .map(entry -> entry.getKey() + "=" + entry.getValue())
                        .collect(Collectors.joining("\n"));
        return VERSION + Base64.getUrlEncoder().withoutPadding().encodeToString(lines.getBytes(StandardCharsets.UTF_8));
    }
}
