package org.itkserver.exchange;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import org.itkserver.audit.AuditType;
import org.itkserver.envelope.ToolkitError;
import org.itkserver.testing.SettableClock;
import org.junit.jupiter.api.Test;

/** H14: refusals are audited one by one up to a rate, and counted beyond it. */
class RefusalsTest {
    private final MemoryStore store = new MemoryStore();
    private final SettableClock clock = new SettableClock();
    private final Refusals refusals = new Refusals(store, clock, clock::nanos, new Counters(), 3);

    private void refuse(String source) {
        refusals.refused(ToolkitError.invalid("x"), "id", null, null, Refusals.Source.of(source));
    }

    @Test
    void oneSourceCannotFillTheTable() {
        for (int i = 0; i < 100; i++) {
            refuse("10.0.0.1");
        }
        refuse("10.0.0.2");
        assertEquals(4, store.events().size());
    }

    @Test
    void aClockThatIsSetBackDoesNotHoldBackTheCount() {
        for (int i = 0; i < 10; i++) {
            refuse("10.0.0.1");
        }
        clock.set(Duration.ofHours(-2));
        clock.forward(Duration.ofSeconds(61));
        refusals.flush();
        assertEquals(AuditType.REFUSALS_COUNTED, store.events().get(3).type());
        refuse("10.0.0.1");
        assertEquals(5, store.events().size(), "a new minute");
    }

    @Test
    void whatWasCountedIsAuditedOnce() {
        for (int i = 0; i < 10; i++) {
            refuse("10.0.0.1");
        }
        refusals.flush();
        assertEquals(3, store.events().size(), "the minute is not over");
        clock.forward(Duration.ofSeconds(61));
        refusals.flush();
        refusals.flush();
        var last = store.events().get(3);
        assertEquals(4, store.events().size());
        assertEquals(AuditType.REFUSALS_COUNTED, last.type());
        assertEquals("7 more refusals in a minute were counted and not kept", last.detail());
    }
}
