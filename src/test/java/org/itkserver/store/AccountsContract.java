package org.itkserver.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import org.itkserver.audit.Account;
import org.itkserver.audit.Accounts.Client;
import org.itkserver.audit.Accounts.Outcome;
import org.itkserver.audit.ClientLimit;
import org.itkserver.audit.Role;
import org.itkserver.audit.StoreUnavailable;
import org.itkserver.envelope.Sha256;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** People and applications, on a real database. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class AccountsContract {
    private static final Instant AT = Instant.parse("2026-11-22T16:05:07Z");
    private static final Instant LATER = AT.plusSeconds(60);

    private Database database;
    private JdbcAccounts accounts;

    abstract DatabaseSettings settings();

    @BeforeAll
    void open() {
        database = new Database(settings());
        accounts = new JdbcAccounts(database);
        assertThrows(StoreUnavailable.class, accounts::isEmpty, "there is no schema yet");
        assertThrows(StoreUnavailable.class, () -> accounts.person("ann"));
        for (int tries = 0; !database.isMigrated(); tries++) {
            try {
                database.migrate();
            } catch (StoreUnavailable e) {
                // a busy machine may need longer than a connection is waited for
                assertTrue(tries < 20, e.getMessage());
            }
        }
    }

    @AfterAll
    void close() {
        database.close();
    }

    @BeforeEach
    void empty() throws Exception {
        try (var connection = database.connection();
                var statement = connection.createStatement()) {
            statement.execute("delete from admin_user");
            statement.execute("delete from api_client");
        }
    }

    private Account person(String name) {
        return accounts.person(name).orElseThrow();
    }

    @Test
    void aPersonIsFoundByTheExactName() {
        assertTrue(accounts.isEmpty());

        accounts.add("ann", "hash", Set.of(Role.OPERATOR), true, AT);

        assertFalse(accounts.isEmpty());
        var expected = new Account("ann", "hash", Set.of(Role.VIEWER, Role.OPERATOR), true, true, 0, AT, AT, null);
        assertEquals(Optional.of(expected), accounts.person("ann"));
        for (var other : List.of("Ann", "", "ann\0", "a".repeat(1000), "' or '1'='1")) {
            assertEquals(Optional.empty(), accounts.person(other));
        }
        assertFalse(person("ann").toString().contains("hash"));
    }

    @Test
    void peopleAreListedByName() {
        accounts.add("bob", "hash", Role.all(), false, AT);
        accounts.add("ann", "hash", Set.of(), false, AT);

        assertEquals(
                List.of("ann", "bob"),
                accounts.people().stream().map(Account::name).toList());
        assertEquals(Set.of(Role.VIEWER), person("ann").roles());
        assertEquals(Role.all(), person("bob").roles());
    }

    @Test
    void aNameIsTakenOnce() {
        accounts.add("ann", "hash", Role.all(), false, AT);
        accounts.addClient("app", new byte[32], Set.of("audit"), ClientLimit.NONE, AT);

        assertThrows(IllegalStateException.class, () -> accounts.add("ann", "other", Role.all(), false, AT));
        assertThrows(
                IllegalStateException.class,
                () -> accounts.addClient("app", new byte[32], Set.of("audit"), ClientLimit.NONE, AT));
        assertEquals("hash", person("ann").passwordHash());
    }

    @Test
    void otherRolesLeaveTheSessionsAlone() {
        accounts.add("ann", "hash", Role.all(), false, AT);
        accounts.add("bob", "hash", Set.of(Role.AUDITOR), false, AT);

        assertEquals(Outcome.DONE, accounts.setRoles("bob", Set.of(Role.CLINICAL)));

        assertEquals(Set.of(Role.VIEWER, Role.CLINICAL), person("bob").roles());
        assertEquals(0, person("bob").generation());
        assertEquals(Outcome.GONE, accounts.setRoles("nobody", Set.of(Role.CLINICAL)));
        assertEquals(Outcome.GONE, accounts.setActive("nobody", false));
    }

    @Test
    void disablingEndsTheSessionsAndEnablingBringsNoneBack() {
        accounts.add("bob", "hash", Set.of(), false, AT);

        assertEquals(Outcome.DONE, accounts.setActive("bob", false));
        assertFalse(person("bob").active());
        assertEquals(1, person("bob").generation());

        assertEquals(Outcome.DONE, accounts.setActive("bob", true));
        assertTrue(person("bob").active());
        assertEquals(1, person("bob").generation());
    }

    @Test
    void theLastActiveAdminStays() {
        accounts.add("ann", "hash", Role.all(), false, AT);
        accounts.add("bob", "hash", Set.of(Role.ADMIN), false, AT);
        assertEquals(Outcome.DONE, accounts.setActive("bob", false));

        assertEquals(Outcome.LAST_ADMIN, accounts.setActive("ann", false));
        assertEquals(Outcome.LAST_ADMIN, accounts.setRoles("ann", Set.of(Role.VIEWER)));
        assertEquals(Outcome.DONE, accounts.setRoles("ann", Set.of(Role.ADMIN)));
        assertEquals(Outcome.DONE, accounts.setRoles("bob", Set.of()), "a disabled admin is no admin");
        assertTrue(person("ann").active());
    }

    @Test
    void twoAdminsCannotDisableEachOtherAtOnce() throws Exception {
        for (int round = 0; round < 10; round++) {
            empty();
            accounts.add("ann", "hash", Role.all(), false, AT);
            accounts.add("bob", "hash", Role.all(), false, AT);
            var start = new CyclicBarrier(2);

            var first = CompletableFuture.supplyAsync(() -> disable("ann", start));
            var second = CompletableFuture.supplyAsync(() -> disable("bob", start));

            assertEquals(Set.of(Outcome.DONE, Outcome.LAST_ADMIN), Set.of(first.get(), second.get()));
        }
    }

    private Outcome disable(String name, CyclicBarrier start) {
        try {
            start.await();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
        return accounts.setActive(name, false);
    }

    @Test
    void aPasswordIsChangedOnceForWhoeverReadItFirst() {
        accounts.add("ann", "hash", Role.all(), true, AT);
        var known = person("ann");

        assertEquals(Outcome.DONE, accounts.setPassword(known, "next", false, LATER));
        assertEquals(Outcome.GONE, accounts.setPassword(known, "other", false, LATER));

        var now = person("ann");
        assertEquals("next", now.passwordHash());
        assertFalse(now.mustChange());
        assertEquals(1, now.generation());
        assertEquals(LATER, now.passwordChangedAt());
        assertEquals(AT, now.createdAt());
    }

    @Test
    void theLastSignInIsKept() {
        accounts.add("ann", "hash", Role.all(), false, AT);

        accounts.signedIn("ann", "10.0.0.1", LATER);
        accounts.signedIn("nobody", "10.0.0.1", LATER);
        assertTrue(accounts.hasSignedInFrom("ann", "10.0.0.1"));
        assertFalse(accounts.hasSignedInFrom("ann", "10.0.0.2"));
        assertFalse(accounts.hasSignedInFrom("nobody", "10.0.0.1"), "nobody has the name");
        for (int i = 1; i <= 25; i++) {
            accounts.signedIn("ann", "10.1.0." + i, LATER.plusSeconds(i));
        }
        assertFalse(accounts.hasSignedInFrom("ann", "10.0.0.1"), "the oldest are forgotten");
        assertTrue(accounts.hasSignedInFrom("ann", "10.1.0.25"));
        accounts.signedIn("ann", "10.0.0.1", LATER);

        assertEquals(LATER, person("ann").lastSignedInAt());
    }

    @Test
    void aClientIsFoundByTheHashOfItsTokenUntilItIsRemoved() {
        var hash = Sha256.of("token");
        accounts.addClient("app", hash, Set.copyOf(Client.SCOPES), ClientLimit.NONE, AT);

        var client = accounts.client(hash).orElseThrow();
        assertEquals("app", client.name());
        assertEquals(Set.of("messages", "audit", "metrics"), client.scopes());
        assertTrue(client.limit().isNone());
        assertEquals(AT, client.createdAt());
        assertArrayEquals(hash, client.tokenHash());
        assertEquals(Optional.empty(), accounts.client(new byte[32]));

        assertEquals(Outcome.DONE, accounts.setClient("app", Set.of("audit"), ClientLimit.NONE));
        assertEquals(Set.of("audit"), accounts.clients().get(0).scopes());
        assertThrows(IllegalArgumentException.class, () -> accounts.setClient("app", Set.of(), ClientLimit.NONE));
        assertThrows(IllegalArgumentException.class, () -> accounts.setClient("app", Set.of("all"), ClientLimit.NONE));

        assertEquals(Outcome.DONE, accounts.removeClient("app"));
        assertEquals(Outcome.GONE, accounts.removeClient("app"));
        assertEquals(Outcome.GONE, accounts.setClient("app", Set.of("audit"), ClientLimit.NONE));
        assertEquals(Optional.empty(), accounts.client(hash));
    }

    @Test
    void aClientKeepsItsLimitUntilItIsChanged() {
        var limit = new ClientLimit(Set.of("s1", "s2"), Set.of("p"), Set.of("urn:nhs-uk:addressing:ods:X1:a"));
        accounts.addClient("app", new byte[32], Set.of("messages"), limit, AT);
        assertEquals(limit, accounts.client(new byte[32]).orElseThrow().limit());
        var other = new ClientLimit(Set.of(), Set.of("q"), Set.of());
        assertEquals(Outcome.DONE, accounts.setClient("app", Set.of("messages"), other));
        assertEquals(other, accounts.clients().get(0).limit());
        assertThrows(
                IllegalArgumentException.class,
                () -> accounts.setClient(
                        "app", Set.of("messages"), new ClientLimit(Set.of("two words"), Set.of(), Set.of())));
    }

    @Test
    void aClientIsNoPerson() {
        accounts.addClient("app", new byte[32], Set.of("audit"), ClientLimit.NONE, AT);

        assertTrue(accounts.isEmpty());
        assertEquals(Optional.empty(), accounts.person("app"));
    }
}
