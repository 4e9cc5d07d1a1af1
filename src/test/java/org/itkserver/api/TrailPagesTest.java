package org.itkserver.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.itkserver.audit.TrailQuery.Stretch;
import org.itkserver.audit.TrailQuery.TrailEvent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TrailPagesTest {
    private static final Instant NOW = Instant.parse("2026-11-22T10:00:00Z");

    private final List<TrailEvent> trail = new ArrayList<>();
    private final Map<String, Long> ends = new HashMap<>();
    private final AtomicLong nanos = new AtomicLong();
    private final TrailPages pages = new TrailPages(nanos::get);
    private long nanosARead;

    /** Another event of a node, which may be one that is not wanted. */
    private void write(String node, int second, boolean wanted) {
        long seq = ends.merge(node, 1L, Long::sum);
        if (wanted) {
            trail.add(new TrailEvent(
                    node, seq, NOW.plusSeconds(second), "t", null, null, null, null, "a", null, null, null, "d"));
        }
    }

    private List<TrailEvent> read(Stretch stretch, int limit) {
        nanos.addAndGet(nanosARead);
        return trail.stream()
                .filter(e -> e.node().equals(stretch.node()) && e.seq() > stretch.after() && e.seq() <= stretch.last())
                .limit(limit)
                .toList();
    }

    private TrailPages.Page page(TrailPosition after, int limit) {
        return pages.page(after, ends, limit, this::read);
    }

    private static List<String> names(TrailPages.Page page) {
        return page.events().stream().map(e -> e.node() + e.seq()).toList();
    }

    /** As an application does: it keeps the text of the position. */
    private static TrailPosition next(TrailPages.Page page) {
        return TrailPosition.parse("after", page.next().toString());
    }

    @Test
    void nodesAreMergedByTimeAndEachStaysInItsOrder() {
        write("a", 1, true);
        write("a", 5, true);
        write("a", 3, true);
        write("b", 2, true);
        write("b", 6, true);

        assertEquals(List.of("a1", "b1", "a2", "a3", "b2"), names(page(TrailPosition.START, 10)));
    }

    @Test
    void pagesMissNothingAndRepeatNothing() {
        for (int i = 0; i < 40; i++) {
            write(i % 3 == 0 ? "a" : "b", i, i % 5 != 0);
        }
        var seen = new ArrayList<String>();
        var position = TrailPosition.START;
        for (int i = 0; i < 20; i++) {
            var page = page(position, 3);
            seen.addAll(names(page));
            position = next(page);
            assertEquals(seen.size() < trail.size(), page.more(), "after " + seen.size());
        }
        assertEquals(trail.size(), seen.size());
        assertEquals(trail.size(), seen.stream().distinct().count());
    }

    @Test
    void whatANodeWritesLaterIsFoundHoweverOldItsTime() {
        write("a", 100, true);
        var first = page(TrailPosition.START, 10);
        write("b", 1, true);
        write("a", 50, true);
        write("new", 0, true);

        assertEquals(List.of("new1", "b1", "a2"), names(page(next(first), 10)));
    }

    @Test
    void unwantedEventsAreNotReadAgain() {
        write("a", 1, true);
        write("a", 2, false);
        write("a", 3, false);
        var page = page(TrailPosition.START, 10);

        assertEquals(3, next(page).seq("a"));
        assertFalse(page.more());
        assertEquals(List.of(), page(next(page), 10).events());
    }

    @Test
    void aLongWalkEndsEarlyAndGoesOn() {
        for (int i = 0; i < 30_000; i++) {
            write("a", i, i == 29_999);
        }
        nanosARead = 400_000_000;
        var first = page(TrailPosition.START, 10);

        assertEquals(List.of(), first.events());
        assertTrue(first.more());
        var position = next(first);
        var found = new ArrayList<String>();
        for (int i = 0; i < 5 && found.isEmpty(); i++) {
            var page = page(position, 10);
            found.addAll(names(page));
            position = next(page);
        }
        assertEquals(List.of("a30000"), found);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "1.%%", "1.YWJj", "1.YT1i", "2.YT0x", "17"})
    void aPositionOfNobodyIsRefused(String text) {
        assertEquals(
                "after must be a \"next\" of an earlier answer.",
                assertThrows(Problem.class, () -> TrailPosition.parse("after", text))
                        .getMessage());
    }

    @Test
    void nodesMayHaveAnyName() {
        var position = new TrailPosition(Map.of("a=b", 7L, "n\u00f6de 1", 9L));

        assertEquals(position, TrailPosition.parse("after", position.toString()));
    }
}
