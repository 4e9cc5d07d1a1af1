package org.itkserver.store;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Which database.
 *
 * @param url JDBC URL
 * @param user user, null for none
 * @param password password, null for none
 * @param poolSize most connections
 * @param owner who owns the tables and changes them at a start; null when {@code user} does
 */
public record DatabaseSettings(
        String url, @Nullable String user, @Nullable String password, int poolSize, @Nullable Owner owner) {

    /** A database whose user owns its tables. */
    public DatabaseSettings(String url, @Nullable String user, @Nullable String password, int poolSize) {
        this(url, user, password, poolSize, null);
    }

    /**
     * The role that owns the tables. The server uses it while it starts and never after.
     *
     * @param password password, null for none
     */
    public record Owner(String user, @Nullable String password) {
        @Override
        public String toString() {
            return user;
        }
    }

    /**
     * The embedded database. A commit is in the file's log before it returns (WRITE_DELAY=0); the committer adds the
     * synchronisation to disk.
     */
    public static DatabaseSettings embedded(Path file) {
        return new DatabaseSettings(
                "jdbc:h2:file:" + file.toAbsolutePath()
                        + ";MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;DEFAULT_NULL_ORDERING=HIGH"
                        + ";WRITE_DELAY=0;DB_CLOSE_ON_EXIT=FALSE;LOCK_TIMEOUT=5000",
                "itk",
                "",
                8);
    }

    boolean isH2() {
        return url.startsWith("jdbc:h2:");
    }

    @Override
    public String toString() {
        return url.replaceAll("[?;].*", "");
    }
}
