package faults;

import faults.Check.Sent;
import faults.Message.Kind;
import faults.Partner.Event;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Acknowledgements and forwards: one for each reason, the same bytes every time, and what the partner saw is what is stored. */
final class AckCheck {
    private static final Set<String> GONE = Set.of("sent", "infrastructure-acked", "business-acked");

    private final Check check;
    private final Tables tables;
    private final Map<String, Sent> sent;
    private final List<List<Event>> partners;
    /** tracking id of what came to a partner, and its digests */
    private final Map<String, Set<String>> came = new HashMap<>();

    AckCheck(Check check, Tables tables, Map<String, Sent> sent, List<List<Event>> partners) {
        this.check = check;
        this.tables = tables;
        this.sent = sent;
        this.partners = partners;
    }

    void run() {
        partners.forEach(this::came);
        var bySource = new HashMap<String, List<Map<String, String>>>();
        var out = new HashMap<String, Map<String, String>>();
        for (var row : tables.messages()) {
            if (row.get("direction").equals("out")) {
                out.put(row.get("tracking_id") + ' ' + row.get("kind"), row);
                if (row.get("origin") != null) {
                    bySource.computeIfAbsent(row.get("origin"), o -> new ArrayList<>()).add(row);
                }
                transmitted(row);
            }
        }
        for (var row : tables.messages()) {
            var message = sent.get(row.get("tracking_id"));
            if (row.get("direction").equals("in") && row.get("partner").equals("gp-system") && message != null) {
                acknowledged(row, message, bySource.getOrDefault(row.get("id"), List.of()));
            }
        }
        partners.forEach(this::phantoms);
        partners.forEach(this::ofPartners);
    }

    private void came(List<Event> events) {
        for (var event : events) {
            if (event.get("event").equals("received")) {
                boolean again = !came.computeIfAbsent(event.get("trackingId"), id -> new HashSet<>())
                        .add(event.get("sha256"));
                check.count("came to partners");
                if (again) {
                    check.count("came to partners again");
                    check.cameAgain.add(event.get("trackingId"));
                    check.cameAgain.add(event.get("trackingIdRef"));
                }
            }
        }
    }

    /** What is marked as sent did come, and with these bytes only. */
    private void transmitted(Map<String, String> row) {
        var id = row.get("tracking_id");
        var digests = came.getOrDefault(id, Set.of());
        boolean queued = tables.events().isEmpty();
        boolean collected = "confirmed".equals(row.get("reason")) || queued;
        check.violation("I5", id, GONE.contains(row.get("state")) && digests.isEmpty() && !collected
                && !row.get("partner").startsWith("queue-"), "is marked " + row.get("state") + " and came to no partner");
        for (var digest : digests) {
            check.violation("I3", id, !digest.equals(row.get("digest")), "came to a partner with other bytes");
        }
    }

    private void acknowledged(Map<String, String> row, Sent message, List<Map<String, String>> children) {
        boolean here = message.kind != Kind.ROUTED;
        var state = row.get("state");
        one(message, children, "inf-ack", "OK", here && message.kind.infAck);
        one(message, children, "bus-ack", null, here && message.kind.businessAck && !state.equals("dead-letter"));
        // what was acknowledged positively gets no negative acknowledgement afterwards (H6)
        boolean bad = message.kind.infAck && !here && !state.equals("handled");
        one(message, children, "inf-ack", "Failure", bad);
        one(message, children, "forward", null, !here);
    }

    private void one(Sent message, List<Map<String, String>> children, String kind, String outcome, boolean due) {
        long found = children.stream().filter(c -> c.get("kind").equals(kind))
                .filter(c -> outcome == null || outcome.equals(c.get("outcome"))).count();
        var what = kind + (outcome == null ? "" : " " + outcome);
        check.violation("I5", message.id, found != (due ? 1 : 0),
                "has " + found + " " + what + " and should have " + (due ? 1 : 0));
        if (due) {
            check.count(what);
        }
    }

    /** Nothing came to a partner that is not in the store. */
    private void phantoms(List<Event> events) {
        var stored = new HashSet<String>();
        for (var row : tables.messages()) {
            if (row.get("direction").equals("out")) {
                stored.add(row.get("tracking_id"));
            }
        }
        for (var event : events) {
            if (event.get("event").equals("received")) {
                check.violation("I3", event.get("trackingId"), !stored.contains(event.get("trackingId")),
                        "came to a partner and was never to be sent");
            }
        }
    }

    /** An acknowledgement that a partner sent and that was answered positively is in the store and went on. */
    private void ofPartners(List<Event> events) {
        var received = new HashMap<String, String>();
        for (var row : tables.messages()) {
            if (row.get("direction").equals("in") && Set.of("inf-ack", "bus-ack").contains(row.get("kind"))) {
                received.put(row.get("tracking_id"), row.get("state"));
            }
        }
        for (var event : events) {
            if ((event.is("sent", "inf-ack") || event.is("sent", "bus-ack")) && event.isPositive()) {
                var id = event.get("trackingId");
                check.count("acknowledgements of partners");
                check.violation("I1", id, !received.containsKey(id), "is an accepted acknowledgement and not in the store");
                check.violation("I6", id, !"handled".equals(received.get(id)) && received.containsKey(id),
                        "is an acknowledgement that ended as " + received.get(id));
            }
        }
    }
}
