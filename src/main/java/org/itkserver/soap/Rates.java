package org.itkserver.soap;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.itkserver.directory.Partner;
import org.itkserver.envelope.EnvelopeRejected;
import org.itkserver.envelope.ErrorCode;
import org.itkserver.envelope.ToolkitError;
import org.jspecify.annotations.Nullable;

/** Each partner's messages a second, with two seconds' worth at once when it was quiet before. Thread-safe. */
final class Rates {
    static final String TOO_MUCH = "The partner sends more messages a second than its entry allows.";

    private static final double SECOND = Duration.ofSeconds(1).toNanos();
    private static final int SECONDS_AT_ONCE = 2;
    private static final int MOST_SECONDS_WAITING = 2;

    private final LongSupplier nanos;
    private final Map<String, Bucket> buckets = new ConcurrentHashMap<>();

    /** @param nanos a clock that only goes forward, in nanoseconds */
    Rates(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /** A partner that is known by its Username alone is known only with the message; others have waited before it was read. */
    void check(Arrival in) {
        if (in.peer.partner() == null && !admit(in.requiredPartner())) {
            throw new EnvelopeRejected(ToolkitError.of(ErrorCode.RECOVERABLE, TOO_MUCH));
        }
    }

    /** Whether one more message of this partner may come now; it counts when it may. */
    boolean admit(Partner partner) {
        return take(partner, 0) != null;
    }

    /**
     * When one more message of this partner may come; it counts unless it is too much.
     *
     * @return how long from now, at most two seconds; null when it is too much
     */
    @Nullable
    Duration delay(Partner partner) {
        return take(partner, MOST_SECONDS_WAITING);
    }

    private @Nullable Duration take(Partner partner, int mostSecondsWaiting) {
        return partner.rate() == 0
                ? Duration.ZERO
                : buckets.computeIfAbsent(partner.id(), id -> new Bucket(nanos.getAsLong()))
                        .take(partner.rate(), nanos.getAsLong(), mostSecondsWaiting);
    }

    private static final class Bucket {
        private long filled;
        /** Messages that may come now; below nothing, how many are waiting. */
        private double left = Double.MAX_VALUE;

        Bucket(long now) {
            filled = now;
        }

        synchronized @Nullable Duration take(int rate, long now, int mostSecondsWaiting) {
            left = Math.min((double) rate * SECONDS_AT_ONCE, left + (now - filled) / SECOND * rate);
            // a rate that was lowered leaves no older debt
            left = Math.max(left, -(double) rate * MOST_SECONDS_WAITING);
            filled = now;
            if (left - 1 < -(double) rate * mostSecondsWaiting) {
                return null;
            }
            left -= 1;
            return left < 0 ? Duration.ofNanos((long) (-left / rate * SECOND)) : Duration.ZERO;
        }
    }
}
