package org.itkserver.boot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.itkserver.admin.Passwords;
import org.itkserver.audit.Accounts;
import org.itkserver.audit.AuditEvent;
import org.itkserver.audit.AuditTrail;
import org.itkserver.audit.AuditType;
import org.itkserver.audit.Role;
import org.itkserver.audit.StoreUnavailable;
import org.itkserver.envelope.Sha256;
import org.itkserver.store.Database;
import org.itkserver.store.DatabaseSettings;
import org.itkserver.store.JdbcAccounts;
import org.itkserver.testing.SettableClock;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FirstRunTest {
    @TempDir
    Path folder;

    private final SettableClock clock = new SettableClock();
    private final List<AuditEvent> events = new ArrayList<>();
    private boolean trailAway;
    private final AuditTrail trail = new AuditTrail() {
        @Override
        public void append(AuditEvent event) {
            events.add(event);
        }

        /** As a database: nothing is changed when nothing can be recorded. */
        @Override
        public boolean change(List<AuditEvent> told, BooleanSupplier change) {
            if (trailAway) {
                throw new StoreUnavailable("away");
            }
            return AuditTrail.super.change(told, change);
        }
    };
    private Home home;
    private Database database;
    private Accounts accounts;

    @BeforeEach
    void open() throws IOException {
        home = new Home(folder.resolve("home"));
        database = new Database(DatabaseSettings.embedded(folder.resolve("itk")));
        database.migrate();
        accounts = new JdbcAccounts(database);
    }

    @AfterEach
    void close() {
        database.close();
    }

    private void start(@Nullable String reset) throws IOException {
        new FirstRun(home, accounts, trail, reset, clock).run();
    }

    private static String line(Path file, int number) throws IOException {
        var line = Files.readAllLines(file).get(number);
        return line.substring(line.indexOf('=') + 1);
    }

    @Test
    void theFirstAdminMayDoEverythingAndIsMadeOnce() throws IOException {
        start(null);
        var admin = accounts.person(line(home.firstRun(), 0)).orElseThrow();
        assertEquals(Role.all(), admin.roles());
        assertTrue(Passwords.verify(line(home.firstRun(), 1), admin.passwordHash()));
        var client = accounts.client(Sha256.of(line(home.firstRun(), 2))).orElseThrow();
        assertEquals(Set.of("messages", "audit"), client.scopes());
        assertEquals(
                List.of(AuditType.PERSON_CHANGED, AuditType.CLIENT_CHANGED),
                events.stream().map(AuditEvent::type).toList());

        start(null);
        assertEquals(1, accounts.people().size());
        assertEquals(admin, accounts.person("admin").orElseThrow());
    }

    @Test
    void aLostPasswordIsReplacedOnce() throws IOException {
        accounts.add("ann", "lost", Set.of(Role.AUDITOR, Role.ADMIN), false, clock.instant());
        accounts.add("bob", "kept", Role.all(), false, clock.instant());
        accounts.setActive("ann", false);

        start("ann");

        var file = home.resetAdmin();
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        var ann = accounts.person("ann").orElseThrow();
        assertEquals("ann", line(file, 0));
        assertTrue(Passwords.verify(line(file, 1), ann.passwordHash()));
        assertTrue(ann.active() && ann.mustChange());
        assertEquals(Set.of(Role.VIEWER, Role.AUDITOR, Role.ADMIN), ann.roles());
        assertEquals("kept", accounts.person("bob").orElseThrow().passwordHash());
        assertEquals(
                List.of(AuditType.PASSWORD_CHANGED),
                events.stream().map(AuditEvent::type).toList());
        assertFalse(events.get(0).detail().contains(line(file, 1)));

        start("ann");
        assertEquals(ann, accounts.person("ann").orElseThrow(), "the file is there still");
    }

    @Test
    void somebodyWhoIsNoAdminBecomesOne() throws IOException {
        accounts.add("ann", "lost", Set.of(), false, clock.instant());

        start("ann");

        assertTrue(accounts.person("ann").orElseThrow().roles().contains(Role.ADMIN));
    }

    @Test
    void anUnknownNameChangesNothing() throws IOException {
        accounts.add("ann", "kept", Role.all(), false, clock.instant());

        start("Ann");

        assertFalse(Files.exists(home.resetAdmin()));
        assertEquals(1, accounts.people().size());
        assertEquals(List.of(), events);
    }

    @Test
    void whatCannotBeRecordedIsTriedAgain() throws IOException {
        accounts.add("ann", "lost", Role.all(), false, clock.instant());
        trailAway = true;
        assertThrows(StoreUnavailable.class, () -> start("ann"));
        assertEquals("lost", accounts.person("ann").orElseThrow().passwordHash());
        assertFalse(Files.exists(home.resetAdmin()));

        trailAway = false;
        start("ann");
        assertTrue(Files.exists(home.resetAdmin()));
    }
}
