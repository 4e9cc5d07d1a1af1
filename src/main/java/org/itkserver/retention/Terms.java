package org.itkserver.retention;

import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.itkserver.clock.WrongTimes;
import org.itkserver.directory.AckDeadlines;
import org.itkserver.directory.Directory;
import org.itkserver.directory.Retention;

/** The periods of the directory at one moment. Immutable. */
public final class Terms {
    private final Directory directory;
    private final Instant now;
    private final List<WrongTimes> wrong;

    public Terms(Directory directory, Instant now) {
        this(directory, now, List.of());
    }

    /** @param wrong stretches of times that were written too early: what carries them is kept for longer */
    public Terms(Directory directory, Instant now, List<WrongTimes> wrong) {
        this.directory = directory;
        this.now = now;
        this.wrong = List.copyOf(wrong);
    }

    /** The moment. */
    public Instant now() {
        return now;
    }

    /** Whether something of a message is due: exactly at its time, not a moment before. */
    public boolean isDue(Purge kind, Candidate message) {
        if (message.undecided() && now.isBefore(latest(message.receivedAt()).plus(decision(message.service())))) {
            return false;
        }
        return !latest(message.endedAt()).isAfter(by(kind, directory.retention(message.service())));
    }

    /** The latest time at which something may have happened that carries this time. */
    private Instant latest(Instant written) {
        var out = written;
        for (var stretch : wrong) {
            var corrected = stretch.corrected(written);
            out = corrected.isAfter(out) ? corrected : out;
        }
        return out;
    }

    /** When a decision that did not come is not expected any more. */
    private java.time.Duration decision(String service) {
        var known = directory.services().get(service);
        return (known == null ? AckDeadlines.DEFAULT : known.deadlines()).business();
    }

    /** No message that came later can be due. */
    public Instant latest(Purge kind) {
        var own = directory.services().keySet().stream().map(directory::retention);
        return Stream.concat(own, Stream.of(directory.retention()))
                .map(retention -> by(kind, retention))
                .max(Instant::compareTo)
                .orElse(now);
    }

    private Instant by(Purge kind, Retention retention) {
        return kind == Purge.CONTENT ? retention.payloadBy(now) : retention.metadataBy(now);
    }
}
