package org.itkserver.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.concurrent.Executors;
import org.itkserver.audit.AuditEvent;
import org.itkserver.audit.AuditType;
import org.itkserver.audit.RowHash;
import org.itkserver.audit.SealKey;
import org.itkserver.delivery.DeliveryQueue;
import org.itkserver.delivery.Lane;
import org.itkserver.exchange.BulkJobs;
import org.itkserver.exchange.Change;
import org.itkserver.exchange.MessageStore;
import org.itkserver.exchange.MessageStoreContract;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** The contract on a real database, and what only a database can show. */
abstract class JdbcStoreContract extends MessageStoreContract {
    private Database database;
    private JdbcMessageStore store;
    private JdbcDeliveryQueue queue;
    private JdbcMessageStore otherStore;
    private JdbcDeliveryQueue otherQueue;
    private String node;
    private String otherNode;

    abstract DatabaseSettings settings();

    @BeforeEach
    void open() {
        node = "node-" + ids.next().substring(0, 8);
        database = new Database(settings());
        database.migrate();
        store = new JdbcMessageStore(database, node, SealKey.generate(), clock());
        queue = new JdbcDeliveryQueue(database, node);
        otherNode = "node-" + ids.next().substring(0, 8);
        otherStore = new JdbcMessageStore(database, otherNode, SealKey.generate(), clock());
        otherQueue = new JdbcDeliveryQueue(database, otherNode);
    }

    @AfterEach
    void close() {
        otherStore.close();
        store.close();
        database.close();
    }

    @Override
    public MessageStore store() {
        return store;
    }

    @Override
    public DeliveryQueue queue() {
        return queue;
    }

    @Override
    public MessageStore otherStore() {
        return otherStore;
    }

    @Override
    public BulkJobs bulkJobs() {
        return new JdbcBulkJobs(database, node);
    }

    @Override
    public BulkJobs otherBulkJobs() {
        return new JdbcBulkJobs(database, otherNode);
    }

    @Override
    public DeliveryQueue otherQueue() {
        return otherQueue;
    }

    private long number(String sql) {
        return database.read(connection -> {
            try (var statement = connection.prepareStatement(sql)) {
                statement.setString(1, node);
                try (var row = statement.executeQuery()) {
                    row.next();
                    return row.getLong(1);
                }
            }
        });
    }

    private void execute(String sql) {
        database.read(connection -> Sql.execute(connection, sql));
    }

    /** Has a migration of a later release in the database, as far as another release sees it. */
    private void withLaterSchema(boolean success, List<String> facts, Executable test) throws Throwable {
        execute(
                "insert into \"flyway_schema_history\" (\"installed_rank\", \"version\", \"description\", \"type\", \"script\","
                        + " \"installed_by\", \"execution_time\", \"success\")"
                        + " values (999, '999', 'later', 'SQL', 'V999__later.sql', 'test', 1, " + success + ")");
        try {
            for (var fact : facts) {
                execute("insert into shared_fact (name, fact, since) values (" + fact + ", current_timestamp)");
            }
            test.execute();
        } finally {
            execute("delete from \"flyway_schema_history\" where \"installed_rank\" = 999");
            execute("delete from shared_fact where name like 'schema-%'");
        }
    }

    @Test
    void aLaterSchemaThatNamesThisReleaseIsWorkedOn() throws Throwable {
        for (var oldest : List.of("1", "14")) {
            withLaterSchema(true, List.of("'schema-999', '" + oldest + "'"), database::migrate);
        }
    }

    @Test
    void aLaterSchemaThatDoesNotNameThisReleaseIsRefused() throws Throwable {
        for (var facts : List.of(
                List.<String>of(), List.of("'schema-999', '999'"), List.of("'schema-998', '1'"), List.of("'x', '1'"))) {
            withLaterSchema(true, facts, () -> {
                var refused = assertThrows(DatabaseRefused.class, database::migrate);
                assertTrue(refused.getMessage().contains("later release (schema version 999)"), refused.getMessage());
            });
        }
    }

    @Test
    void aLaterSchemaThatFailedIsRefusedWhateverItNames() throws Throwable {
        withLaterSchema(false, List.of("'schema-999', '1'"), () -> {
            var refused = assertThrows(DatabaseRefused.class, database::migrate);
            assertTrue(refused.getMessage().contains("a migration failed"), refused.getMessage());
        });
    }

    @Test
    void theFirstNodesSearchKeyIsThatOfTheDatabaseUntilItIsChanged() {
        execute("delete from shared_fact where name = 'patient-search-key'");
        var facts = new SharedFacts(database, store);
        var others = new SharedFacts(database, otherStore);
        assertTrue(facts.searchKey().isEmpty());
        facts.addSearchKey("aaaa", AuditEvent.ofServer(NOW, AuditType.SEARCH_KEY_SET, "first"));
        others.addSearchKey("bbbb", AuditEvent.ofServer(NOW, AuditType.SEARCH_KEY_SET, "second"));
        assertEquals("aaaa", others.searchKey().orElseThrow());
        others.changeSearchKey("bbbb", AuditEvent.ofServer(NOW, AuditType.SEARCH_KEY_SET, "changed"));
        others.changeSearchKey("bbbb", AuditEvent.ofServer(NOW, AuditType.SEARCH_KEY_SET, "again"));
        assertEquals("bbbb", facts.searchKey().orElseThrow());
        assertEquals(
                List.of("first", "changed"),
                database.read(connection -> Sql.list(
                        connection,
                        "select detail from audit_event where type = 'search-key-set' and node in (?, ?)"
                                + " order by detail desc",
                        row -> row.getString(1),
                        node,
                        otherNode)),
                "an event for each change, and no other");
    }

    @Test
    void aNodeIsKnownByItsEvents() {
        var facts = new SharedFacts(database, store);
        assertFalse(facts.isKnownNode(node));
        store.append(AuditEvent.ofServer(NOW, AuditType.WARNING, "x"));
        assertTrue(facts.isKnownNode(node));
        assertFalse(facts.isKnownNode(node + " "));
    }

    @Test
    void auditNumbersAreDenseWhoeverWrites() throws Exception {
        var pool = Executors.newFixedThreadPool(8);
        for (int i = 0; i < 200; i++) {
            boolean audit = i % 3 == 0;
            pool.submit(() -> audit
                    ? append(AuditEvent.ofServer(NOW, AuditType.WARNING, "x"))
                    : store.accept(message(ids.next(), new byte[] {1}, List.of(), null)));
        }
        pool.shutdown();
        assertTrue(pool.awaitTermination(120, java.util.concurrent.TimeUnit.SECONDS));

        assertEquals(200, number("select count(*) from audit_event where node = ?"));
        assertEquals(200, number("select max(seq) from audit_event where node = ?"));
    }

    private Object append(AuditEvent event) {
        store.append(event);
        return event;
    }

    @Test
    void aRowsHashIsThatOfItsStoredFields() {
        store.append(new AuditEvent(
                Instant.now(), AuditType.REFUSED, null, "t", "p", "s", "a", "127.0.0.1", "1000", ids.next(), "d"));
        database.read(connection -> {
            try (var select = connection.prepareStatement("select * from audit_event where node = ?")) {
                select.setString(1, node);
                try (var row = select.executeQuery()) {
                    row.next();
                    assertArrayEquals(row.getBytes("hash"), RowHash.of(node, 1, event(row)));
                    return 0;
                }
            }
        });
    }

    private static AuditEvent event(java.sql.ResultSet row) throws SQLException {
        return new AuditEvent(
                row.getObject("at", OffsetDateTime.class).toInstant(),
                AuditType.valueOf(
                        row.getString("type").toUpperCase(java.util.Locale.ROOT).replace('-', '_')),
                null,
                row.getString("tracking_id"),
                row.getString("partner"),
                row.getString("service"),
                row.getString("actor"),
                row.getString("source"),
                row.getString("error_code"),
                row.getString("error_id"),
                row.getString("detail"));
    }

    @Test
    void theNumbersGoOnAfterARestart() {
        store.append(AuditEvent.ofServer(NOW, AuditType.WARNING, "one"));
        store.close();
        store = new JdbcMessageStore(database, node, SealKey.generate(), clock());
        store.append(AuditEvent.ofServer(NOW, AuditType.WARNING, "two"));
        assertEquals(2, number("select max(seq) from audit_event where node = ?"));
    }

    private long holds(String reference) {
        return database.read(connection -> Sql.first(
                        connection,
                        "select count(*) from legal_hold where reference = ?",
                        row -> row.getLong(1),
                        reference))
                .orElseThrow();
    }

    private boolean hold(String reference, java.util.function.BooleanSupplier after) {
        var what = new org.itkserver.retention.Hold.OneMessage(ids.next());
        var hold = new org.itkserver.retention.Hold(
                store.nextId(), what, "claim", reference, "ann", NOW, null, null, null);
        var event = AuditEvent.ofPerson(NOW, AuditType.HOLD_SET, "ann", "127.0.0.1", reference);
        return store.change(List.of(event), () -> {
            new JdbcHolds(database, told -> {}).set(hold, event);
            return after.getAsBoolean();
        });
    }

    private long told(String reference) {
        return database.read(connection -> Sql.first(
                        connection,
                        "select count(*) from audit_event where detail = ?",
                        row -> row.getLong(1),
                        reference))
                .orElseThrow();
    }

    @Test
    void aChangeAndItsEventsAreBothThereOrNeither() {
        var done = ids.next();
        assertTrue(hold(done, () -> true));
        assertEquals(1, holds(done));
        assertEquals(1, told(done));
        var refused = ids.next();
        assertEquals(false, hold(refused, () -> false));
        assertEquals(0, holds(refused) + told(refused), "it was not made after all");
        var failed = ids.next();
        org.junit.jupiter.api.Assertions.assertThrows(
                IllegalStateException.class,
                () -> hold(failed, () -> {
                    throw new IllegalStateException("of the change itself");
                }));
        assertEquals(0, holds(failed) + told(failed));
        var wrong = ids.next();
        org.junit.jupiter.api.Assertions.assertThrows(
                org.itkserver.audit.StoreUnavailable.class,
                () -> hold(
                        wrong,
                        () -> database.read(connection -> Sql.update(connection, "insert into nowhere values (1)"))
                                == 1));
        assertEquals(0, holds(wrong) + told(wrong));
        append(AuditEvent.ofServer(NOW, AuditType.WARNING, "the store works on"));
    }

    @Test
    void aNameThatIsTakenIsAnAnswerAndNotAFailure() {
        var accounts = new JdbcAccounts(database);
        var name = ids.next();
        accounts.add(name, "hash", java.util.Set.of(), false, NOW);
        org.junit.jupiter.api.Assertions.assertThrows(
                IllegalStateException.class,
                () -> store.change(List.of(AuditEvent.ofServer(NOW, AuditType.PERSON_CHANGED, name)), () -> {
                    accounts.add(name, "other", java.util.Set.of(), false, NOW);
                    return true;
                }));
        assertEquals(0, told(name));
    }

    @Test
    void partsOfAMessageThatWasNeverStoredAreRemoved() throws SQLException {
        var big = new byte[600_000];
        var trackingId = ids.next();
        store.accept(message(trackingId, big, List.of(), null));
        var copy = message(trackingId, big, List.of(), null);
        store.accept(copy);
        assertTrue(store.raw(copy.id()).isEmpty());
        assertEquals(0, number("select count(*) from upload where node = ?"));

        try (var connection = database.connection();
                var insert = connection.prepareStatement("insert into upload values (-7, ?, now())")) {
            insert.setString(1, node);
            insert.executeUpdate();
        }
        store.removeOrphans();
        assertEquals(0, number("select count(*) from upload where node = ?"));
    }

    @Test
    void theTrailDoesNotTellOfAnAcknowledgementThatADecisionCameTooLateFor() {
        var lane = new Lane(Lane.Kind.HANDLE, ids.next());
        var message = accepted(List.of(lane.name()), NOTHING);
        var decision = new Change.Decision(message.id(), "AR");
        store.apply(new Change(List.of(), List.of(), decision, List.of(), List.of()));
        assertTrue(store.settle(lateDecision(claim(lane), message.id())));

        assertEquals(1, number("select count(*) from audit_event where node = ? and type = 'handled'"));
        assertEquals(0, number("select count(*) from audit_event where node = ? and type = 'acknowledging'"));
    }
}
