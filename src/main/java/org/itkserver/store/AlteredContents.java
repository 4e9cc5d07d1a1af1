package org.itkserver.store;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.itkserver.audit.AlertKind;
import org.itkserver.audit.AuditEvent;
import org.itkserver.audit.AuditType;
import org.itkserver.audit.Cause;
import org.jspecify.annotations.Nullable;

/** Raises one alert for each content that is not the one that was stored. Never waits for a commit. Thread-safe. */
final class AlteredContents implements Contents.Altered {
    /** Contents that are remembered; the events for more than these would say nothing new. */
    private static final int MOST = 1000;

    private static final String MESSAGE = "select tracking_id, partner, service from message where id = ?";

    private final Database database;
    private final Clock clock;
    private final Consumer<AuditEvent> to;
    private final Set<String> known = ConcurrentHashMap.newKeySet();

    /** @param to takes events without waiting */
    AlteredContents(Database database, Clock clock, Consumer<AuditEvent> to) {
        this.database = database;
        this.clock = clock;
        this.to = to;
    }

    @Override
    public void found(@Nullable Long message, String what) {
        if (known.size() < MOST && known.add(what)) {
            var text = "The stored content of " + what + " was changed in the database. It is not given to anyone.";
            to.accept(event(message, text).raising(new Cause(AlertKind.CONTENT_ALTERED, what, null, text)));
        }
    }

    private AuditEvent event(@Nullable Long message, String text) {
        var plain = AuditEvent.ofServer(clock.instant(), AuditType.ALERT, text);
        return message == null
                ? plain
                : database.read(connection ->
                                Sql.first(connection, MESSAGE, row -> about(plain, message, row), message))
                        .orElse(plain);
    }

    private static AuditEvent about(AuditEvent plain, long message, ResultSet row) throws SQLException {
        return new AuditEvent(
                plain.at(),
                plain.type(),
                message,
                row.getString(1),
                row.getString(2),
                row.getString(3),
                plain.actor(),
                null,
                null,
                null,
                plain.detail());
    }
}
