package org.itkserver.retention;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.itkserver.audit.AlertKind;
import org.itkserver.audit.AuditEvent;
import org.itkserver.audit.AuditTrail;
import org.itkserver.audit.AuditType;
import org.itkserver.audit.Cause;
import org.itkserver.audit.StoreUnavailable;
import org.itkserver.clock.SureTime;

/**
 * Destroys keys of contents when nothing is left that they open, so that copies in backups go, too; and tells of keys that
 * somebody took away. The trail tells before a key is destroyed. One node does it at a time. Used by one thread.
 */
public final class KeyKeeper {
    /** Days after its own: two whole days later nobody writes with a key any more, however wrong a clock is. */
    private static final int AFTER_DAYS = 3;

    private static final Duration LEASE = Duration.ofMinutes(3);
    private static final Duration USUAL = Duration.ofMinutes(1);
    /** A key that is missing twice in a row is missing. */
    private static final Duration SOON = Duration.ofSeconds(5);

    private final KeyStore keys;
    private final AuditTrail trail;
    private final Clock clock;
    private final SureTime time;
    private Set<String> missed = Set.of();
    /** Keys that could not be destroyed yet, with the time of the event that records their destruction. */
    private final Map<String, Instant> recorded = new HashMap<>();

    /** @param time no key is destroyed while it is not sure */
    public KeyKeeper(KeyStore keys, AuditTrail trail, Clock clock, SureTime time) {
        this.keys = keys;
        this.trail = trail;
        this.clock = clock;
        this.time = time;
    }

    /**
     * Looks at every key.
     *
     * @return how long to wait before the next look
     * @throws StoreUnavailable when something is away; what was not done is done by the next look
     */
    public Duration look() {
        var now = clock.instant();
        var missing = new HashSet<String>();
        StoreUnavailable failure = null;
        if (keys.takeTurn(now, LEASE)) {
            for (var key : keys.keys()) {
                try {
                    look(key, missing);
                } catch (StoreUnavailable e) {
                    // the others are looked at all the same
                    failure = e;
                }
            }
        }
        missed = missing;
        if (failure != null) {
            throw failure;
        }
        return missing.isEmpty() ? USUAL : SOON;
    }

    private void look(KeyStore.Key key, Set<String> missing) {
        boolean there = keys.isThere(key);
        if (key.gone() && there) {
            keys.note(key, null); // put back from a backup
        } else if (!key.gone() && !there) {
            if (missed.contains(key.id())) {
                tellMissing(key);
            } else {
                missing.add(key.id());
            }
        } else if (there && isOver(key) && !keys.isUsed(key)) {
            destroy(key);
        }
    }

    private boolean isOver(KeyStore.Key key) {
        return time.now()
                .filter(now -> !key.day().plusDays(AFTER_DAYS).isAfter(LocalDate.ofInstant(now, ZoneOffset.UTC)))
                .isPresent();
    }

    private void destroy(KeyStore.Key key) {
        var at = recorded.get(key.id());
        if (at == null) {
            at = clock.instant().truncatedTo(ChronoUnit.MICROS);
            tell(at, key.id() + " is destroyed: nothing is left that it opens");
            recorded.put(key.id(), at);
        }
        keys.destroy(key);
        keys.note(key, at);
        recorded.remove(key.id());
    }

    private void tell(Instant at, String detail) {
        trail.append(AuditEvent.ofServer(at, AuditType.CONTENT_KEY_GONE, detail));
    }

    private void tellMissing(KeyStore.Key key) {
        var at = clock.instant().truncatedTo(ChronoUnit.MICROS);
        if (keys.isUsed(key)) {
            trail.append(AuditEvent.ofServer(at, AuditType.CONTENT_KEY_GONE, KeyStore.takenAway(key.id()))
                    .raising(new Cause(
                            AlertKind.CONTENT_KEY_GONE,
                            key.id(),
                            null,
                            "The content key " + key.id()
                                    + " is not in its folder. What it encrypted cannot be read or delivered.")));
        } else {
            tell(at, key.id() + " was taken away; nothing is left that it opens");
        }
        keys.note(key, at);
    }
}
