package org.itkserver.store;

import java.sql.SQLException;
import java.time.Clock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether the database stores what the committer writes. While it does not, the server accepts nothing, so nothing comes that
 * could show that it does again: a small write does. Used by the committer's thread alone.
 */
final class Storing {
    private static final Logger LOG = LoggerFactory.getLogger(Storing.class);
    private static final String ADD = "insert into upload (message_id, node, started_at) values (?, ?, ?)";
    private static final String REMOVE = "delete from upload where message_id = ?";

    private final Database.Reserved connection;
    private final String node;
    private final Clock clock;
    private final CommitterWatch watch;
    private boolean works = true;
    private String lastFailure = "";

    Storing(Database.Reserved connection, String node, Clock clock, CommitterWatch watch) {
        this.connection = connection;
        this.node = node;
        this.clock = clock;
        this.watch = watch;
    }

    boolean works() {
        return works;
    }

    /** What came of the last write. */
    void is(boolean nowWorks) {
        if (nowWorks && !works) {
            LOG.info("the database stores again");
        }
        if (nowWorks) {
            lastFailure = "";
        }
        works = nowWorks;
        watch.storing(nowWorks);
    }

    /** Writes a row and removes it. */
    void probe() {
        try {
            connection.transaction(
                    open -> {
                        // no message has a negative id
                        long id = -1L - Integer.toUnsignedLong(node.hashCode());
                        Sql.update(open, ADD, id, node, clock.instant());
                        return Sql.update(open, REMOVE, id);
                    },
                    () -> {});
            connection.synchronise();
            is(true);
        } catch (SQLException e) {
            is(false);
            log("nothing can be stored", e);
        }
    }

    /** One line for each cause, until something was stored again. */
    void log(String what, Throwable failure) {
        var cause = failure instanceof SQLException e ? "SQLSTATE " + e.getSQLState() : failure.toString();
        if (!cause.equals(lastFailure)) {
            lastFailure = cause;
            LOG.error("{} ({}); senders are told to try again", what, cause);
        }
    }
}
