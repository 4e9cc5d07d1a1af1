package org.itkserver.store;

import java.util.ArrayList;
import java.util.List;
import org.itkserver.audit.AuditEvent;
import org.itkserver.audit.RowHash;

/** The audit rows of one group: numbered without gaps, each with its hash. Used by the committer's thread alone. */
final class EventWriter {
    private static final BulkInsert EVENTS = new BulkInsert(
            "audit_event",
            "node varchar",
            "seq bigint",
            "version integer",
            "at timestamp with time zone",
            "type varchar",
            "message_id bigint",
            "tracking_id varchar",
            "partner varchar",
            "service varchar",
            "actor varchar",
            "source varchar",
            "error_code varchar",
            "error_id varchar",
            "detail varchar",
            "hash bytea",
            "digest bytea",
            "fields_sha256 bytea");
    private static final BulkInsert REFUSED = new BulkInsert(
            "refused",
            "node varchar",
            "seq bigint",
            "at timestamp with time zone",
            "size bigint",
            "codec varchar",
            "key_id varchar",
            "bytes bytea",
            "error_id varchar");

    private final String node;
    private List<byte[]> hashes = List.of();
    private List<AuditEvent> written = List.of();

    EventWriter(String node) {
        this.node = node;
    }

    /**
     * Adds rows for the events of entries that take effect, and for the kept start of refused messages.
     *
     * @param first number of the first row
     * @param tables what is inserted
     * @return number after the last row
     */
    long add(List<Entry> group, long first, Tables tables) {
        long seq = first;
        hashes = new ArrayList<>();
        written = new ArrayList<>();
        var events = EVENTS.rows();
        var refused = REFUSED.rows();
        for (var entry : group) {
            if (entry instanceof Entry.Audit audit && audit.refused != null) {
                var frame = audit.refused;
                refused.add(
                        node,
                        seq,
                        audit.event.at(),
                        audit.size,
                        Chunks.CODEC,
                        frame.key(),
                        frame.bytes(),
                        audit.event.errorId());
            }
            for (var event : entry.change().events()) {
                add(events, seq++, bound(event, entry));
                written.add(event);
            }
        }
        tables.add(events);
        tables.add(refused);
        return seq;
    }

    /** The events added last, in order. */
    List<AuditEvent> written() {
        return written;
    }

    /** The hashes of the rows added last, in order. */
    List<byte[]> hashes() {
        return hashes;
    }

    /** The event that stores a message or a response says which. */
    private static AuditEvent bound(AuditEvent event, Entry entry) {
        var message = event.message();
        if (message == null) {
            return event;
        }
        if (!event.type().isStoring()) {
            return entry instanceof Entry.Settle settle && settle.response != null && settle.isAbout(message)
                    ? event.answering(settle.response.digest())
                    : event;
        }
        var fields = entry.fields(message);
        return fields == null ? event : event.storing(fields.rawDigest(), fields.hash());
    }

    private void add(BulkInsert.Rows rows, long seq, AuditEvent event) {
        var hash = RowHash.of(node, seq, event);
        hashes.add(hash);
        rows.add(
                node,
                seq,
                RowHash.VERSION,
                event.at(),
                event.type().label(),
                event.message(),
                event.trackingId(),
                event.partner(),
                event.service(),
                event.actor(),
                event.source(),
                event.errorCode(),
                event.errorId(),
                event.detail(),
                hash,
                event.digest(),
                event.fields());
    }
}
