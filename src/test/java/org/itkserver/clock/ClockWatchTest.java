package org.itkserver.clock;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clocks that jump, step, disagree and start late; on a database with and without a clock of its own. */
class ClockWatchTest {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration DAY = Duration.ofDays(1);
    private static final Duration AHEAD = Duration.ofDays(40);
    private static final Duration BACK = Duration.ofHours(-2);

    private final Clocks clocks = new Clocks();
    private ClockWatch watch;

    private void start(boolean independent) {
        clocks.independent = independent;
        restart();
    }

    private void restart() {
        watch = new ClockWatch(clocks.wall, clocks::nanos, clocks);
        watch.look();
    }

    private void pass(Duration time) {
        for (long i = 0; i < time.toSeconds(); i++) {
            clocks.pass(SECOND);
            watch.look();
        }
    }

    private void jump(boolean independent, Duration by) {
        if (independent) {
            clocks.jumpNode(by);
        } else {
            clocks.jump(by);
        }
    }

    private boolean isSure() {
        return watch.now().isPresent();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aSteadyClockIsBelievedFromTheFirstLook(boolean independent) {
        start(independent);
        assertTrue(isSure());
        assertEquals(clocks.wall.instant(), watch.now().orElseThrow());
        pass(Duration.ofMinutes(5));
        assertTrue(isSure() && watch.mayExpire() && watch.status().isRight());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aClockThatJumpsAheadAndReturnsAllowsNothingMeanwhileAndForAMinute(boolean independent) {
        start(independent);
        pass(Duration.ofMinutes(5));
        var right = clocks.wall.instant();
        jump(independent, AHEAD);
        assertFalse(isSure(), "even before the next look");
        pass(Duration.ofSeconds(9));
        assertFalse(isSure());
        assertTrue(watch.status().text().contains(independent ? "differ by 40 days" : "set forward by about 40 days"));
        assertEquals(right.plusSeconds(9), watch.steady().instant(), "waits and leases do not jump");
        jump(independent, AHEAD.negated());
        pass(Duration.ofSeconds(59));
        assertFalse(isSure());
        pass(Duration.ofSeconds(2));
        assertTrue(isSure() && watch.status().isRight());
    }

    @Test
    void aClockThatStaysAheadIsBelievedAfterADayOfSteadyTime() {
        start(false);
        clocks.jump(AHEAD);
        pass(DAY.minusSeconds(1));
        assertFalse(isSure());
        pass(Duration.ofSeconds(3));
        assertTrue(isSure());
        assertEquals(1, clocks.leasesMoved, "claims live on");
        assertEquals(clocks.wall.instant(), watch.steady().instant());
    }

    @Test
    void whatWasWrittenBeforeACorrectionByDaysIsKeptForAsMuchLonger() {
        start(false);
        var before = clocks.wall.instant();
        clocks.jump(AHEAD);
        pass(DAY.plusSeconds(2));
        assertEquals(
                before.plus(AHEAD).getEpochSecond(),
                watch.wrongTimes().get(0).corrected(before).getEpochSecond());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void stepsOfTenSecondsAllowNothingHoweverManyTheyAre(boolean independent) {
        start(independent);
        var random = new Random(7);
        for (int i = 0; i < 200; i++) {
            clocks.jump(Duration.ofSeconds(random.nextBoolean() ? 10 : -10));
            pass(Duration.ofSeconds(1 + random.nextInt(50)));
            assertFalse(isSure());
        }
    }

    @Test
    void manySmallStepsAreNoWayAroundIt() {
        start(false);
        for (int i = 0; i < 10; i++) {
            clocks.jump(Duration.ofMillis(1900));
            pass(SECOND);
        }
        assertFalse(isSure());
    }

    @Test
    void aClockThatIsSlewedStaysRight() {
        start(false);
        for (int i = 0; i < 20_000; i++) {
            clocks.jump(Duration.ofNanos(500_000));
            pass(SECOND);
            assertTrue(isSure());
        }
    }

    @Test
    void aClockSetBackMovesWaitsNotesWrongTimesAndStopsDeadlines() {
        start(false);
        pass(Duration.ofMinutes(2));
        var right = clocks.wall.instant();
        clocks.jump(BACK);
        int moved = clocks.waitsMoved;
        pass(Duration.ofSeconds(5));
        assertFalse(isSure());
        assertFalse(watch.mayExpire());
        assertTrue(clocks.waitsMoved > moved);
        assertEquals(right.plusSeconds(5), watch.steady().instant());
        var written = clocks.wall.instant();
        assertEquals(
                written.minus(BACK),
                watch.wrongTimes().get(0).corrected(written),
                "what came now is not two hours old");
        pass(Duration.ofHours(2));
        assertTrue(isSure(), "two hours of steady time");
        assertEquals(clocks.wall.instant(), watch.steady().instant());
    }

    @Test
    void theNodesClockAloneIsWrongAndTheDatabasesIsFollowed() {
        start(true);
        pass(Duration.ofMinutes(2));
        clocks.jumpNode(BACK);
        pass(Duration.ofDays(2));
        assertFalse(isSure(), "however long it lasts");
        assertFalse(watch.mayExpire());
        assertEquals(clocks.database, watch.steady().instant());
        assertFalse(watch.status().canBeConfirmed());
        clocks.jumpNode(BACK.negated());
        pass(Duration.ofSeconds(62));
        assertTrue(isSure());
    }

    @Test
    void bothClocksOfOneMachineJumpTogether() {
        start(true);
        pass(Duration.ofMinutes(2));
        clocks.jump(AHEAD);
        pass(Duration.ofHours(23));
        assertFalse(isSure());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aStartMoreThanADayAfterTheNewestEventWaitsForADay(boolean independent) {
        clocks.newest = clocks.wall.instant().minus(DAY).minusSeconds(1);
        start(independent);
        assertFalse(isSure());
        assertTrue(watch.status().text().contains("24 hours after the newest event"));
        pass(DAY.minusSeconds(2));
        assertFalse(isSure());
        pass(Duration.ofSeconds(5));
        assertTrue(isSure());
    }

    @Test
    void aStartWithinADayDoesNotWait() {
        clocks.newest = clocks.wall.instant().minus(DAY);
        start(false);
        assertTrue(isSure());
    }

    @Test
    void aRestartDoesNotEndTheWaiting() {
        clocks.newest = clocks.wall.instant().minus(AHEAD);
        start(false);
        pass(Duration.ofHours(1));
        clocks.newest = clocks.wall.instant(); // what it wrote itself with the same clock
        clocks.trusted = clocks.wall.instant().minus(AHEAD);
        restart();
        assertFalse(isSure());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aPersonsConfirmationEndsTheWaiting(boolean independent) {
        clocks.newest = clocks.wall.instant().minus(AHEAD);
        start(independent);
        assertTrue(watch.status().canBeConfirmed());
        clocks.confirmation++;
        pass(SECOND);
        assertTrue(isSure());
        clocks.jump(AHEAD);
        pass(SECOND);
        assertFalse(isSure(), "it was for that time");
        clocks.confirmation++;
        pass(SECOND);
        assertTrue(isSure());
        restart();
        clocks.jump(AHEAD);
        pass(SECOND);
        assertFalse(isSure(), "an old one counts no more");
    }

    @Test
    void aStartWithTheClockBehindItsNewestEventWaitsAsLongAsItIsBehind() {
        clocks.newest = clocks.wall.instant().plus(Duration.ofHours(3));
        start(false);
        assertFalse(isSure());
        assertFalse(watch.mayExpire());
        pass(Duration.ofHours(3).plusSeconds(2));
        assertTrue(isSure());
    }

    @Test
    void deadlinesWaitOnlyForAMinuteOfSteadyTime() {
        start(false);
        clocks.jump(AHEAD);
        pass(Duration.ofSeconds(59));
        assertFalse(watch.mayExpire());
        pass(Duration.ofSeconds(3));
        assertTrue(watch.mayExpire(), "by the steady time, which did not jump");
        assertFalse(isSure());
    }

    @Test
    void withoutLooksNothingIsBelievedAfterSomeSeconds() {
        start(true);
        clocks.pass(Duration.ofSeconds(11));
        assertFalse(isSure());
        assertFalse(watch.mayExpire());
    }

    @Test
    void theTimeForDestroyingIsTheEarliestOfTheWitnesses() {
        start(true);
        clocks.jumpNode(Duration.ofMillis(1500));
        pass(SECOND);
        assertEquals(clocks.database, watch.now().orElseThrow());
    }
}
