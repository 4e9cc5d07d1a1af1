package org.itkserver.exchange;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import org.itkserver.audit.AuditType;
import org.itkserver.envelope.ToolkitError;
import org.junit.jupiter.api.Test;

/** H14: refusals are audited one by one up to a rate, and counted beyond it. */
class RefusalsTest {
    private static final Instant START = Instant.parse("2026-11-22T10:00:00Z");

    private final MemoryStore store = new MemoryStore();

    private Refusals at(Instant now) {
        return new Refusals(store, Clock.fixed(now, ZoneOffset.UTC), new Counters(), 3);
    }

    private static void refuse(Refusals refusals, String source) {
        refusals.refused(ToolkitError.invalid("x"), "id", null, null, null, source);
    }

    @Test
    void oneSourceCannotFillTheTable() {
        var refusals = at(START);
        for (int i = 0; i < 100; i++) {
            refuse(refusals, "10.0.0.1");
        }
        refuse(refusals, "10.0.0.2");
        assertEquals(4, store.events().size());
    }

    @Test
    void whatWasCountedIsAuditedOnce() {
        var clock = new java.util.concurrent.atomic.AtomicReference<>(START);
        var refusals = new Refusals(
                store,
                new Clock() {
                    @Override
                    public ZoneOffset getZone() {
                        return ZoneOffset.UTC;
                    }

                    @Override
                    public Clock withZone(java.time.ZoneId zone) {
                        return this;
                    }

                    @Override
                    public Instant instant() {
                        return clock.get();
                    }
                },
                new Counters(),
                3);
        for (int i = 0; i < 10; i++) {
            refuse(refusals, "10.0.0.1");
        }
        refusals.flush();
        assertEquals(3, store.events().size(), "the minute is not over");
        clock.set(START.plus(Duration.ofSeconds(61)));
        refusals.flush();
        refusals.flush();
        var last = store.events().get(3);
        assertEquals(4, store.events().size());
        assertEquals(AuditType.REFUSALS_COUNTED, last.type());
        assertEquals("7 more refusals in a minute were counted and not kept", last.detail());
    }
}
