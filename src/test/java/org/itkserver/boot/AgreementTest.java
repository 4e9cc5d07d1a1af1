package org.itkserver.boot;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.itkserver.audit.AuditEvent;
import org.itkserver.audit.AuditType;
import org.itkserver.audit.SealKey;
import org.itkserver.exchange.PatientKey;
import org.itkserver.store.Database;
import org.itkserver.store.DatabaseRefused;
import org.itkserver.store.DatabaseSettings;
import org.itkserver.store.JdbcMessageStore;
import org.itkserver.store.SharedFacts;
import org.itkserver.testing.SettableClock;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nodes of one database agree on the key for searches and have names by the rule, or from before it. */
class AgreementTest {
    private static final String OLD_NAME = "Old name/1";
    private static final PatientKey FIRST = new PatientKey(new byte[32]);
    private static final PatientKey OTHER = new PatientKey(
            new byte[] {1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
            });

    @TempDir
    Path folder;

    private final SettableClock clock = new SettableClock();
    private Database database;
    private JdbcMessageStore store;
    private Agreement agreement;

    @BeforeEach
    void open() {
        database = new Database(DatabaseSettings.embedded(folder.resolve("itk")));
        database.migrate();
        store = new JdbcMessageStore(database, OLD_NAME, SealKey.generate(), clock);
        agreement = new Agreement(new SharedFacts(database, store), clock);
    }

    @AfterEach
    void close() {
        store.close();
        database.close();
    }

    private void start(PatientKey key, @Nullable PatientKey adopted) {
        agreement.onSearchKey(
                key, Path.of("home/keys/patient-search.key"), adopted == null ? null : adopted.fingerprint());
    }

    @Test
    void aNodeWithAnotherKeyDoesNotStart() {
        start(FIRST, null);
        start(FIRST, null);
        var refused = assertThrows(DatabaseRefused.class, () -> start(OTHER, null));
        assertEquals(
                "The key home/keys/patient-search.key has the fingerprint " + OTHER.fingerprint()
                        + ", and the nodes of this database search by a key with the fingerprint " + FIRST.fingerprint()
                        + ": copy that key from a node that runs, or, if this key is the right one, start this node once"
                        + " with ITK_ADOPT_SEARCH_KEY=" + OTHER.fingerprint() + ".",
                refused.getMessage());
        start(FIRST, null);
    }

    @Test
    void theVariableMakesThisNodesKeyTheRightOneOnce() {
        start(FIRST, null);
        assertThrows(DatabaseRefused.class, () -> start(OTHER, FIRST), "it names another key");
        start(FIRST, OTHER);
        start(OTHER, OTHER);
        start(OTHER, OTHER);
        start(OTHER, null);
        assertThrows(DatabaseRefused.class, () -> start(FIRST, null));
    }

    @Test
    void aFingerprintTellsKeysApartAndIsNotTheKey() {
        assertTrue(FIRST.fingerprint().matches("[0-9a-f]{16}"));
        assertTrue(!FIRST.fingerprint().equals(OTHER.fingerprint()));
        assertTrue(!FIRST.fingerprint().contains("00000000"));
    }

    @Test
    void aNameOutsideTheRuleIsRefusedUnlessTheDatabaseKnowsIt() {
        for (var name : List.of("a b", "ward/7", "Z\u00fcrich", "node\n1", "-\u0000", OLD_NAME)) {
            var refused = assertThrows(DatabaseRefused.class, () -> agreement.onName(name));
            assertTrue(refused.getMessage().endsWith("use up to 64 letters, digits, '.', '_' and '-'."));
            assertEquals(1, refused.getMessage().lines().count());
        }
        store.append(AuditEvent.ofServer(clock.instant(), AuditType.SERVER_STARTED, "before the rule"));
        agreement.onName(OLD_NAME);
        agreement.onName("any-good_name.1");
    }

    /** Whether a name is known can only be asked later; a new home has no name from before. */
    @Test
    void settingsTakeAnOldNameOnlyForAHomeThatWasUsed() throws Exception {
        var env = Map.of("ITK_HOME", folder.resolve("home").toString(), "ITK_NODE", OLD_NAME);
        var mistake = assertThrows(IllegalArgumentException.class, () -> Settings.of(env));
        assertEquals(
                "ITK_NODE=Old name/1 is not a node name: use up to 64 letters, digits, '.', '_' and '-'.",
                mistake.getMessage());
        assertEquals(List.of(mistake.getMessage()), ConfigurationCheck.mistakes(env));
        Files.createDirectories(folder.resolve("home/keys"));
        assertEquals(OLD_NAME, assertDoesNotThrow(() -> Settings.of(env)).node());
        var tooLong = Map.of("ITK_HOME", folder.resolve("home").toString(), "ITK_NODE", "x".repeat(65));
        assertThrows(IllegalArgumentException.class, () -> Settings.of(tooLong));
    }
}
