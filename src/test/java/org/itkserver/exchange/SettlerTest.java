package org.itkserver.exchange;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.util.List;
import org.itkserver.audit.StoreUnavailable;
import org.itkserver.delivery.Delivery;
import org.itkserver.delivery.Lane;
import org.itkserver.testing.SettableClock;
import org.junit.jupiter.api.Test;

/** What is done is not done again because the database was away when it should have been noted. */
class SettlerTest {
    private final SettableClock clock = new SettableClock();
    private final MemoryStore store = new MemoryStore(clock);
    private int pauses;

    private final Settlement nobodys =
            Settlement.again(new Delivery(1, 0, new Lane(Lane.Kind.HANDLE, "h"), 1, 0), null, List.of());

    @Test
    void itKeepsAtItUntilTheDatabaseIsBack() {
        store.away(true);
        var settler = new Settler(store, clock, Duration.ofMinutes(1), () -> store.away(++pauses < 3));

        assertFalse(settler.settle(nobodys), "decided by the store: nobody has such work");
        assertEquals(3, pauses);
    }

    @Test
    void anInterruptDoesNotMakeEveryFurtherTryFail() {
        store.away(true);
        var settler = new Settler(store, clock, Duration.ofMinutes(1), () -> {
            assertFalse(Thread.currentThread().isInterrupted());
            store.away(false);
        });
        Thread.currentThread().interrupt();
        assertFalse(settler.settle(nobodys));
    }

    @Test
    void itGivesUpBeforeAClaimEnds() {
        store.away(true);
        var settler = new Settler(store, clock, Duration.ofMinutes(1), () -> clock.forward(Duration.ofSeconds(25)));
        var told = new int[1];

        assertThrows(StoreUnavailable.class, () -> settler.settle(nobodys, () -> told[0]++));
        assertEquals(1, told[0], "who waits for it is told at once, and once");
    }
}
