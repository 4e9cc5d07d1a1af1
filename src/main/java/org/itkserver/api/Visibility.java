package org.itkserver.api;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.itkserver.audit.AuditQuery;
import org.itkserver.audit.AuditType;
import org.itkserver.audit.TrailQuery.Stretch;
import org.itkserver.audit.TrailQuery.TrailEvent;
import org.itkserver.exchange.MessageRecord;
import org.itkserver.exchange.MessageStore;
import org.jspecify.annotations.Nullable;

/**
 * What one client may see in one request: messages that fit its limit, what belongs to them, and the audit events about
 * those. An acknowledgement, forward or response is seen with the message that it belongs to, if its partner fits as well. Of
 * messages to send, a client that is limited to addresses sees those that it sent itself. Used by one thread.
 */
final class Visibility {
    /** Events read at once; those that are not visible are left out. */
    private static final int READ = 200;

    /** A chain of messages that belong to each other is shorter than this. */
    private static final int DEEPEST = 8;

    private final Client client;
    private final MessageStore store;
    private final AuditQuery query;
    private final Map<Long, Optional<MessageRecord>> messages = new HashMap<>();
    private final Map<Long, Boolean> seen = new HashMap<>();

    Visibility(Client client, MessageStore store, AuditQuery query) {
        this.client = client;
        this.store = store;
        this.query = query;
    }

    /** Whether the client may see a message. */
    boolean sees(MessageRecord message) {
        return client.limit().isNone() || seen.computeIfAbsent(message.id(), id -> isVisible(message, 0));
    }

    private boolean isVisible(MessageRecord message, int depth) {
        var limit = client.limit();
        if (!limit.allowsPartner(message.partner())) {
            return false;
        }
        var origin = message.origin();
        if (origin != null) {
            return depth < DEEPEST
                    && message(origin).map(of -> isVisible(of, depth + 1)).orElse(false);
        }
        if (!limit.allowsService(message.service())) {
            return false;
        }
        if (limit.addresses().isEmpty()) {
            return true;
        }
        return message.inbound()
                ? limit.allowsAnyAddress(List.of(message.addresses().split(" ")))
                : isSubmittedByClient(message.id());
    }

    private boolean isSubmittedByClient(long message) {
        var submitted = AuditType.SUBMITTED.label();
        return query.events(message).stream()
                .anyMatch(
                        event -> event.type().equals(submitted) && event.actor().equals(client.name()));
    }

    private Optional<MessageRecord> message(long id) {
        return messages.computeIfAbsent(id, store::message);
    }

    /** Whether the client may see an event. */
    boolean sees(TrailEvent event) {
        var limit = client.limit();
        if (limit.isNone()) {
            return true;
        }
        if (event.partner() != null && !limit.allowsPartner(event.partner())) {
            return false;
        }
        var message = known(event.message());
        if (message.isPresent()) {
            return sees(message.get());
        }
        // about no message, or one whose record was destroyed: what the event says of it must fit
        return limit.addresses().isEmpty()
                && limit.allowsPartner(event.partner())
                && limit.allowsService(event.service());
    }

    private Optional<MessageRecord> known(@Nullable Long id) {
        return id == null ? Optional.empty() : message(id);
    }

    /** The same events without those that the client may not see. */
    TrailPages.Source only(TrailPages.Source source) {
        return client.limit().isNone() ? source : (stretch, most) -> visible(source, stretch, most);
    }

    private List<TrailEvent> visible(TrailPages.Source source, Stretch stretch, int most) {
        var out = new ArrayList<TrailEvent>();
        long after = stretch.after();
        int read = READ;
        while (out.size() < most && read == READ) {
            var found = source.read(new Stretch(stretch.node(), after, stretch.last()), READ);
            read = found.size();
            for (var event : found) {
                after = event.seq();
                if (out.size() < most && sees(event)) {
                    out.add(event);
                }
            }
        }
        return out;
    }
}
