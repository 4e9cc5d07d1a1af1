package org.itkserver.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.itkserver.audit.AlertKind;
import org.itkserver.audit.Cause;
import org.itkserver.testing.SettableClock;
import org.junit.jupiter.api.Test;

class WatcherTest {
    private static final Cause DOWN = Cause.ofPartner(AlertKind.PARTNER_DOWN, "gp-system", "It does not answer.");

    private final SettableClock clock = new SettableClock();
    private final Memory alerts = new Memory();
    private final Watcher watcher = new Watcher(alerts, "one", clock);

    private Alert alert() {
        return alerts.rows.get(DOWN.key());
    }

    @Test
    void whatStaysWrongCountsOnceAndIsClosedWhenItIsOver() {
        watcher.look(List.of(DOWN));
        watcher.look(List.of(DOWN));
        assertEquals(1, alert().count());
        watcher.look(List.of());
        assertFalse(alert().isOpen());
        assertEquals(Alert.SERVER, alert().closedBy());
        watcher.look(List.of(DOWN));
        assertTrue(alert().isOpen());
        assertEquals(2, alert().episode());
    }

    @Test
    void whatAPersonClosedStaysClosedUntilItHasBeenWell() {
        watcher.look(List.of(DOWN));
        alerts.close(DOWN.key(), 1, clock.instant(), "ann", "known");
        watcher.look(List.of(DOWN));
        assertFalse(alert().isOpen());
        watcher.look(List.of());
        watcher.look(List.of(DOWN));
        assertTrue(alert().isOpen());
    }

    @Test
    void whatAnotherNodeClosedBecauseItIsWellThereIsRaisedAgain() {
        watcher.look(List.of(DOWN));
        alerts.close(DOWN.key(), 1, clock.instant(), Alert.SERVER, "over");
        watcher.look(List.of(DOWN));
        assertTrue(alert().isOpen());
    }

    @Test
    void whatAnotherNodeRaisedIsNotClosedHere() {
        alerts.node = "two";
        alerts.raise(DOWN, clock.instant());
        watcher.look(List.of());
        assertTrue(alert().isOpen());
    }

    @Test
    void whatANodeLeftOpenIsClosedAfterItsRestart() {
        alerts.raise(DOWN, clock.instant());
        watcher.look(List.of());
        assertFalse(alert().isOpen());
    }

    @Test
    void aPersonMustCloseWhatDoesNotEndByItself() {
        var dead = Cause.ofPartner(AlertKind.DEAD_LETTER, "gp-system", "x");
        alerts.raise(dead, clock.instant());
        watcher.look(List.of());
        assertTrue(alerts.rows.get(dead.key()).isOpen());
    }

    /** Alerts in memory. */
    private static final class Memory implements Alerts {
        final Map<String, Alert> rows = new LinkedHashMap<>();
        String node = "one";

        @Override
        public List<Alert> list() {
            return new ArrayList<>(rows.values());
        }

        @Override
        public void raise(Cause cause, Instant at) {
            var old = rows.get(cause.key());
            boolean open = old != null && old.isOpen();
            int episode = old == null ? 1 : open ? old.episode() : old.episode() + 1;
            long count = open ? old.count() + 1 : 1;
            rows.put(
                    cause.key(),
                    new Alert(
                            cause.key(),
                            cause.kind(),
                            cause.subject(),
                            cause.partner(),
                            cause.text(),
                            node,
                            episode,
                            open ? old.first() : at,
                            at,
                            count,
                            null,
                            null,
                            null));
        }

        @Override
        public boolean close(String key, int episode, Instant at, String by, String reason) {
            var a = rows.get(key);
            rows.put(
                    key,
                    new Alert(
                            key,
                            a.kind(),
                            a.subject(),
                            a.partner(),
                            a.text(),
                            a.node(),
                            a.episode(),
                            a.first(),
                            a.last(),
                            a.count(),
                            at,
                            by,
                            reason));
            return true;
        }

        @Override
        public List<Notice> takeNotices(Instant now) {
            return List.of();
        }
    }
}
