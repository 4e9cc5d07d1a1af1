package org.itkserver.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.itkserver.audit.StoreUnavailable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JdbcAccountsTest {
    private static final Instant AT = Instant.parse("2026-11-22T16:05:07Z");

    @TempDir
    Path folder;

    private Database database;
    private JdbcAccounts accounts;

    @BeforeEach
    void open() {
        database = new Database(DatabaseSettings.embedded(folder.resolve("itk")));
        accounts = new JdbcAccounts(database);
    }

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void anAccountIsFoundByItsExactName() {
        database.migrate();
        assertTrue(accounts.isEmpty());

        accounts.add("ann", "hash", AT);

        assertFalse(accounts.isEmpty());
        assertEquals(Optional.of("hash"), accounts.passwordHash("ann"));
        assertEquals(Optional.empty(), accounts.passwordHash("Ann"));
        assertEquals(Optional.empty(), accounts.passwordHash(""));
        assertEquals(Optional.empty(), accounts.passwordHash("ann\0"));
        assertEquals(Optional.empty(), accounts.passwordHash("a".repeat(1000)));
        assertEquals(Optional.empty(), accounts.passwordHash("' or '1'='1"));
    }

    @Test
    void aNameIsTakenOnce() {
        database.migrate();
        accounts.add("ann", "hash", AT);
        accounts.addClient("app", new byte[32], AT);

        assertThrows(IllegalStateException.class, () -> accounts.add("ann", "other", AT));
        assertThrows(IllegalStateException.class, () -> accounts.addClient("app", new byte[32], AT));
        assertEquals(Optional.of("hash"), accounts.passwordHash("ann"));
    }

    @Test
    void aClientIsFoundByTheHashOfItsToken() {
        database.migrate();
        var hash = new byte[32];
        hash[31] = 1;
        accounts.addClient("app", hash, AT);

        var client = accounts.client(hash).orElseThrow();
        assertEquals("app", client.name());
        assertEquals(Set.of("messages", "audit"), client.scopes());
        assertEquals(Optional.empty(), accounts.client(new byte[32]));
    }

    @Test
    void aClientIsNoPerson() {
        database.migrate();

        accounts.addClient("app", new byte[32], AT);

        assertTrue(accounts.isEmpty());
        assertEquals(Optional.empty(), accounts.passwordHash("app"));
    }

    @Test
    void withoutADatabaseItIsUnavailable() {
        assertThrows(StoreUnavailable.class, accounts::isEmpty);
        assertThrows(StoreUnavailable.class, () -> accounts.passwordHash("ann"));
    }
}
