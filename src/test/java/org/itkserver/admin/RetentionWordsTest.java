package org.itkserver.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.time.Period;
import java.time.temporal.TemporalAmount;
import java.util.List;
import java.util.Optional;
import org.itkserver.audit.MessageSearch;
import org.itkserver.directory.Retention;
import org.itkserver.retention.Hold;
import org.itkserver.retention.Proof;
import org.itkserver.retention.Purge;
import org.itkserver.retention.Run;
import org.itkserver.retention.Standing.Work;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RetentionWordsTest {
    private static final Instant NOW = Instant.parse("2026-11-22T16:05:07Z");
    private static final Instant LATER = NOW.plus(Duration.ofMinutes(12));

    private static Optional<Run> running(Instant since) {
        return Optional.of(new Run(7, "n", "ann", Run.State.RUNNING, since, null, 0, 0, 0, 1, null));
    }

    private static List<String> troubles(Optional<Run> run, Work work, Instant next) {
        return RetentionWords.troubles(run, work, next, NOW);
    }

    private static Instant ago(int minutes) {
        return NOW.minus(Duration.ofMinutes(minutes));
    }

    @ParameterizedTest
    @CsvSource({
        "P30D, 30 days",
        "P8Y, 8 years",
        "P1Y6M, 1 year 6 months",
        "PT12H, 12 hours",
        "PT36H, 1 day 12 hours",
        "PT1M1S, 1 minute 1 second",
        "PT0S, until the next run",
        "P0D, until the next run"
    })
    void aPeriodIsReadAsPeopleSayIt(String text, String words) {
        TemporalAmount amount = text.contains("T") ? Duration.parse(text) : Period.parse(text);
        assertEquals(words, RetentionWords.period(amount));
    }

    @Test
    void aNewcomerIsToldTheRuleAndTheNextRun() {
        assertEquals(
                "After a message's end its content is kept for 30 days and its record for 8 years; 1 service has periods"
                        + " of its own.",
                RetentionWords.kept(Retention.DEFAULT, 1));
        assertEquals(
                "After a message's end its content is kept until the next run and its record for 1 day.",
                RetentionWords.kept(new Retention(Duration.ZERO, Period.ofDays(1)), 0));
        assertEquals(
                "The next run begins in 12 min, 22 Nov 2026 16:17:07 UTC.",
                RetentionWords.next(Optional.empty(), LATER, NOW));
        assertEquals("The next run is due now.", RetentionWords.next(Optional.empty(), NOW, NOW));
        assertTrue(RetentionWords.next(running(ago(1)), LATER, NOW).startsWith("A run is under way since"));
    }

    @Test
    void nothingIsWrongWhileRunsBeginAndGetOn() {
        assertEquals(List.of(), troubles(Optional.empty(), Work.NONE, LATER));
        assertEquals(List.of(), troubles(Optional.empty(), Work.NONE, ago(4)));
        var busy = new Work(NOW.plusSeconds(30), 12L, ago(1), null);
        assertEquals(List.of(), troubles(running(ago(300)), new Work(LATER, null, null, ago(2)), LATER));
        assertEquals(List.of(), troubles(running(ago(20)), busy, LATER));
    }

    @Test
    void whatIsWrongIsSaid() {
        assertTrue(troubles(Optional.empty(), Work.NONE, ago(6)).get(0).contains("has not begun"));
        assertTrue(troubles(running(ago(20)), new Work(ago(2), null, null, null), LATER)
                .get(0)
                .startsWith("Run 7 stands still"));
        assertTrue(troubles(running(ago(20)), Work.NONE, LATER).get(0).startsWith("Run 7 stands still"));
        var half = new Work(LATER, 12L, ago(6), null);
        assertTrue(troubles(running(ago(50)), half, LATER).get(0).startsWith("Batch 12"));
        assertEquals(1, troubles(running(ago(50)), half, LATER).size());
        assertTrue(troubles(running(ago(50)), new Work(LATER, null, null, ago(31)), LATER)
                .get(0)
                .contains("nothing for 31 min"));
    }

    @Test
    void aHoldSaysNothingOfAPatient() {
        assertEquals(
                "One patient's messages, by NHS number",
                RetentionWords.what(new Hold.OnePatient(new byte[] {1, 2, 3})));
        assertEquals("Tracking id X", RetentionWords.what(new Hold.OneMessage("X")));
        assertEquals(
                "Messages: partner p, before 22 Nov 2026 16:05:07",
                RetentionWords.what(new Hold.Window("p", null, null, NOW)));
    }

    @Test
    void aCountThatWasCutSaysSo() {
        var none = new MessageSearch.Found(List.of(), null, false);
        var cut = new MessageSearch.Found(List.of(), new MessageSearch.Position(NOW, 1), true);
        assertEquals("0 messages", RetentionWords.count(none));
        assertEquals("at least 0 messages", RetentionWords.count(cut));
    }

    private static Proof proof(@Nullable Long seq, @Nullable Instant destroyed) {
        return new Proof(1, Purge.CONTENT, 1, 1, "s", NOW, NOW, NOW, "n", seq, null, destroyed);
    }

    @Test
    void aBatchWithoutItsEventStandsOut() {
        assertEquals("✓ destroyed", RetentionWords.state(proof(1L, NOW)));
        assertEquals("… half done", RetentionWords.state(proof(1L, null)));
        assertEquals("✗ no event tells of it", RetentionWords.state(proof(null, NOW)));
        assertFalse(RetentionWords.state(proof(null, null)).contains("✗"));
    }
}
