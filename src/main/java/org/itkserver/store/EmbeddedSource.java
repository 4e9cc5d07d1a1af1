package org.itkserver.store;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
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

    private static final Object OPENING = new Object();

    private final DatabaseSettings settings;
    private final @Nullable Path folder;

    EmbeddedSource(DatabaseSettings settings) {
        this.settings = settings;
        var path = settings.url().replaceFirst(";.*", "");
        folder = path.startsWith(FILE)
                ? Path.of(path.substring(FILE.length())).toAbsolutePath().getParent()
                : null;
    }

    @Override
    public Connection getConnection() throws SQLException {
        // two threads that open the file at the same moment can leave it locked against every later connection
        synchronized (OPENING) {
            requireRoom();
            return DriverManager.getConnection(settings.url(), settings.user(), settings.password());
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
