package org.itkserver.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.Base64;
import java.util.UUID;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import org.itkserver.audit.Accounts;
import org.itkserver.audit.ClientLimit;
import org.itkserver.audit.Role;
import org.itkserver.envelope.Sha256;
import org.itkserver.store.DatabaseSettings;
import org.itkserver.store.JdbcAccounts;
import org.itkserver.store.MigratedDatabase;

/**
 * The schema and the accounts of a first start, prepared once for all servers of the tests: hashing a password as slowly as the
 * server does on purpose would take a third of each start. {@link ServerProcess#firstStart} is a server without them.
 */
final class FirstAccounts {
    private static final String PASSWORD = UUID.randomUUID().toString();
    private static final String TOKEN = "First-Run-" + UUID.randomUUID();
    private static Path embedded;

    private FirstAccounts() {}

    /** Brings the schema of a database up to date and adds the accounts. */
    static void add(DatabaseSettings settings) {
        try (var database = MigratedDatabase.of(settings)) {
            var accounts = new JdbcAccounts(database);
            var now = Instant.now();
            accounts.add("admin", cheapHash(PASSWORD), Role.all(), false, now);
            accounts.addClient("first-run", Sha256.of(TOKEN), Accounts.Client.FIRST, ClientLimit.NONE, now);
            database.shutDown();
        }
    }

    /** Copies an embedded database with the accounts into a home that has none. */
    static synchronized void copyTo(Path home) {
        try {
            var file = home.resolve("data").resolve("itk.mv.db");
            if (Files.exists(file)) {
                return;
            }
            if (embedded == null) {
                var folder = Files.createTempDirectory(Path.of("target"), "accounts");
                add(DatabaseSettings.embedded(folder.resolve("itk")));
                embedded = folder.resolve("itk.mv.db");
            }
            Files.createDirectories(file.getParent());
            Files.copy(embedded, file);
            tell(home);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Writes the file in which a first start names the accounts. */
    static void tell(Path home) {
        try {
            Files.createDirectories(home);
            Files.writeString(
                    home.resolve("first-run.txt"),
                    "admin-user=admin\nadmin-password=" + PASSWORD + "\napi-token=" + TOKEN + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A hash in the server's form that takes one round, not 600,000. */
    static String cheapHash(String password) {
        var salt = new byte[16];
        var base64 = Base64.getEncoder();
        try {
            var hash = SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
                    .generateSecret(new PBEKeySpec(password.toCharArray(), salt, 1, 256))
                    .getEncoded();
            return "pbkdf2-sha256$1$" + base64.encodeToString(salt) + "$" + base64.encodeToString(hash);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
