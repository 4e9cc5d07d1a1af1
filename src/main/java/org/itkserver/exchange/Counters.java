package org.itkserver.exchange;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import org.itkserver.envelope.ErrorCode;

/** What operators count. Thread-safe; values only rise. */
public final class Counters {
    private final LongAdder accepted = new LongAdder();
    private final LongAdder duplicates = new LongAdder();
    private final LongAdder handled = new LongAdder();
    private final LongAdder sent = new LongAdder();
    private final LongAdder failedAttempts = new LongAdder();
    private final Map<ErrorCode, LongAdder> faults = new EnumMap<>(ErrorCode.class);

    public Counters() {
        for (var code : ErrorCode.values()) {
            faults.put(code, new LongAdder());
        }
    }

    void accepted() {
        accepted.increment();
    }

    void duplicate() {
        duplicates.increment();
    }

    void handled() {
        handled.increment();
    }

    void sent() {
        sent.increment();
    }

    void failedAttempt() {
        failedAttempts.increment();
    }

    void fault(ErrorCode code) {
        faults.get(code).increment();
    }

    /** Messages stored. */
    public long acceptedCount() {
        return accepted.sum();
    }

    /** Copies answered again. */
    public long duplicateCount() {
        return duplicates.sum();
    }

    /** Messages that handlers took. */
    public long handledCount() {
        return handled.sum();
    }

    /** Messages that partners took. */
    public long sentCount() {
        return sent.sum();
    }

    /** Handler calls and sendings that will be tried again. */
    public long failedAttemptCount() {
        return failedAttempts.sum();
    }

    /** Faults sent with this code. */
    public long faultCount(ErrorCode code) {
        return faults.get(code).sum();
    }
}
