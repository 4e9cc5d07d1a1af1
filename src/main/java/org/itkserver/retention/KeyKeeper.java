package org.itkserver.retention;

import java.time.Clock;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import org.itkserver.audit.AlertKind;
import org.itkserver.audit.AuditEvent;
import org.itkserver.audit.AuditTrail;
import org.itkserver.audit.AuditType;
import org.itkserver.audit.Cause;

/**
 * Destroys keys of contents when nothing is left that they open, so that copies in backups go, too; and tells of keys that
 * somebody took away. The trail tells before a key is destroyed. Two nodes that do so at once tell twice. Thread-safe.
 */
public final class KeyKeeper {
    /** Days after its own: nobody writes with a key any more by then, whatever the clocks of nodes say. */
    private static final int AFTER_DAYS = 2;

    private final KeyStore keys;
    private final AuditTrail trail;
    private final Clock clock;

    public KeyKeeper(KeyStore keys, AuditTrail trail, Clock clock) {
        this.keys = keys;
        this.trail = trail;
        this.clock = clock;
    }

    /** @throws org.itkserver.audit.StoreUnavailable when something is away; what was not done is done by the next run */
    public void run() {
        var today = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
        for (var key : keys.keys()) {
            boolean there = keys.isThere(key);
            if (key.gone() && there) {
                keys.note(key, null); // put back from a backup
            } else if (!key.gone() && !there) {
                missing(key);
            } else if (there && isOver(key, today) && !keys.isUsed(key)) {
                destroy(key);
            }
        }
    }

    private static boolean isOver(KeyStore.Key key, LocalDate today) {
        return !key.day().plusDays(AFTER_DAYS).isAfter(today);
    }

    private void destroy(KeyStore.Key key) {
        var at = clock.instant().truncatedTo(ChronoUnit.MICROS);
        trail.append(AuditEvent.ofServer(
                at, AuditType.CONTENT_KEY_GONE, key.id() + " is destroyed: nothing is left that it opens"));
        keys.destroy(key);
        keys.note(key, at);
    }

    private void missing(KeyStore.Key key) {
        var at = clock.instant().truncatedTo(ChronoUnit.MICROS);
        boolean used = keys.isUsed(key);
        var event = AuditEvent.ofServer(
                at,
                AuditType.CONTENT_KEY_GONE,
                key.id() + " was taken away" + (used ? ", with contents under it" : ""));
        trail.append(
                used
                        ? event.raising(new Cause(
                                AlertKind.CONTENT_KEY_GONE,
                                key.id(),
                                null,
                                "The content key " + key.id()
                                        + " is not in its folder. What it encrypted cannot be read or delivered."))
                        : event);
        keys.note(key, at);
    }
}
