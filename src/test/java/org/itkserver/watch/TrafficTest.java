package org.itkserver.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.itkserver.audit.AuditEvent;
import org.itkserver.audit.AuditType;
import org.junit.jupiter.api.Test;

class TrafficTest {
    private static final Instant HOUR = Instant.parse("2026-11-22T10:00:00Z");

    private final Traffic traffic = new Traffic();

    private static AuditEvent event(AuditType type, Instant at) {
        return new AuditEvent(at, type, 1L, "t", "gp-system", "s", "server", null, null, null, "x");
    }

    @Test
    void eventsAreCountedByTheHourAndLatenciesForAllPartnersTogether() {
        traffic.accept(event(AuditType.ACCEPTED, HOUR));
        traffic.accept(event(AuditType.ACCEPTED, HOUR.plusSeconds(3599)));
        traffic.accept(event(AuditType.ACCEPTED, HOUR.plusSeconds(3600)));
        traffic.accept(event(AuditType.SENT, HOUR));
        traffic.accept(event(AuditType.HANDLED, HOUR.plusMillis(5)).ending(HOUR));
        traffic.accept(event(AuditType.HANDLED, HOUR));
        traffic.accept(event(AuditType.WARNING, HOUR));
        var taken = traffic.take();
        assertEquals(
                Set.of(
                        new Tally(HOUR, "gp-system", TrafficKind.ACCEPTED, 0, 2),
                        new Tally(HOUR.plusSeconds(3600), "gp-system", TrafficKind.ACCEPTED, 0, 1),
                        new Tally(HOUR, "gp-system", TrafficKind.SENT, 0, 1),
                        new Tally(HOUR, "", TrafficKind.ACCEPTED, 0, 2),
                        new Tally(HOUR.plusSeconds(3600), "", TrafficKind.ACCEPTED, 0, 1),
                        new Tally(HOUR, "", TrafficKind.SENT, 0, 1),
                        new Tally(HOUR, "", TrafficKind.HANDLED, 3, 1)),
                new HashSet<>(taken.tallies()));
        assertEquals(Map.of("gp-system", HOUR.plusSeconds(3600)), taken.in());
        assertEquals(Map.of("gp-system", HOUR), taken.out());
        assertTrue(traffic.take().isEmpty());
    }

    @Test
    void whatCouldNotBeStoredIsNotLost() {
        traffic.accept(event(AuditType.REFUSED, HOUR));
        var taken = traffic.take();
        traffic.accept(event(AuditType.REFUSED, HOUR));
        traffic.putBack(taken);
        for (var tally : traffic.take().tallies()) {
            assertEquals(2, tally.count());
        }
    }

    @Test
    void latenciesFallIntoBucketsThatDouble() {
        assertEquals(1, Latency.bucket(Duration.ofMillis(-3)));
        assertEquals(1, Latency.bucket(Duration.ofMillis(1)));
        assertEquals(2, Latency.bucket(Duration.ofMillis(2)));
        assertEquals(2, Latency.bucket(Duration.ofMillis(3)));
        assertEquals(3, Latency.bucket(Duration.ofMillis(4)));
        assertEquals(Latency.LAST, Latency.bucket(Duration.ofDays(4000)));
        var counts = Map.of(2, 50L, 5, 45L, 9, 5L);
        assertEquals(Optional.of(Duration.ofMillis(4)), Latency.within(counts, 0.5));
        assertEquals(Optional.of(Duration.ofMillis(32)), Latency.within(counts, 0.95));
        assertEquals(Optional.empty(), Latency.within(Map.of(), 0.5));
    }
}
