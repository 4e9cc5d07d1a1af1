package org.itkserver.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.itkserver.audit.AuditEvent;
import org.itkserver.audit.AuditType;
import org.itkserver.audit.SealKey;
import org.itkserver.audit.StoreBusy;
import org.itkserver.audit.StoreUnavailable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a transaction leaves behind when something goes wrong in it, and what a full pool is reported as. */
abstract class TransactionContract {
    private static final Clock CLOCK = Clock.systemUTC();

    private final String node = "node-" + UUID.randomUUID().toString().substring(0, 8);
    private final ConcurrentLinkedQueue<Throwable> heard = new ConcurrentLinkedQueue<>();
    private final List<Boolean> storing = new ArrayList<>();
    private Database database;
    private FaultyWriter writer;
    private Committer committer;

    abstract DatabaseSettings settings();

    @BeforeEach
    void open() {
        database = MigratedDatabase.of(settings());
        writer = new FaultyWriter(node, !database.isH2());
        committer = new Committer(database, node, CLOCK, writer, SealKey.generate(), new CommitterWatch() {
            @Override
            public void turned() {
                // not asked here
            }

            @Override
            public void failed(Throwable e) {
                heard.add(e);
            }

            @Override
            public void storing(boolean works) {
                storing.add(works);
            }
        });
    }

    @AfterEach
    void close() {
        writer.fault = group -> null;
        committer.close();
        database.close();
    }

    /** Fails after the rows of a group are written and before COMMIT. */
    private static final class FaultyWriter extends GroupWriter {
        private volatile Function<List<Entry>, @Nullable Throwable> fault = group -> null;

        FaultyWriter(String node, boolean manyStatements) {
            super(node, CLOCK, manyStatements, event -> {});
        }

        @Override
        long write(Connection connection, List<Entry> group, long first) throws SQLException {
            long end = super.write(connection, group, first);
            var thrown = fault.apply(group);
            if (thrown instanceof Error e) {
                throw e;
            } else if (thrown instanceof RuntimeException e) {
                throw e;
            } else if (thrown instanceof SQLException e) {
                throw e;
            }
            return end;
        }
    }

    private void append(String detail) {
        var entry = new Entry.Audit(AuditEvent.ofServer(CLOCK.instant(), AuditType.WARNING, detail), null, 0);
        committer.commit(entry, entry.done);
    }

    private List<String> stored() {
        return database.read(connection -> Sql.list(
                connection,
                "select seq, detail from audit_event where node = ? order by seq",
                row -> row.getLong(1) + " " + row.getString(2),
                node));
    }

    private static boolean isBad(List<Entry> group) {
        return group.stream().flatMap(entry -> entry.change().events().stream()).anyMatch(event -> event.detail()
                .equals("bad"));
    }

    private static Throwable fault(String name) {
        return switch (name) {
            case "OutOfMemoryError" -> new OutOfMemoryError("planned");
            case "StackOverflowError" -> new StackOverflowError("planned");
            case "LinkageError" -> new LinkageError("planned");
            case "NullPointerException" -> new NullPointerException("planned");
            case "ArrayStoreException" -> new ArrayStoreException("planned");
            default -> new SQLException("planned", name);
        };
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "OutOfMemoryError",
                "StackOverflowError",
                "LinkageError",
                "NullPointerException",
                "ArrayStoreException",
                "HYT00",
                "HY000",
                "42P01",
                "42S02",
                "22001",
                "23505",
                "40001",
                "55P03",
                "57014",
                "08006",
                "57P01",
                "53100",
                "90098",
                "XX000"
            })
    void whateverFailsInTheMiddleOfAGroupLeavesNothingAndTheNextGroupIsFine(String name) {
        append("before");
        writer.fault = group -> fault(name);
        assertThrows(RuntimeException.class, () -> append("lost"));
        writer.fault = group -> null;
        append("after");
        assertEquals(List.of("1 before", "2 after"), stored());
        assertTrue(heard.stream().allMatch(Error.class::isInstance));
        assertEquals(name.endsWith("Error"), !heard.isEmpty());
    }

    @ParameterizedTest
    @ValueSource(strings = {"NullPointerException", "HYT00", "HY000", "42P01", "22001", "55P03", "XX000"})
    void oneBadEntryFailsAlone(String name) throws Exception {
        var gate = new CountDownLatch(1);
        var entered = new CountDownLatch(1);
        // holds the committer until the group is queued, then fails whenever the bad entry is in the group
        var entries = new ArrayList<Entry.Audit>();
        for (var detail : List.of("good 1", "bad", "good 2")) {
            entries.add(new Entry.Audit(AuditEvent.ofServer(CLOCK.instant(), AuditType.WARNING, detail), null, 0));
        }
        writer.fault = group -> {
            entered.countDown();
            await(gate);
            return isBad(group) ? fault(name) : null;
        };
        var pool = Executors.newFixedThreadPool(4);
        var first = pool.submit(() -> append("first"));
        await(entered);
        var results = entries.stream()
                .map(entry -> pool.submit(() -> committer.commit(entry, entry.done)))
                .toList();
        assertTimeoutPreemptively(Duration.ofSeconds(60), () -> {
            while (committer.waiting() < 3) {
                LockSupport.parkNanos(1_000_000);
            }
        });
        gate.countDown();
        first.get(60, TimeUnit.SECONDS);
        int failed = 0;
        for (var result : results) {
            try {
                result.get(60, TimeUnit.SECONDS);
            } catch (java.util.concurrent.ExecutionException e) {
                failed++;
            }
        }
        pool.shutdown();
        assertEquals(1, failed);
        assertEquals(
                List.of("first", "good 1", "good 2"),
                stored().stream().map(row -> row.substring(2)).sorted().toList());
    }

    @ParameterizedTest
    @ValueSource(strings = {"Error", "RuntimeException", "SQLException"})
    void aTransactionThatThrowsIsRolledBackAndItsConnectionIsUsableAgain(String name) {
        for (int i = 0; i < 2 * settings().poolSize(); i++) {
            assertThrows(
                    Throwable.class,
                    () -> database.inTransaction(connection -> {
                        Sql.update(connection, "insert into upload values (-77, ?, now())", node);
                        switch (name) {
                            case "Error" -> throw new OutOfMemoryError("planned");
                            case "RuntimeException" -> throw new IllegalStateException("planned");
                            default -> throw new SQLException("planned", "XX000");
                        }
                    }));
        }
        var left = database.read(connection ->
                Sql.list(connection, "select 1 from upload where message_id = -77", row -> row.getInt(1)));
        assertEquals(List.of(), left);
    }

    @Test
    void aFullPoolIsReportedAsThatAndTheCommitterDoesNotWaitForIt() throws Exception {
        try (var small = new Database(settings(), Duration.ofMillis(50))) {
            var release = new CountDownLatch(1);
            int size = settings().poolSize();
            var held = new CountDownLatch(size);
            var pool = Executors.newFixedThreadPool(size);
            for (int i = 0; i < size; i++) {
                pool.submit(() -> hold(small, held, release));
            }
            assertTrue(held.await(60, TimeUnit.SECONDS));
            var busy = assertThrows(StoreBusy.class, () -> small.read(connection -> 1));
            assertTrue(busy.getMessage().contains("in use"), busy.getMessage());
            assertThrows(StoreBusy.class, () -> small.upload(transactions -> {}));
            var store = new JdbcMessageStore(small, node + "-small", SealKey.generate(), CLOCK);
            store.append(AuditEvent.ofServer(CLOCK.instant(), AuditType.WARNING, "while all are in use"));
            store.close();
            release.countDown();
            pool.shutdown();
            assertTrue(pool.awaitTermination(60, TimeUnit.SECONDS));
            assertTrue(small.isReachable());
        }
    }

    /** Holds a connection; one that cannot be opened soon enough on a busy machine is asked for again. */
    private static void hold(Database from, CountDownLatch held, CountDownLatch release) {
        var holds = new AtomicBoolean();
        while (!holds.get() && release.getCount() > 0) {
            try {
                from.read(connection -> {
                    holds.set(true);
                    held.countDown();
                    await(release);
                    return true;
                });
            } catch (StoreUnavailable e) {
                LockSupport.parkNanos(1_000_000);
            }
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await(60, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void manyUploadsAtOnceAllWaitTheirTurn() throws Exception {
        var uploads = new Uploads(database, node, CLOCK, Frames.of(null));
        var bytes = new byte[900_000];
        var all = new ArrayList<CompletableFuture<Void>>();
        var pool = Executors.newFixedThreadPool(64);
        for (int i = 0; i < 64; i++) {
            long id = -1000 - i;
            all.add(CompletableFuture.runAsync(() -> uploads.write(id, new ByteArrayInputStream(bytes)), pool));
        }
        CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).get(120, TimeUnit.SECONDS);
        pool.shutdown();
        for (int i = 0; i < 64; i++) {
            uploads.remove(-1000 - i);
        }
    }

    @Test
    void anInterruptDoesNotEndTheCommitter() {
        append("before");
        Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("itk-committer"))
                .forEach(Thread::interrupt);
        for (int i = 0; i < 5; i++) {
            try {
                append("after " + i);
            } catch (StoreUnavailable e) {
                // the embedded database closes its file under an interrupted thread; the next one opens it again
                assertTrue(database.isH2());
            }
        }
        append("last");
        if (database.isH2()) {
            database.isReachable(); // finds what was closed and has the file opened again
        }
        assertTrue(stored().get(stored().size() - 1).endsWith("last"));
    }

    @Test
    void aMessageIsNotStoredWhenItsBytesWereRemovedMeanwhile() {
        assertThrows(
                StoreUnavailable.class,
                () -> database.inTransaction(connection -> {
                    Uploads.claim(connection, -4711);
                    return 0;
                }));
    }
}
