package org.itkserver.store;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.itkserver.audit.AuditType;
import org.itkserver.store.keys.NotAuthentic;

/**
 * Once a node encrypts contents, it stores none in plaintext: an unencrypted one that was stored after the node's event
 * {@code encryption-began} is refused. Costs nothing for encrypted contents. Thread-safe.
 */
final class PlaintextRule {
    private static final String BEGAN = "select coalesce(min(seq), 0) from audit_event where type = '"
            + AuditType.ENCRYPTION_BEGAN.label() + "' and node = ?";
    private static final String STORED = "select node, seq from audit_event where message_id = ? and type in ("
            + AuditType.storing().stream()
                    .map(type -> "'" + type.label() + "'")
                    .sorted()
                    .collect(Collectors.joining(", "))
            + ")";

    private final Database database;
    private final boolean encrypted;
    private final Map<String, Long> began = new ConcurrentHashMap<>();

    /** @param encrypted whether this server encrypts contents */
    PlaintextRule(Database database, boolean encrypted) {
        this.database = database;
        this.encrypted = encrypted;
    }

    /** The place of an event. */
    record Event(String node, long seq) {}

    /** @throws NotAuthentic when the message was stored after its node began to encrypt, and the frame is in plaintext */
    void check(Frame frame, long message) {
        if (encrypted && frame.key() == null) {
            check(
                    frame,
                    database.read(connection ->
                            Sql.list(connection, STORED, row -> new Event(row.getString(1), row.getLong(2)), message)));
        }
    }

    /** @param stored the events that stored the content */
    void check(Frame frame, List<Event> stored) {
        if (encrypted && frame.key() == null && stored.stream().anyMatch(this::isAfter)) {
            throw new NotAuthentic();
        }
    }

    /** Number of the event {@code encryption-began} of a node; 0 when there is none. */
    static long began(Database database, String node) {
        return database.read(connection ->
                Sql.first(connection, BEGAN, row -> row.getLong(1), node).orElse(0L));
    }

    private boolean isAfter(Event event) {
        var first = began.get(event.node());
        if (first == null) {
            first = began(database, event.node());
            if (first != 0) {
                began.put(event.node(), first);
            }
        }
        return first != 0 && event.seq() > first;
    }
}
