package org.itkserver.exchange;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.itkserver.audit.AuditEvent;
import org.itkserver.audit.AuditType;
import org.itkserver.audit.StoreUnavailable;
import org.itkserver.envelope.ErrorCode;
import org.itkserver.envelope.MessageBody;
import org.itkserver.envelope.ScannedMessage;
import org.itkserver.envelope.ToolkitError;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Audits refused messages (H14). A source that is refused too often in a minute is counted from then on, so that it can
 * fill neither the table nor the log. Thread-safe.
 */
public final class Refusals {
    /** Bytes kept of a refused message. */
    static final int KEPT = 64 * 1024;

    private static final Logger LOG = LoggerFactory.getLogger(Refusals.class);
    private static final Duration WINDOW = Duration.ofMinutes(1);
    private static final int MOST_SOURCES = 10_000;

    private final MessageStore store;
    private final Clock clock;
    private final LongSupplier nanos;
    private final Counters counters;
    private final int perMinute;
    private final Map<String, Window> windows = new ConcurrentHashMap<>();

    /**
     * @param clock for the times of events
     * @param nanos monotonic time in nanoseconds, for the minutes
     * @param perMinute refusals of one source that are audited one by one in a minute
     */
    public Refusals(MessageStore store, Clock clock, LongSupplier nanos, Counters counters, int perMinute) {
        this.store = store;
        this.clock = clock;
        this.nanos = nanos;
        this.counters = counters;
        this.perMinute = perMinute;
    }

    /**
     * Audits one refusal; returns when it is durable or counted.
     *
     * @param message what the scanner found, null when it found nothing
     * @throws StoreUnavailable when the audit trail cannot be written
     */
    public void refused(
            ToolkitError error,
            String errorId,
            @Nullable ScannedMessage message,
            @Nullable MessageBody body,
            Source source) {
        counters.fault(error.code());
        if (!admit(source.address())) {
            return;
        }
        LOG.info("refused {} {} from {}: {}", error.code().code(), errorId, source.address(), error.diagnostic());
        var event = event(clock.instant(), error, errorId, message, source);
        if (error.code() == ErrorCode.ACCESS_DENIED && source.isProven()) {
            event = event.raising(Causes.denied(source));
        }
        store.refuse(event, kept(body), body == null ? 0 : body.size());
    }

    /**
     * Audits a request that was refused before it was SOAP.
     *
     * @param status HTTP status of the answer
     * @throws StoreUnavailable when the audit trail cannot be written
     */
    public void refused(int status, String reason, String source) {
        if (admit(source)) {
            LOG.info("refused HTTP {} from {}: {}", status, source, reason);
            store.append(new AuditEvent(
                    clock.instant(),
                    AuditType.REFUSED,
                    null,
                    null,
                    null,
                    null,
                    "unknown",
                    source,
                    null,
                    null,
                    "HTTP " + status + ": " + reason));
        }
    }

    /**
     * Raises an alert about a message that this server could not process.
     *
     * @throws StoreUnavailable when the audit trail cannot be written
     */
    public void alert(String text) {
        store.append(AuditEvent.ofServer(clock.instant(), AuditType.ALERT, text));
    }

    /** Counts a fault that could not be audited, because nothing could. */
    public void counted(ErrorCode code) {
        counters.fault(code);
    }

    private static AuditEvent event(
            Instant now, ToolkitError error, String errorId, @Nullable ScannedMessage message, Source source) {
        var header = message == null ? null : message.header();
        var username = message == null ? null : message.security().username();
        var action = message == null ? null : message.addressing().action();
        return new AuditEvent(
                now,
                AuditType.REFUSED,
                null,
                header == null || header.trackingId().isEmpty() ? null : header.trackingId(),
                source.partner(),
                action == null ? null : ToolkitError.quoted(action),
                username == null ? "unknown" : username,
                source.address(),
                error.code().code(),
                errorId,
                error.faultCode() + ": " + error.diagnostic() + source.proof());
    }

    private static byte @Nullable [] kept(@Nullable MessageBody body) {
        return body == null || body.size() == 0 ? null : body.bytes(0, Math.min(body.size(), KEPT));
    }

    private boolean admit(String source) {
        if (windows.size() >= MOST_SOURCES) {
            flush();
        }
        long now = nanos.getAsLong();
        var window = windows.computeIfAbsent(source, s -> new Window(now));
        return window.admit(now, perMinute);
    }

    /** Writes one audit row for each source that was counted, and forgets windows that have passed. */
    public void flush() {
        long now = nanos.getAsLong();
        for (var entry : windows.entrySet()) {
            var window = entry.getValue();
            if (now - window.start > WINDOW.toNanos() && windows.remove(entry.getKey(), window)) {
                report(entry.getKey(), window.counted());
            }
        }
    }

    private void report(String source, long counted) {
        if (counted > 0) {
            store.append(new AuditEvent(
                    clock.instant(),
                    AuditType.REFUSALS_COUNTED,
                    null,
                    null,
                    null,
                    null,
                    "server",
                    source,
                    null,
                    null,
                    counted + " more refusals in a minute were counted and not kept"));
        }
    }

    /**
     * Where a refused message came from.
     *
     * @param address IP address
     * @param partner id of the partner, null when unknown
     * @param certificate fingerprint of the certificate shown, null when there was none
     * @param objection why it was denied, for the audit trail alone; null when the fault says why
     */
    public record Source(
            String address, @Nullable String partner, @Nullable String certificate, @Nullable String objection) {

        /** A source of which nothing but the address is known. */
        public static Source of(String address) {
            return new Source(address, null, null, null);
        }

        boolean isProven() {
            return certificate != null;
        }

        /** For the audit trail alone: what the sender is not told. */
        String proof() {
            return (objection == null ? "" : " (" + objection + ")")
                    + (certificate == null ? "" : " Certificate " + certificate + ".");
        }
    }

    /** One source's minute. */
    private static final class Window {
        private final long start;
        private long seen;
        private long counted;

        Window(long start) {
            this.start = start;
        }

        synchronized boolean admit(long now, int most) {
            if (seen >= most && now - start < WINDOW.toNanos()) {
                counted++;
                return false;
            }
            seen++;
            return true;
        }

        synchronized long counted() {
            return counted;
        }
    }
}
