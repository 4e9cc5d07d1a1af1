package org.itkserver.store;

import java.util.List;
import java.util.Optional;
import org.itkserver.audit.AuditEvent;

/** What every node of a database must agree on. Thread-safe. */
public final class SharedFacts {
    private static final String SEARCH_KEY = "patient-search-key";
    private static final String FACT = "select fact from shared_fact where name = ?";
    private static final String ADD =
            "insert into shared_fact (name, fact, since) values (?, ?, ?) on conflict do nothing";
    private static final String CHANGE = "update shared_fact set fact = ?, since = ? where name = ? and fact <> ?";
    private static final String NODE = "select 1 from audit_event where node = ? fetch first 1 rows only";

    private final Database database;
    private final JdbcMessageStore store;

    /** @param store records events together with the changes that they are about */
    public SharedFacts(Database database, JdbcMessageStore store) {
        this.database = database;
        this.store = store;
    }

    /** Fingerprint of the key that NHS numbers are searched by; empty before the first node has told its own. */
    public Optional<String> searchKey() {
        return database.read(connection -> Sql.first(connection, FACT, row -> row.getString(1), SEARCH_KEY));
    }

    /** Records the fingerprint of the first node, with its event; does nothing when there is one. */
    public void addSearchKey(String fingerprint, AuditEvent event) {
        store.record(
                List.of(event), connection -> Sql.update(connection, ADD, SEARCH_KEY, fingerprint, event.at()) == 1);
    }

    /** Records another fingerprint, with its event. */
    public void changeSearchKey(String fingerprint, AuditEvent event) {
        store.record(
                List.of(event),
                connection -> Sql.update(connection, CHANGE, fingerprint, event.at(), SEARCH_KEY, fingerprint) == 1);
    }

    /** Whether a node of this name has written to the database. */
    public boolean isKnownNode(String name) {
        return database.read(connection -> Sql.first(connection, NODE, row -> row.getInt(1), name))
                .isPresent();
    }
}
