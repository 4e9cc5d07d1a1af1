package org.itkserver.store;

import java.security.MessageDigest;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.itkserver.audit.AuditType;
import org.itkserver.retention.Hold;
import org.itkserver.retention.HoldEvents;
import org.jspecify.annotations.Nullable;

/**
 * Compares legal holds with the audit events that set and lifted them before anything is destroyed: a hold that was deleted or
 * changed in the database must not let the server destroy what it covers.
 */
final class HoldGuard {
    private static final String EVENTS = "select type, detail, digest from audit_event where type in ('"
            + AuditType.HOLD_SET.label() + "', '" + AuditType.HOLD_LIFTED.label() + "') order by type, at";

    private final Map<Long, Told> set = new HashMap<>();
    private final Set<Long> lifted = new HashSet<>();

    private HoldGuard() {}

    private record Told(String detail, byte @Nullable [] digest) {}

    /**
     * What is wrong with the holds, empty when nothing is.
     *
     * @param connection an open transaction
     */
    static Optional<String> problem(Connection connection) throws SQLException {
        // a hold may be set or lifted between the two statements: then the second look finds nothing
        var first = look(connection);
        return first.isEmpty() ? first : look(connection);
    }

    private static Optional<String> look(Connection connection) throws SQLException {
        var guard = new HoldGuard();
        Sql.list(connection, EVENTS, row -> {
            guard.add(row.getString(1), row.getString(2), row.getBytes(3));
            return 0;
        });
        if (guard.set.isEmpty()) {
            return Optional.empty();
        }
        var there = new HashSet<Long>();
        for (var hold : Sql.list(connection, HoldRows.COLUMNS, HoldRows::of)) {
            there.add(hold.id());
            if (!guard.fits(hold)) {
                return Optional.of("legal hold " + hold.id() + " is not the one that was set");
            }
            if (!hold.isSet() && guard.set.containsKey(hold.id()) && !guard.lifted.contains(hold.id())) {
                return Optional.of("legal hold " + hold.id() + " is marked as lifted, and no event lifts it");
            }
        }
        return guard.set.keySet().stream()
                .filter(id -> !there.contains(id))
                .findFirst()
                .map(id -> "legal hold " + id + " was set, and is not in the database");
    }

    private void add(String type, String detail, byte @Nullable [] digest) {
        var id = HoldEvents.id(detail);
        if (id != null && type.equals(AuditType.HOLD_SET.label())) {
            set.put(id, new Told(detail, digest));
        } else if (id != null) {
            lifted.add(id);
        }
    }

    /** A hold without an event only keeps more than it should. */
    private boolean fits(Hold hold) {
        var told = set.get(hold.id());
        if (told == null) {
            return true;
        }
        var event = HoldEvents.set(hold, "");
        return told.detail().equals(event.detail())
                && (told.digest() == null || MessageDigest.isEqual(told.digest(), event.digest()));
    }
}
