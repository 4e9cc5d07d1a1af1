package org.itkserver.audit.verify;

import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Looks for messages that no event stored, or only events that cannot be believed. Used by one thread. */
final class UnrecordedMessages {
    /** How many are named. */
    static final int SOME = 10;

    private final Trust trust;
    private final Set<Long> found = new TreeSet<>();
    private @Nullable Long current;
    private boolean told;

    UnrecordedMessages(Trust trust) {
        this.trust = trust;
    }

    /** The first {@value #SOME} with ids above {@code after} and up to {@code last}. */
    Set<Long> find(TrailSource source, long after, long last) {
        source.stored(after, last, this::event);
        end();
        return found;
    }

    private void event(long message, @Nullable String node, long seq) {
        if (current == null || current != message) {
            end();
            current = message;
            told = false;
        }
        if (!told && node != null) {
            told = trust.of(node, seq) == Standing.UNSEALED || trust.counts(node, seq);
        }
    }

    private void end() {
        if (current != null && !told && found.size() < SOME) {
            found.add(current);
        }
    }
}
