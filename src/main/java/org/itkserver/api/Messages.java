package org.itkserver.api;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.itkserver.audit.AuditQuery;
import org.itkserver.envelope.Uuids;
import org.itkserver.exchange.MessageKind;
import org.itkserver.exchange.MessageRecord;
import org.itkserver.exchange.MessageStore;
import org.itkserver.exchange.Submissions;
import org.itkserver.io.ProblemType;
import org.jspecify.annotations.Nullable;

/** The stored messages as applications see them: one document under its tracking id, with all that belongs to it. */
final class Messages {
    /** Outcomes as applications say and see them, with the code of HL7 v3. */
    static final Map<String, String> OUTCOMES = Map.of("accepted", "AA", "error", "AE", "reject", "AR");

    private final MessageStore store;
    private final AuditQuery query;

    Messages(MessageStore store, AuditQuery query) {
        this.store = store;
        this.query = query;
    }

    /**
     * The message that a tracking id names: what we received under it, else what we sent first.
     *
     * @throws Problem 404 when the message does not exist or the client may not see it
     */
    MessageRecord one(String trackingId, Client client) {
        return all(trackingId, visibility(client)).get(0);
    }

    /** What a client may see, for one request. */
    Visibility visibility(Client client) {
        return new Visibility(client, store, query);
    }

    private List<MessageRecord> all(String trackingId, Visibility visibility) {
        var rows = Uuids.isUuid(trackingId, 0, true)
                ? store.byTrackingId(trackingId).stream()
                        .filter(visibility::sees)
                        .toList()
                : List.<MessageRecord>of();
        if (rows.isEmpty()) {
            throw unknown();
        }
        return rows.stream()
                .sorted(Comparator.comparing((MessageRecord row) -> !row.inbound())
                        .thenComparing(MessageRecord::id))
                .toList();
    }

    private static Problem unknown() {
        return new Problem(ProblemType.NOT_FOUND, Submissions.UNKNOWN);
    }

    /**
     * The newest state of the message that was sent under a tracking id, to the first partner.
     *
     * @throws Problem 404 when the message does not exist or the client may not see it
     */
    MessageRecord sent(String trackingId, Visibility visibility) {
        return store.byTrackingId(trackingId).stream()
                .filter(row -> !row.inbound() && row.kind() == MessageKind.BUSINESS)
                .filter(visibility::sees)
                .findFirst()
                .orElseThrow(Messages::unknown);
    }

    Views.Message view(String trackingId, Client client) {
        var visibility = visibility(client);
        var rows = all(trackingId, visibility);
        var message = rows.get(0);
        var children = new LinkedHashMap<Long, MessageRecord>();
        rows.forEach(row -> store.childrenOf(row.id()).stream()
                .filter(visibility::sees)
                .forEach(child -> children.put(child.id(), child)));
        var related = new LinkedHashMap<Long, MessageRecord>();
        rows.forEach(row -> related.put(row.id(), row));
        related.putAll(children);
        related.remove(message.id());
        return new Views.Message(
                message.trackingId(),
                direction(message),
                message.kind().label(),
                message.service(),
                message.interaction(),
                message.partner(),
                message.sender(),
                message.addresses().isEmpty()
                        ? List.of()
                        : List.of(message.addresses().split(" ")),
                message.state().label(),
                message.reason(),
                message.at().toString(),
                message.infAckRequested(),
                message.ackRequested(),
                outcome(message),
                events(message),
                acks(children),
                related.values().stream().map(Messages::related).toList());
    }

    private static String direction(MessageRecord message) {
        return message.inbound() ? "in" : "out";
    }

    /** The business outcome that an application decided. */
    private static @Nullable String outcome(MessageRecord message) {
        return OUTCOMES.entrySet().stream()
                .filter(entry -> message.kind() == MessageKind.BUSINESS)
                .filter(entry -> entry.getValue().equals(message.outcome()))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse(null);
    }

    private List<Views.MessageEvent> events(MessageRecord message) {
        return query.events(message.id()).stream()
                .map(event -> new Views.MessageEvent(event.at().toString(), event.type(), event.detail()))
                .toList();
    }

    private static List<Views.Ack> acks(Map<Long, MessageRecord> children) {
        var out = new ArrayList<Views.Ack>();
        for (var child : children.values()) {
            if (child.kind().isAcknowledgement()) {
                out.add(new Views.Ack(
                        child.kind() == MessageKind.INF_ACK ? "infrastructure" : "business",
                        direction(child),
                        child.partner(),
                        child.outcome(),
                        child.at().toString(),
                        child.trackingId(),
                        child.state().label()));
            }
        }
        return out;
    }

    private static Views.Related related(MessageRecord row) {
        return new Views.Related(
                direction(row), row.partner(), row.kind().label(), row.state().label(), row.trackingId());
    }
}
