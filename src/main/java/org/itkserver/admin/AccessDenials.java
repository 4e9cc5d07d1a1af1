package org.itkserver.admin;

import jakarta.servlet.http.HttpServletRequest;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.itkserver.audit.AuditEvent;
import org.itkserver.audit.AuditTrail;
import org.itkserver.audit.AuditType;
import org.itkserver.audit.Role;
import org.itkserver.audit.StoreUnavailable;
import org.jspecify.annotations.Nullable;

/**
 * Puts denials into the trail without letting them fill it: the first of a person at an address is an event at once, those
 * of the minute after it are counted in one more. Per node. Thread-safe.
 */
final class AccessDenials {
    static final Duration WINDOW = Duration.ofMinutes(1);

    private final AuditTrail trail;
    private final Clock clock;
    private final LongSupplier nanos;
    private final Map<Key, Window> windows = new HashMap<>();

    /**
     * @param clock for the times of events
     * @param nanos monotonic time in nanoseconds, for the windows
     */
    AccessDenials(AuditTrail trail, Clock clock, LongSupplier nanos) {
        this.trail = trail;
        this.clock = clock;
        this.nanos = nanos;
    }

    /**
     * A person was denied something.
     *
     * @param address the address with names instead of values
     * @param role the role that was needed, null when no role is enough
     * @throws StoreUnavailable when the trail does not take it
     */
    void record(String person, HttpServletRequest request, String address, @Nullable Role role) {
        var needed = role == null ? "nobody may" : "needed: " + role.label();
        var key = new Key(person, request.getMethod() + " " + address, needed);
        long now = nanos.getAsLong();
        Window earlier;
        synchronized (this) {
            earlier = windows.get(key);
            if (earlier != null && earlier.isOpen(now)) {
                windows.put(key, earlier.oneMore());
                return;
            }
            windows.put(key, new Window(now, request.getRemoteAddr(), 0));
        }
        if (earlier != null && earlier.more() > 0) {
            append(key, earlier);
        }
        trail.append(AuditEvent.ofPerson(
                clock.instant(),
                AuditType.ACCESS_DENIED,
                person,
                request.getRemoteAddr(),
                request.getMethod() + " " + request.getRequestURI() + ", " + needed));
    }

    /** Writes the counts whose minute is over; to be called each minute. Keeps them while the trail takes nothing. */
    void flush() {
        long now = nanos.getAsLong();
        Map<Key, Window> over;
        synchronized (this) {
            over = new HashMap<>(windows);
            over.values().removeIf(window -> window.isOpen(now));
        }
        for (var entry : over.entrySet()) {
            if (entry.getValue().more() > 0) {
                append(entry.getKey(), entry.getValue());
            }
            synchronized (this) {
                windows.remove(entry.getKey(), entry.getValue());
            }
        }
    }

    private void append(Key key, Window window) {
        trail.append(AuditEvent.ofPerson(
                clock.instant(),
                AuditType.ACCESS_DENIED,
                key.person(),
                window.source(),
                key.what() + ", " + key.needed() + "; " + window.more() + " more within a minute"));
    }

    private record Key(String person, String what, String needed) {}

    private record Window(long start, String source, long more) {
        boolean isOpen(long now) {
            return now - start < WINDOW.toNanos();
        }

        Window oneMore() {
            return new Window(start, source, more + 1);
        }
    }
}
