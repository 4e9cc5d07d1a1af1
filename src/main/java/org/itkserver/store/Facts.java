package org.itkserver.store;

import java.util.Optional;
import java.util.regex.Pattern;
import org.itkserver.audit.AuditType;
import org.itkserver.audit.StoredRow;
import org.itkserver.audit.verify.Fact;
import org.itkserver.retention.HoldEvents;
import org.itkserver.retention.KeyStore;

/** Reads what an event proves about something that is stored elsewhere. */
final class Facts {
    private static final Pattern BATCH = Pattern.compile("(content|record) batch ([0-9]{1,18}): ");

    private Facts() {}

    /** Empty when it proves nothing. */
    static Optional<Fact> of(StoredRow row) {
        var type = row.type();
        if (type.equals(AuditType.PURGED.label())) {
            return destroyed(row);
        }
        if (type.equals(AuditType.CONTENT_KEY_GONE.label())) {
            var key = row.detail().split(" ", 2)[0];
            return row.detail().equals(KeyStore.takenAway(key))
                    ? Optional.of(new Fact.KeyGone(key, row.at()))
                    : Optional.empty();
        }
        if (type.equals(AuditType.ENCRYPTION_BEGAN.label())) {
            return Optional.of(new Fact.EncryptionBegan());
        }
        return hold(row);
    }

    private static Optional<Fact> destroyed(StoredRow row) {
        var batch = BATCH.matcher(row.detail());
        var root = row.digest();
        return root != null && batch.lookingAt()
                ? Optional.of(new Fact.Destroyed(batch.group(1), Long.parseLong(batch.group(2)), root))
                : Optional.empty();
    }

    private static Optional<Fact> hold(StoredRow row) {
        var id = HoldEvents.id(row.detail());
        if (id == null) {
            return Optional.empty();
        }
        var digest = row.digest();
        return Optional.of(
                row.type().equals(AuditType.HOLD_SET.label())
                        ? new Fact.HoldSet(id, digest == null ? new byte[0] : digest)
                        : new Fact.HoldLifted(id));
    }
}
