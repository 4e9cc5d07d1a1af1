package org.itkserver.exchange;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.itkserver.audit.AuditEvent;
import org.itkserver.audit.AuditType;
import org.itkserver.delivery.Delivery;
import org.itkserver.delivery.DeliveryQueue;
import org.itkserver.delivery.Lane;
import org.itkserver.directory.Partner;
import org.itkserver.envelope.EnvelopeRejected;
import org.itkserver.envelope.EnvelopeScanner;
import org.itkserver.envelope.QueueRequest;
import org.itkserver.envelope.QueuedMessage;
import org.itkserver.envelope.ToolkitError;

/**
 * Queues that subscribers collect from (ITK queue collection). A taken message is out of sight until the timeout, and comes
 * back unless it is confirmed. Thread-safe.
 */
public final class QueueCollection {
    /** What one answer holds at most, unless a single message is larger. */
    private static final long MOST_CHARACTERS = 8 << 20;

    private final MessageStore store;
    private final DeliveryQueue queue;
    private final EnvelopeScanner scanner;
    private final Path spoolFolder;
    private final Clock clock;
    private final Duration timeout;

    /** @param timeout how long a taken message is out of sight */
    public QueueCollection(
            MessageStore store,
            DeliveryQueue queue,
            EnvelopeScanner scanner,
            Path spoolFolder,
            Clock clock,
            Duration timeout) {
        this.store = store;
        this.queue = queue;
        this.scanner = scanner;
        this.spoolFolder = spoolFolder;
        this.clock = clock;
        this.timeout = timeout;
    }

    /**
     * Takes messages from a queue of the partner.
     *
     * @param source network address of the request
     * @throws EnvelopeRejected 1000 when the partner has no such queue
     */
    public List<QueuedMessage> collect(Partner partner, QueueRequest.Collect request, String source) {
        own(partner, request.queue());
        var now = clock.instant();
        var taken = queue.collect(request.queue(), request.serviceMessageType(), request.count(), now, timeout);
        var out = new ArrayList<QueuedMessage>();
        var events = new ArrayList<AuditEvent>();
        long characters = 0;
        int done = 0;
        WorkContent.Away away = null;
        try {
            for (; done < taken.size(); done++) {
                var work = taken.get(done);
                var message = store.message(work.message()).orElseThrow();
                var queued = queued(message, work).orElse(null);
                if (queued == null) {
                    continue;
                }
                characters += queued.payload().length();
                if (!out.isEmpty() && characters > MOST_CHARACTERS) {
                    break;
                }
                out.add(queued);
                events.add(event(message, partner, source, AuditType.COLLECTED, work));
            }
        } catch (WorkContent.Away e) {
            away = e;
        }
        if (done < taken.size()) {
            queue.release(taken.subList(done, taken.size()));
        }
        if (away != null && out.isEmpty()) {
            throw away.reason();
        }
        if (!events.isEmpty()) {
            store.apply(Change.of(events));
        }
        return out;
    }

    /**
     * Confirms taken messages; they are never given again. Confirming twice is no error.
     *
     * @param source network address of the request
     * @throws EnvelopeRejected 1000 when the partner has no such queue, or a handle is none of ours
     */
    public void confirm(Partner partner, QueueRequest.Confirm request, String source) {
        var name = request.queue();
        if (name != null) {
            own(partner, name);
        }
        var handles = request.handles().stream().map(QueueCollection::delivery).toList();
        for (var handle : handles) {
            for (var own : name == null ? partner.queues() : List.of(name)) {
                confirm(partner, own, handle, source);
            }
        }
    }

    private void confirm(Partner partner, String name, Delivery handle, String source) {
        var message = store.message(handle.message());
        if (message.isEmpty() || !message.get().partner().equals(partner.id())) {
            return;
        }
        var work = new Delivery(
                handle.message(), OutboundMessage.SEND, new Lane(Lane.Kind.QUEUE, name), handle.attempt(), 0);
        var event = event(message.get(), partner, source, AuditType.SENT, work);
        var origin = message.get().kind() == MessageKind.FORWARD ? message.get().origin() : null;
        store.settle(new Settlement(
                work, MessageState.SENT, null, null, null, null, null, origin, Change.of(List.of(event))));
    }

    private static void own(Partner partner, String name) {
        if (!partner.queues().contains(name)) {
            throw EnvelopeRejected.invalid("Queue " + ToolkitError.quoted(name) + " is unknown.");
        }
    }

    /** Empty when its content cannot be read any more; its work is over then. */
    private Optional<QueuedMessage> queued(MessageRecord message, Delivery work) {
        try (var content = OutboundContent.of(store, scanner, spoolFolder, message);
                var bytes = content.body()
                        .open(content.range().start(), content.range().end())) {
            return Optional.of(new QueuedMessage(
                    message.service(),
                    Long.toString(work.message(), Character.MAX_RADIX) + "-" + work.attempt(),
                    message.relatesTo(),
                    new String(bytes.readAllBytes(), content.charset()),
                    content.inherited()));
        } catch (WorkContent.Gone e) {
            store.settle(WorkContent.end(work, message, clock.instant()));
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Delivery delivery(String handle) {
        int dash = handle.indexOf('-');
        try {
            long message = Long.parseLong(handle.substring(0, Math.max(dash, 0)), Character.MAX_RADIX);
            int attempt = Integer.parseInt(handle.substring(dash + 1));
            return new Delivery(message, OutboundMessage.SEND, new Lane(Lane.Kind.QUEUE, ""), attempt, 0);
        } catch (NumberFormatException e) {
            throw EnvelopeRejected.invalid("MessageHandle " + ToolkitError.quoted(handle) + " is unknown.");
        }
    }

    private AuditEvent event(MessageRecord message, Partner partner, String source, AuditType type, Delivery work) {
        return new AuditEvent(
                clock.instant(),
                type,
                message.id(),
                message.trackingId(),
                partner.id(),
                message.service(),
                partner.id(),
                source,
                null,
                null,
                (type == AuditType.SENT ? "confirmed from queue " : "taken from queue ")
                        + work.lane().name() + ", time " + work.attempt());
    }
}
