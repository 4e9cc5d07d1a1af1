package faults;

import faults.Check.Sent;
import faults.Message.Kind;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import org.itkserver.audit.RowHash;
import org.itkserver.audit.StoredRow;

/** The tables hold what was promised, as it was sent, and are done with it; the trail tells it without gaps. */
final class StoreCheck {
    private static final Set<String> ENDS_IN = Set.of("handled", "rejected", "dead-letter");

    private final Check check;
    private final Tables tables;
    private final Map<String, Sent> sent;
    private final Map<String, Integer> seen = new HashMap<>();

    StoreCheck(Check check, Tables tables, Map<String, Sent> sent) {
        this.check = check;
        this.tables = tables;
        this.sent = sent;
    }

    void run() {
        trail();
        messages();
        for (var row : tables.deliveries()) {
            var kind = row.get("kind");
            check.violation("I6", row.get("message_id"), Set.of("handle", "send", "sync").contains(kind),
                    "has a left-over piece of work: " + row);
        }
    }

    private void messages() {
        var stored = new HashSet<String>();
        var bytes = new HashSet<String>();
        tables.parts().forEach(part -> bytes.add(part.get("message_id")));
        int in = 0;
        for (var row : tables.messages()) {
            var id = row.get("tracking_id");
            boolean forward = "forward".equals(row.get("kind"));
            check.violation("I1", id, !forward && !bytes.contains(row.get("id")), "has no bytes");
            if (row.get("direction").equals("out")) {
                out(row);
                continue;
            }
            in++;
            check.violation("I6", id, !ENDS_IN.contains(row.get("state")), "ends as " + row.get("state"));
            check.violation("I6", id, times("accepted", row) != 1,
                    "has " + times("accepted", row) + " events 'accepted'");
            if (row.get("partner").equals("gp-system")) {
                check.violation("I2", id, !stored.add(id), "is in the store twice");
                received(row, sent.get(id));
            }
        }
        check.numbers.put("stored", in);
        long accepted = tables.events().stream().filter(e -> e.get("type").equals("accepted")).count();
        check.violation("I6", "-", accepted != in, accepted + " events 'accepted' of " + in + " messages");
        sent.forEach((id, message) ->
                check.violation("I1", id, message.positive && !stored.contains(id), "was accepted and is not in the store"));
    }

    private void received(Map<String, String> row, Sent message) {
        var id = row.get("tracking_id");
        if (message == null) {
            check.violation("I3", id, true, "is in the store and nobody sent it");
            return;
        }
        check.violation("I3", id, !row.get("digest").equals(message.envelope), "was stored with another content");
        var state = row.get("state");
        check.count("in: " + state);
        boolean dead = state.equals("dead-letter");
        check.violation("I6", id, dead && times("alert", row) == 0 && message.kind != Kind.ROUTED,
                "is a dead letter without an alert");
        check.violation("I6", id, dead && message.kind != Kind.ROUTED && times("dead-letter", row) != 1,
                "is a dead letter with " + times("dead-letter", row) + " events that say so");
        if (message.kind.isHandled()) {
            int handled = times("handled", row);
            check.violation("I6", id, handled != (state.equals("handled") ? 1 : 0),
                    "is " + state + " with " + handled + " events 'handled'");
            check.violation("I1", id, state.equals("handled") && message.taken == 0,
                    "is handled and the back end never took it");
            check.violation("I1", id, message.positive && message.taken == 0 && !dead && !state.equals("rejected"),
                    "was accepted and the back end never took it");
        } else if (message.kind == Kind.SYNC && state.equals("handled")) {
            check.violation("I6", id, times("answered", row) != 1, "has " + times("answered", row) + " answers");
            check.violation("I1", id, message.taken == 0, "was answered and the back end never took it");
        }
    }

    private void out(Map<String, String> row) {
        var id = row.get("tracking_id");
        var state = row.get("state");
        check.count("out: " + state);
        boolean queued = tables.deliveries().stream().anyMatch(
                d -> d.get("kind").equals("queue") && d.get("message_id").equals(row.get("id")));
        check.violation("I6", id, state.equals("accepted") && !queued, "is still to be sent");
        check.violation("I5", id, state.equals("dead-letter") && times("alert", row) == 0,
                "could not be sent and raised no alert");
        check.violation("I6", id, Set.of("sent", "infrastructure-acked", "business-acked").contains(state)
                && times("sent", row) == 0, "is " + state + " without an event 'sent'");
    }

    private int times(String type, Map<String, String> row) {
        return seen.getOrDefault(type + ' ' + row.get("id"), 0);
    }

    /** The trail: numbered without gaps, unchanged. */
    private void trail() {
        var next = new HashMap<String, Long>();
        var rows = tables.events().stream()
                .sorted(Comparator.<Map<String, String>, String>comparing(r -> r.get("node"))
                        .thenComparingLong(r -> Long.parseLong(r.get("seq"))))
                .toList();
        for (var row : rows) {
            var node = row.get("node");
            long seq = Long.parseLong(row.get("seq"));
            long expected = next.getOrDefault(node, 1L);
            check.violation("I6", String.valueOf(row.get("tracking_id")), seq != expected,
                    "audit row " + seq + " of node " + node + " comes where " + expected + " should");
            next.put(node, seq + 1);
            check.violation("I6", String.valueOf(row.get("tracking_id")),
                    !row.get("hash").equals(HexFormat.of().formatHex(RowHash.of(stored(row)))),
                    "audit row " + seq + " of node " + node + " does not have its hash");
            seen.merge(row.get("type") + ' ' + row.get("message_id"), 1, Integer::sum);
        }
        check.numbers.put("audit rows", rows.size());
    }

    private static StoredRow stored(Map<String, String> row) {
        var id = row.get("message_id");
        var digest = row.get("digest");
        var fields = row.get("fields_sha256");
        return new StoredRow(
                row.get("node"),
                Long.parseLong(row.get("seq")),
                Integer.parseInt(row.get("version")),
                Instant.parse(row.get("at")),
                row.get("type"),
                id == null ? null : Long.valueOf(id),
                row.get("tracking_id"),
                row.get("partner"),
                row.get("service"),
                row.get("actor"),
                row.get("source"),
                row.get("error_code"),
                row.get("error_id"),
                row.get("detail"),
                digest == null ? null : HexFormat.of().parseHex(digest),
                fields == null ? null : HexFormat.of().parseHex(fields),
                new byte[0]);
    }
}
