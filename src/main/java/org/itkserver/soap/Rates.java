package org.itkserver.soap;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.itkserver.directory.Partner;
import org.itkserver.envelope.EnvelopeRejected;
import org.itkserver.envelope.ErrorCode;
import org.itkserver.envelope.ToolkitError;

/** Each partner's messages a second, with two seconds' worth at once when it was quiet before. Thread-safe. */
final class Rates {
    static final String TOO_MUCH = "The partner sends more messages a second than its entry allows.";

    private static final double SECOND = Duration.ofSeconds(1).toNanos();
    private static final int SECONDS_AT_ONCE = 2;

    private final LongSupplier nanos;
    private final Map<String, Bucket> buckets = new ConcurrentHashMap<>();

    /** @param nanos a clock that only goes forward, in nanoseconds */
    Rates(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /** A partner that is known by its Username alone is known only with the message; others were asked before it was read. */
    void check(Arrival in) {
        if (in.peer.partner() == null && !admit(in.requiredPartner())) {
            throw new EnvelopeRejected(ToolkitError.of(ErrorCode.RECOVERABLE, TOO_MUCH));
        }
    }

    /** Whether one more message of this partner is not too much; it counts when it is not. */
    boolean admit(Partner partner) {
        return partner.rate() == 0
                || buckets.computeIfAbsent(partner.id(), id -> new Bucket(nanos.getAsLong()))
                        .take(partner.rate(), nanos.getAsLong());
    }

    private static final class Bucket {
        private long filled;
        private double left = Double.MAX_VALUE;

        Bucket(long now) {
            filled = now;
        }

        synchronized boolean take(int rate, long now) {
            left = Math.min((double) rate * SECONDS_AT_ONCE, left + (now - filled) / SECOND * rate);
            filled = now;
            if (left < 1) {
                return false;
            }
            left -= 1;
            return true;
        }
    }
}
