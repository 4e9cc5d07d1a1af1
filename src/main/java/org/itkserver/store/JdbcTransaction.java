package org.itkserver.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.function.Consumer;

/**
 * The only place where a transaction begins and ends. It needs nothing but JDBC, because the offline verifier runs
 * without the server's logging and connection pool.
 */
final class JdbcTransaction {
    private JdbcTransaction() {}

    /**
     * Runs a transaction on a connection in auto-commit mode. Whatever the work throws, an Error too, rolls it back.
     *
     * @param committing runs before COMMIT is sent; from there on a failure leaves the outcome unknown
     * @param discard takes a connection that cannot be rolled back: switching auto-commit on would commit what is open
     */
    static <T> T run(Connection connection, Database.Query<T> work, Runnable committing, Consumer<Connection> discard)
            throws SQLException {
        connection.setAutoCommit(false);
        T result;
        try {
            result = work.run(connection);
            committing.run();
            connection.commit();
        } catch (Throwable e) {
            undo(connection, discard);
            throw e;
        }
        connection.setAutoCommit(true);
        return result;
    }

    /** The same on a connection that belongs to no pool; the caller closes it when this throws. */
    static <T> T run(Connection connection, Database.Query<T> work) throws SQLException {
        return run(connection, work, () -> {}, broken -> {});
    }

    /**
     * Begins a transaction that only reads and ends when the caller closes the connection, which belongs to no pool.
     *
     * @param first its first statements
     */
    static <T> T hold(Connection connection, Database.Query<T> first) throws SQLException {
        connection.setAutoCommit(false);
        return first.run(connection);
    }

    private static void undo(Connection connection, Consumer<Connection> discard) {
        try {
            connection.rollback();
            connection.setAutoCommit(true);
        } catch (SQLException | RuntimeException e) {
            discard.accept(connection);
        }
    }
}
