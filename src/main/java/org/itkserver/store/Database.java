package org.itkserver.store;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.itkserver.audit.StoreBusy;
import org.itkserver.audit.StoreUnavailable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connection pool. It does not need the database to be there when it is made; connections work as soon as the
 * database does. Connections are given in the order of asking; a wait that is too long is reported as what it is
 * ({@link StoreBusy}). Transactions begin and end here alone. Thread-safe.
 */
public final class Database implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Database.class);
    private static final int READING_SECONDS = 3;
    private static final int READERS = 4;
    /** Connections that uploads leave to everything else. */
    private static final int NOT_FOR_UPLOADS = 3;

    private static final Duration WAIT = Duration.ofSeconds(5);
    private static final Duration UPLOAD_WAIT = Duration.ofSeconds(10);
    /** How long one good use of a connection shows that the database answers. */
    private static final long FRESH_NANOS = Duration.ofSeconds(5).toNanos();

    private final HikariDataSource pool;
    private final DatabaseSettings settings;
    private final boolean h2;
    private final int size;
    private final Semaphore places;
    private final Semaphore uploads;
    private final Duration wait;
    private final ThreadLocal<Connection> joined = new ThreadLocal<>();
    private volatile boolean migrated;
    private volatile long lastGood;

    public Database(DatabaseSettings settings) {
        this(settings, "itk", settings.poolSize(), "", WAIT);
    }

    /** @param wait longest wait for a connection while all are in use */
    Database(DatabaseSettings settings, Duration wait) {
        this(settings, "itk", settings.poolSize(), "", wait);
    }

    /**
     * Connections of their own for people and applications that search and read: however many do and however long it
     * takes, accepting and sending do not wait for them. A statement that takes longer than {@value #READING_SECONDS} s
     * ends.
     */
    public static Database forReading(DatabaseSettings settings) {
        int millis = READING_SECONDS * 1000;
        var timeout = settings.isH2() ? "set query_timeout " + millis : "; set statement_timeout = " + millis;
        return new Database(settings, "itk-reading", READERS, timeout, WAIT);
    }

    private Database(DatabaseSettings settings, String name, int size, String initialSql, Duration wait) {
        this.settings = settings;
        this.size = size;
        this.wait = wait;
        h2 = settings.isH2();
        places = new Semaphore(size, true);
        uploads = new Semaphore(Math.max(1, size - NOT_FOR_UPLOADS), true);
        lastGood = System.nanoTime() - FRESH_NANOS;
        pool = Pools.open(settings, name, size, initialSql);
    }

    boolean isH2() {
        return h2;
    }

    /**
     * Brings the schema up to date; idempotent.
     *
     * @throws DatabaseRefused when a person must change something before the database can be used
     * @throws StoreUnavailable when the database is away
     */
    public void migrate() {
        new SchemaUpdate(settings).run(h2 ? pool : null);
        migrated = true;
    }

    /** Whether the schema is up to date. */
    public boolean isMigrated() {
        return migrated;
    }

    /**
     * Whether a connection can be had and used now. While all are in use, a good use within the last seconds answers
     * instead.
     */
    public boolean isReachable() {
        try {
            read(connection -> Sql.first(connection, "select 1", row -> row.getInt(1)));
            return true;
        } catch (StoreBusy e) {
            return System.nanoTime() - lastGood < FRESH_NANOS;
        } catch (StoreUnavailable e) {
            return false;
        }
    }

    /** A connection in auto-commit mode beside the counted ones; the caller closes it. */
    Connection connection() throws SQLException {
        return pool.getConnection();
    }

    /** One connection outside this pool, which nothing else can take. The caller closes it. */
    Reserved reserve() {
        return new Reserved(Pools.open(settings, "itk-committer", 1, ""), h2);
    }

    /**
     * Runs a query on a connection of its own.
     *
     * @throws StoreBusy when all connections stay in use for too long
     * @throws StoreUnavailable when the query fails
     */
    <T> T read(Query<T> query) {
        var open = joined.get();
        if (open != null) {
            return joining(open, query);
        }
        return with(places, wait, size, () -> run(pool, query));
    }

    /** Runs it in a transaction of its own; whatever it throws rolls it back. */
    <T> T inTransaction(Query<T> query) {
        if (joined.get() != null) {
            return read(query);
        }
        return read(connection -> JdbcTransaction.run(connection, query, () -> {}, pool::evictConnection));
    }

    /** Has everything that this thread does with this database meanwhile use an open transaction, which its owner ends. */
    <T> T joined(Connection transaction, Supplier<T> work) throws SQLException {
        joined.set(transaction);
        try {
            return work.get();
        } catch (JoinedFailure e) {
            throw e.failure;
        } finally {
            joined.remove();
        }
    }

    /** Whether this thread uses a transaction that its owner ends. */
    boolean isJoined() {
        return joined.get() != null;
    }

    private static <T> T joining(Connection open, Query<T> query) {
        try {
            return query.run(open);
        } catch (SQLException e) {
            throw new JoinedFailure(e);
        }
    }

    /** Carries a failure to who ends the transaction. */
    private static final class JoinedFailure extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final transient SQLException failure;

        JoinedFailure(SQLException failure) {
            super(failure);
            this.failure = failure;
        }
    }

    /**
     * Runs an upload on a connection of its own. Uploads wait longer than the rest, in turn, and never take the last
     * connections.
     */
    void upload(Upload upload) {
        int most = Math.max(1, size - NOT_FOR_UPLOADS);
        with(
                uploads,
                UPLOAD_WAIT,
                most,
                () -> read(connection -> {
                    upload.run(work -> JdbcTransaction.run(connection, work, () -> {}, pool::evictConnection));
                    return most;
                }));
    }

    private <T> T with(Semaphore semaphore, Duration most, int permits, Supplier<T> work) {
        try {
            if (!semaphore.tryAcquire(most.toNanos(), TimeUnit.NANOSECONDS)) {
                throw new StoreBusy("all " + permits + " database connections for this were in use for "
                        + most.toMillis() + " ms; the database itself may be well");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreUnavailable("interrupted while waiting for a database connection");
        }
        try {
            return work.get();
        } finally {
            semaphore.release();
        }
    }

    private <T> T run(HikariDataSource from, Query<T> query) {
        try (var connection = from.getConnection()) {
            var result = query.run(connection);
            lastGood = System.nanoTime();
            return result;
        } catch (SQLException e) {
            if (h2 && SqlStates.isAway(e)) {
                // the file was closed under all of them; new ones open it again
                from.getHikariPoolMXBean().softEvictConnections();
            }
            throw new StoreUnavailable("the database cannot be read: " + e.getSQLState());
        }
    }

    /** A connection that one thread has for itself. */
    static final class Reserved implements AutoCloseable {
        private final HikariDataSource pool;
        private final boolean h2;

        private Reserved(HikariDataSource pool, boolean h2) {
            this.pool = pool;
            this.h2 = h2;
        }

        /**
         * Runs a transaction; whatever the work throws rolls it back.
         *
         * @param committing runs before COMMIT is sent
         */
        <T> T transaction(Query<T> work, Runnable committing) throws SQLException {
            try (var connection = pool.getConnection()) {
                return JdbcTransaction.run(connection, work, committing, pool::evictConnection);
            }
        }

        /** Forces to the disk what was committed. H2 writes its file without that; PostgreSQL does it in COMMIT. */
        void synchronise() throws SQLException {
            if (h2) {
                run(connection -> Sql.execute(connection, "checkpoint sync"));
            }
        }

        /** Runs a statement in auto-commit mode. */
        <T> T run(Query<T> query) throws SQLException {
            try (var connection = pool.getConnection()) {
                return query.run(connection);
            }
        }

        @Override
        public void close() {
            pool.close();
        }
    }

    /** Writes bytes in several transactions. */
    @FunctionalInterface
    interface Upload {
        void run(Transactions transactions) throws SQLException;
    }

    /** Runs transactions one after the other on one connection. */
    @FunctionalInterface
    interface Transactions {
        void run(Query<?> work) throws SQLException;
    }

    /** SQL that returns something. */
    @FunctionalInterface
    interface Query<T> {
        T run(Connection connection) throws SQLException;
    }

    static OffsetDateTime utc(Instant instant) {
        return instant.atOffset(ZoneOffset.UTC);
    }

    /**
     * Closes the embedded database's file for everybody in this process, so that it is complete and small; does nothing on
     * PostgreSQL. Every other pool must be closed before.
     */
    public void shutDown() {
        if (h2) {
            try {
                run(pool, connection -> {
                    Sql.execute(connection, "shutdown");
                    pool.evictConnection(connection); // the pool must not ask a closed database for its warnings
                    return null;
                });
            } catch (StoreUnavailable e) {
                LOG.warn(
                        "the embedded database was not closed cleanly; the next start recovers it: {}", e.getMessage());
            }
        }
        close();
    }

    @Override
    public void close() {
        pool.close();
    }
}
