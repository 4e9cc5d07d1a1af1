package org.itkserver.store;

import java.util.List;
import java.util.UUID;
import org.itkserver.audit.SealKey;
import org.itkserver.clock.ClockStore;
import org.itkserver.delivery.DeliveryQueue;
import org.itkserver.exchange.MessageStore;
import org.itkserver.exchange.RetentionContract;
import org.itkserver.retention.Holds;
import org.itkserver.retention.PurgeStore;
import org.itkserver.retention.Standing;
import org.itkserver.retention.Stock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** The contract on a real database. */
abstract class JdbcRetentionContract extends RetentionContract {
    static final List<String> EMPTY = List.of(
            "delete from message_part",
            "delete from message",
            "delete from delivery",
            "delete from dead_work",
            "delete from overdue_mark",
            "delete from purge_run",
            "delete from purge_batch",
            "delete from destroyed_message",
            "delete from legal_hold",
            "update retention_run set node = null, lease_until = null, last_began = null, asked_by = null, run = null,"
                    + " batch = null");

    private Database database;
    private JdbcMessageStore store;
    private JdbcMessageStore otherStore;
    private String node;
    private String otherNode;

    abstract DatabaseSettings settings();

    @BeforeEach
    void open() {
        database = MigratedDatabase.of(settings());
        empty(database);
        node = "node-" + UUID.randomUUID();
        otherNode = "node-" + UUID.randomUUID();
        store = new JdbcMessageStore(database, node, SealKey.generate(), clock());
        otherStore = new JdbcMessageStore(database, otherNode, SealKey.generate(), clock());
    }

    static void empty(Database database) {
        // the events of holds that are deleted here would stop all destruction
        database.inTransaction(connection -> {
            if (!database.isH2()) {
                Sql.execute(connection, "set local session_replication_role = replica");
            }
            return Sql.update(connection, "delete from audit_event where type in ('hold-set', 'hold-lifted')");
        });
        for (var sql : EMPTY) {
            database.read(connection -> {
                try (var statement = connection.createStatement()) {
                    return statement.executeUpdate(sql);
                }
            });
        }
    }

    @AfterEach
    void close() {
        otherStore.close();
        store.close();
        database.close();
    }

    @Override
    protected void tamper(String sql) {
        database.read(connection -> Sql.update(connection, sql));
    }

    @Override
    protected ClockStore clocks(boolean other) {
        return new JdbcClock(database, other ? otherNode : node);
    }

    @Override
    protected void forgetTimes() {
        database.read(connection -> Sql.update(connection, "delete from clock_stretch"));
        database.read(connection -> Sql.update(connection, "update clock_state set trusted_at = ?", NOW));
    }

    @Override
    public MessageStore store() {
        return store;
    }

    @Override
    public MessageStore otherStore() {
        return otherStore;
    }

    @Override
    public DeliveryQueue queue() {
        return new JdbcDeliveryQueue(database, node);
    }

    @Override
    public DeliveryQueue otherQueue() {
        return new JdbcDeliveryQueue(database, otherNode);
    }

    @Override
    protected PurgeStore purges() {
        return new JdbcPurge(database, node);
    }

    @Override
    protected PurgeStore otherPurges() {
        return new JdbcPurge(database, otherNode);
    }

    @Override
    protected Holds holds() {
        return new JdbcHolds(database, store);
    }

    @Override
    protected Standing standing() {
        return new JdbcStanding(database);
    }

    @Override
    protected Stock stock() {
        return new JdbcStock(database);
    }
}
