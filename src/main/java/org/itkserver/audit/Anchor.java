package org.itkserver.audit;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a place outside the database remembers of a node's newest seal. Whoever rewrites the database cannot rewrite it.
 *
 * @param at time of the seal
 * @param seal number of the seal
 * @param lastSeq last row of the seal
 * @param hash hash of the seal, 64 hexadecimal digits
 * @param keyId which key signed the seal; null in the lines of earlier releases
 */
public record Anchor(Instant at, String node, long seal, long lastSeq, String hash, @Nullable String keyId) {
    private static final Pattern LINE = Pattern.compile(
            "(\\S+) node=(.+) seal=([0-9]{1,18}) last-seq=([0-9]{1,18}) hash=([0-9a-f]{64})(?: key=([0-9a-f]{32}))?");

    public static Anchor of(Seal seal) {
        return new Anchor(seal.at(), seal.node(), seal.number(), seal.lastSeq(), seal.hashText(), seal.keyId());
    }

    /** One line, without its end. */
    public String line() {
        return at + " node=" + node + " seal=" + seal + " last-seq=" + lastSeq + " hash=" + hash
                + (keyId == null ? "" : " key=" + keyId);
    }

    /** The anchor in a line; empty when it is none, such as a line that a crash cut short. */
    public static Optional<Anchor> parse(String line) {
        var parts = LINE.matcher(line.strip());
        if (!parts.matches()) {
            return Optional.empty();
        }
        try {
            return Optional.of(new Anchor(
                    Instant.parse(parts.group(1)),
                    parts.group(2),
                    Long.parseLong(parts.group(3)),
                    Long.parseLong(parts.group(4)),
                    parts.group(5),
                    parts.group(6)));
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }
}
