package org.itkserver.boot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.itkserver.audit.StoreBusy;
import org.itkserver.audit.StoreUnavailable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever a background loop meets, it is seen, bounded, and the loop recovers. */
@Timeout(300)
class LoopTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final AtomicLong now = new AtomicLong();
    private final List<Throwable> ends = new ArrayList<>();
    private final AtomicBoolean storing = new AtomicBoolean(true);
    private final LoopMonitor monitor = new LoopMonitor(now::get, ends::add, storing::get);

    @TempDir
    Path home;

    private void forward(Duration time) {
        now.addAndGet(time.toNanos());
    }

    private static Throwable fault(String name) {
        return switch (name) {
            case "Error" -> new Error("planned");
            case "StackOverflowError" -> new StackOverflowError("planned");
            case "LinkageError" -> new NoClassDefFoundError("planned");
            case "Exception" -> new java.io.IOException("planned");
            default -> new IllegalStateException("planned");
        };
    }

    private static void fail(Throwable e) throws Exception {
        if (e instanceof Error error) {
            throw error;
        }
        throw (Exception) e;
    }

    @ParameterizedTest
    @ValueSource(strings = {"Error", "StackOverflowError", "LinkageError", "Exception", "RuntimeException"})
    void aLoopThatFailsAgainAndAgainIsDeadUntilATurnGoesWell(String name) {
        var loop = monitor.vital("test", SECOND);
        for (int i = 0; i < 3; i++) {
            assertTrue(monitor.isVitalAlive());
            assertFalse(loop.run(() -> fail(fault(name))).isZero());
        }
        assertFalse(monitor.isVitalAlive());
        assertNotNull(loop.trouble());
        assertEquals(Duration.ZERO, loop.run(() -> {}));
        assertTrue(monitor.isVitalAlive());
        assertNull(loop.trouble());
        assertEquals(List.of(), ends);
    }

    @Test
    void theWaitAfterFailuresGrowsAndIsBounded() {
        var loop = monitor.side("test", SECOND);
        var last = Duration.ZERO;
        for (int i = 0; i < 20; i++) {
            var wait = loop.run(() -> fail(fault("Error")));
            assertTrue(wait.compareTo(last) >= 0);
            last = wait;
        }
        assertEquals(Duration.ofSeconds(30), last);
    }

    @Test
    void outOfMemoryEndsTheProcess() {
        monitor.side("test", SECOND).run(() -> {
            throw new OutOfMemoryError("planned");
        });
        assertEquals(1, ends.size());
    }

    @Test
    void aDatabaseThatIsAwayIsNoDeathOfTheLoopAndNoSuccess() {
        var loop = monitor.vital("test", SECOND);
        storing.set(false);
        for (int i = 0; i < 10; i++) {
            forward(SECOND);
            assertEquals(Duration.ZERO, loop.run(() -> fail(new StoreUnavailable("planned"))));
            assertEquals(i + 1, loop.secondsSinceSuccess());
        }
        assertTrue(monitor.isVitalAlive());
    }

    @Test
    void whatADatabaseRefusesThatCanBeReachedIsAFailure() {
        var loop = monitor.side("test", SECOND);
        for (int i = 0; i < 3; i++) {
            assertFalse(loop.isDead());
            forward(SECOND);
            assertFalse(
                    loop.run(() -> fail(new StoreUnavailable("SQLSTATE 42501"))).isZero());
            assertEquals(i + 1, loop.secondsSinceSuccess());
        }
        assertTrue(loop.isDead());
        storing.set(false);
        assertEquals(Duration.ZERO, loop.run(() -> fail(new StoreUnavailable("away"))), "its return is not waited for");
        assertFalse(loop.isDead());
        loop.run(() -> {});
        assertEquals(0, loop.secondsSinceSuccess());
    }

    @Test
    void aBusyPoolIsNeitherAFailureNorASuccess() {
        var loop = monitor.vital("test", SECOND);
        for (int i = 0; i < 10; i++) {
            forward(SECOND);
            loop.run(() -> fail(new StoreBusy("planned")));
        }
        assertFalse(loop.isDead());
        assertEquals(10, loop.secondsSinceSuccess());
    }

    @Test
    void aSkippedTurnIsNeitherAFailureNorASuccess() {
        var loop = monitor.vital("test", SECOND);
        for (int i = 0; i < 10; i++) {
            forward(SECOND);
            assertEquals(Duration.ZERO, loop.run(() -> fail(new Loop.Skipped())));
        }
        assertFalse(loop.isDead());
        assertEquals(10, loop.secondsSinceSuccess());
    }

    @Test
    void aCommitterThatDoesNotStoreIsAliveWithoutSuccess() {
        var readiness = new Readiness(monitor, home, now::get, new Fatal(() -> {}, code -> {}));
        var committer = monitor.all().get(0);
        readiness.storing(false);
        for (int i = 0; i < 60; i++) {
            forward(SECOND);
            readiness.turned();
        }
        assertTrue(monitor.isVitalAlive());
        assertEquals(60, committer.secondsSinceSuccess());
        readiness.storing(true);
        readiness.turned();
        assertEquals(0, committer.secondsSinceSuccess());
    }

    @Test
    void aLoopWhoseThreadIsGoneOrStandsStillIsDead() throws Exception {
        var gone = monitor.vital("gone", SECOND);
        gone.run(() -> {});
        forward(Duration.ofSeconds(10));
        assertTrue(gone.isDead());

        var stands = monitor.side("stands", SECOND);
        stands.run(() -> {
            forward(Duration.ofSeconds(100));
            assertFalse(stands.isDead());
            forward(Duration.ofSeconds(30));
            assertTrue(stands.isDead());
        });
    }

    @Test
    void anInterruptDoesNotEndALoop() throws Exception {
        var turns = new AtomicInteger();
        var enough = new CountDownLatch(1);
        var loops = new BackgroundLoops("test", 1);
        Loop.Turn turn = () -> {
            if (turns.incrementAndGet() > 20) {
                enough.countDown();
            }
            Thread.currentThread().interrupt();
        };
        var real = new LoopMonitor(System::nanoTime, ends::add, () -> true);
        loops.every(Duration.ofMillis(1), real.vital("every", SECOND), turn);
        loops.always(real.vital("always", SECOND), turn);
        assertTrue(enough.await(60, TimeUnit.SECONDS));
        assertTrue(real.isVitalAlive());
        loops.close();
    }

    @Test
    void errorsDoNotEndTheThreadOfALoop() throws Exception {
        var good = new CountDownLatch(2);
        var turns = new AtomicInteger();
        var loops = new BackgroundLoops("test", 1);
        Loop.Turn turn = () -> {
            if (turns.incrementAndGet() < 5) {
                throw new StackOverflowError("planned");
            }
            good.countDown();
        };
        var real = new LoopMonitor(System::nanoTime, ends::add, () -> true);
        loops.every(Duration.ofMillis(1), real.vital("every", SECOND), turn);
        loops.always(real.vital("always", SECOND), turn);
        assertTrue(good.await(60, TimeUnit.SECONDS));
        loops.close();
    }

    @Test
    void theProcessEndsWith70OnceAndAfterASealThatNeverEnds() throws Exception {
        var codes = new ArrayList<Integer>();
        var halted = new CountDownLatch(1);
        var sealing = new CountDownLatch(1);
        var fatal = new Fatal(sealing::countDown, code -> {
            codes.add(code);
            halted.countDown();
        });
        fatal.end(new OutOfMemoryError("planned"));
        fatal.end(new OutOfMemoryError("planned"));
        assertTrue(halted.await(60, TimeUnit.SECONDS));
        assertTrue(sealing.await(0, TimeUnit.SECONDS));
        assertEquals(List.of(70), codes);
    }

    @Test
    void nothingIsAcceptedWhileItIsNotSafe() {
        var fatal = new Fatal(() -> {}, code -> {});
        var readiness = new Readiness(monitor, home, now::get, fatal);
        assertEquals(Readiness.Status.DOWN, readiness.status(), "it starts");
        readiness.look(false, () -> true, () -> true);
        assertFalse(readiness.isAccepting());
        readiness.look(true, () -> false, () -> true);
        assertFalse(readiness.isAccepting());
        readiness.look(true, () -> true, () -> false);
        assertFalse(readiness.isAccepting());
        readiness.look(true, () -> true, () -> true);
        assertEquals(Readiness.Status.UP, readiness.status());

        readiness.storing(false);
        assertFalse(readiness.isAccepting());
        readiness.storing(true);
        assertTrue(readiness.isAccepting());

        var side = monitor.side("side", SECOND);
        for (int i = 0; i < 3; i++) {
            side.run(() -> fail(fault("Error")));
        }
        assertEquals(Readiness.Status.DEGRADED, readiness.status());
        assertTrue(readiness.isAccepting());

        forward(Duration.ofSeconds(20));
        readiness.turned();
        assertFalse(readiness.isAccepting(), "an old look is no answer");
        readiness.look(true, () -> true, () -> true);
        assertTrue(readiness.isAccepting());
        forward(Duration.ofSeconds(40));
        readiness.look(true, () -> true, () -> true);
        assertFalse(readiness.isAccepting(), "the committer stands still");
        readiness.turned();
        assertTrue(readiness.isAccepting());
        readiness.stop();
        assertFalse(readiness.isAccepting());
    }

    @Test
    void anErrorInTheCommitterEndsTheProcess() throws Exception {
        var halted = new CountDownLatch(1);
        var fatal = new Fatal(() -> {}, code -> halted.countDown());
        var readiness = new Readiness(monitor, home, now::get, fatal);
        readiness.failed(new IllegalStateException("planned"));
        readiness.failed(new StackOverflowError("planned"));
        assertTrue(halted.await(60, TimeUnit.SECONDS));
    }
}
