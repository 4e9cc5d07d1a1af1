package org.itkserver.store;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Opens connections to the embedded database, and with the first its file. H2 keeps the lock on a file that it could not open
 * completely because the disk was full, for as long as the process lives; so nothing is opened without room. Thread-safe.
 */
final class EmbeddedSource implements DataSource {
    private static final String FILE = "jdbc:h2:file:";
    /** Bytes that opening a file of any age may write. */
    private static final long ROOM = 16L << 20;

    /** What this process has open, by URL: all pools of one file share it. */
    private static final Map<String, Opened> OPENED = new ConcurrentHashMap<>();

    private final DatabaseSettings settings;
    private final Opened opened;
    private final @Nullable Path folder;

    EmbeddedSource(DatabaseSettings settings) {
        this.settings = settings;
        this.opened = OPENED.computeIfAbsent(settings.url(), url -> new Opened());
        var path = settings.url().replaceFirst(";.*", "");
        folder = path.startsWith(FILE)
                ? Path.of(path.substring(FILE.length())).toAbsolutePath().getParent()
                : null;
    }

    /** The connections to one file. */
    private static final class Opened {
        private final Set<Connection> connections = Collections.newSetFromMap(new WeakHashMap<>());
        private volatile boolean suspect;

        /** Closes the connections of a database that has closed itself: until the last is gone, its file stays locked. */
        void forgetBroken() {
            suspect = false;
            for (var connection : List.copyOf(connections)) {
                try {
                    Sql.execute(connection, "select 1");
                } catch (SQLException e) {
                    connections.remove(connection);
                    close(connection);
                }
            }
        }

        private static void close(Connection connection) {
            try {
                connection.close();
            } catch (SQLException e) {
                // it reports the failure that closed its database
            }
        }
    }

    /** A statement failed in a way that may mean that the database has closed itself. */
    void suspect() {
        opened.suspect = true;
    }

    @Override
    public Connection getConnection() throws SQLException {
        // one at a time: what is left of a broken database must be closed before its file is opened again
        synchronized (opened) {
            if (opened.suspect) {
                opened.forgetBroken();
            }
            requireRoom();
            try {
                var connection = DriverManager.getConnection(settings.url(), settings.user(), settings.password());
                opened.connections.add(connection);
                return connection;
            } catch (SQLException e) {
                suspect();
                throw e;
            }
        }
    }

    private void requireRoom() throws SQLException {
        if (folder == null || !Files.exists(folder)) {
            return;
        }
        try {
            if (Files.getFileStore(folder).getUsableSpace() < ROOM) {
                throw new SQLException("less than " + ROOM + " bytes are free for the embedded database", "53100");
            }
        } catch (IOException e) {
            throw new SQLException("the disk of the embedded database cannot be read", "58030", e);
        }
    }

    @Override
    public Connection getConnection(String user, String password) throws SQLException {
        return getConnection();
    }

    @Override
    public @Nullable PrintWriter getLogWriter() {
        return null;
    }

    @Override
    public void setLogWriter(PrintWriter out) {
        // H2 has a trace file
    }

    @Override
    public void setLoginTimeout(int seconds) {
        // opening a file does not wait
    }

    @Override
    public int getLoginTimeout() {
        return 0;
    }

    @Override
    public Logger getParentLogger() {
        return Logger.getLogger("org.h2");
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        throw new SQLException("wraps nothing");
    }

    @Override
    public boolean isWrapperFor(Class<?> type) {
        return false;
    }
}
