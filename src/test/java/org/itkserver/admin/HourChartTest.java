package org.itkserver.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.itkserver.watch.Tally;
import org.itkserver.watch.TrafficKind;
import org.junit.jupiter.api.Test;

class HourChartTest {
    private static final Instant NOW = Instant.parse("2026-11-22T16:05:07Z");
    private static final Instant HOUR = Instant.parse("2026-11-22T16:00:00Z");

    @Test
    void aDayHasTwentyFourHoursWhetherSomethingHappenedOrNot() {
        var hours = HourChart.hours(List.of(), NOW);
        assertEquals(24, hours.size());
        assertEquals(HourChart.from(NOW), hours.get(0).start());
        assertEquals(HOUR, hours.get(23).start());
        assertNull(hours.get(23).handled50());
        assertEquals("", HourChart.traffic(hours).scale());
        assertEquals(List.of(), HourChart.latency(hours).bars());
    }

    @Test
    void countsAddUpAndTheHighestBarIsAsHighAsThePicture() {
        var hours = HourChart.hours(
                List.of(
                        new Tally(HOUR, "", TrafficKind.ACCEPTED, 0, 4000),
                        new Tally(HOUR, "", TrafficKind.DEAD_LETTER, 0, 2),
                        new Tally(HOUR, "", TrafficKind.REJECTED, 0, 3),
                        new Tally(HOUR, "", TrafficKind.HANDLED, 5, 90),
                        new Tally(HOUR, "", TrafficKind.HANDLED, 12, 10)),
                NOW);
        var last = hours.get(23);
        assertEquals(4000, last.accepted());
        assertEquals(5, last.failed());
        assertEquals(Duration.ofMillis(32), last.handled50());
        assertEquals(Duration.ofMillis(4096), last.handled95());
        var traffic = HourChart.traffic(hours);
        assertEquals("The highest bar is 4,000 an hour.", traffic.scale());
        assertEquals(HourChart.HEIGHT, traffic.bars().get(0).height());
        assertEquals("16:00, accepted: 4000", traffic.bars().get(0).title());
        assertTrue(traffic.bars().get(1).height() >= 2, "few can still be seen");
        for (var bar : traffic.bars()) {
            assertEquals(HourChart.HEIGHT, bar.y() + bar.height());
            assertTrue(bar.x() >= 0 && bar.x() + bar.width() <= HourChart.WIDTH);
        }
    }
}
