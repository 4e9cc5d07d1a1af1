package org.itkserver.boot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(300)
class BackgroundLoopsTest {
    private static final Duration SHORT = Duration.ofMillis(1);

    private static Loop loop() {
        return new Loop("test", true, SHORT, System::nanoTime, e -> {}, () -> true);
    }

    @TempDir
    Path folder;

    @Test
    void whatRunsIsLeftToEndAndNothingBeginsAfterwards() throws Exception {
        var begun = new CountDownLatch(2);
        var ended = new AtomicInteger();
        var interrupted = new AtomicInteger();
        var go = new CountDownLatch(1);
        Loop.Turn task = () -> {
            begun.countDown();
            try {
                go.await();
            } catch (InterruptedException e) {
                interrupted.incrementAndGet();
            }
            ended.incrementAndGet();
        };
        var loops = new BackgroundLoops("test", 1);
        loops.every(SHORT, loop(), task);
        loops.always(loop(), task);
        assertTrue(begun.await(60, TimeUnit.SECONDS));

        loops.stop();
        go.countDown();
        loops.close();

        assertEquals(2, ended.get());
        assertEquals(0, interrupted.get());
    }

    @Test
    void anEmbeddedDatabaseInUseSurvivesTheStop() throws Exception {
        var url = "jdbc:h2:file:" + folder.resolve("db") + ";CACHE_SIZE=64";
        try (var connection = DriverManager.getConnection(url);
                var statement = connection.createStatement()) {
            statement.execute("create table t(id int primary key, b varchar)");
            statement.execute("insert into t select x, repeat('abc', 1000) from system_range(1, 20000)");
        }
        try (var connection = DriverManager.getConnection(url);
                var statement = connection.createStatement()) {
            var reads = new CountDownLatch(3);
            var failure = new AtomicReference<SQLException>();
            var loops = new BackgroundLoops("test", 1);
            loops.always(loop(), () -> {
                try (var own = DriverManager.getConnection(url);
                        var select = own.createStatement();
                        var row = select.executeQuery("select sum(length(b)) from t")) {
                    row.next();
                } catch (SQLException e) {
                    failure.set(e);
                }
                reads.countDown();
            });
            assertTrue(reads.await(60, TimeUnit.SECONDS));
            loops.close();

            assertEquals(null, failure.get());
            assertFalse(statement.execute("insert into t values (0, 'last')"));
            statement.execute("checkpoint sync");
        }
    }

    @Test
    void aRingEndsAWait() {
        var bell = new Bell();
        bell.ring();
        bell.ring();
        var before = System.nanoTime();
        bell.await(Duration.ofMinutes(4));
        assertTrue(Duration.ofNanos(System.nanoTime() - before).toSeconds() < 120);
        bell.await(SHORT);
    }

    /** A loop that waits for minutes after a good turn is well meanwhile, and a stop does not wait for it. */
    @Test
    void aGoodTurnCountsBeforeItsWait() {
        var time = new AtomicLong();
        var loop = new Loop("test", false, Duration.ofMinutes(5), time::get, error -> {}, () -> true);
        var loops = new BackgroundLoops("test", 1);
        loops.paced(
                loop,
                () -> {
                    time.set(TimeUnit.SECONDS.toNanos(100));
                    return Duration.ofMinutes(5);
                },
                SHORT);
        while (time.get() == 0 || loop.secondsSinceSuccess() > 0) {
            Thread.onSpinWait();
        }
        long before = System.nanoTime();
        loops.close();
        assertTrue(Duration.ofNanos(System.nanoTime() - before).toSeconds() < 10, "the longest stop");
    }
}
