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
import org.itkserver.audit.StoreUnavailable;
import org.itkserver.delivery.Delivery;
import org.itkserver.delivery.DeliveryQueue;
import org.itkserver.delivery.Lane;
import org.itkserver.directory.Partner;
import org.itkserver.envelope.EnvelopeRejected;
import org.itkserver.envelope.EnvelopeScanner;
import org.itkserver.envelope.ErrorCode;
import org.itkserver.envelope.QueueRequest;
import org.itkserver.envelope.QueuedMessage;
import org.itkserver.envelope.ScannedMessage;
import org.itkserver.envelope.ToolkitError;
import org.itkserver.io.MemoryBudget;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Queues that subscribers collect from (ITK queue collection). A taken message is out of sight until the timeout, and comes
 * back unless it is confirmed. Thread-safe.
 */
public final class QueueCollection {
    /** What one answer holds at most, unless a single message is larger. */
    private static final long MOST_CHARACTERS = 8 << 20;
    /** A message is in memory so many times while its answer is written: as bytes, as text, in the answer, encoded. */
    private static final int COPIES = 6;

    private static final Duration MEMORY_WAIT = Duration.ofSeconds(2);
    private static final Logger LOG = LoggerFactory.getLogger(QueueCollection.class);

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
     * @param memory takes what the answer needs until it is sent
     * @throws EnvelopeRejected 1000 when the partner has no such queue, 2100 when there is no memory for one message
     */
    public List<QueuedMessage> collect(
            Partner partner, QueueRequest.Collect request, String source, MemoryBudget.Booking memory) {
        own(partner, request.queue());
        var now = clock.instant();
        var taken = queue.collect(request.queue(), request.serviceMessageType(), request.count(), now, timeout);
        var answer = new Filling(partner, source, memory);
        boolean given = false;
        try {
            fill(answer, taken);
            if (!answer.events.isEmpty()) {
                store.apply(Change.of(answer.events));
            }
            given = true;
            return answer.messages;
        } finally {
            // what is not given must be there for the next request, whatever went wrong
            release(given ? taken.subList(answer.done, taken.size()) : taken.subList(answer.ended, taken.size()));
        }
    }

    /** An answer while it is put together. */
    private static final class Filling {
        final Partner partner;
        final String source;
        final MemoryBudget.Booking memory;
        final List<QueuedMessage> messages = new ArrayList<>();
        final List<AuditEvent> events = new ArrayList<>();
        long characters;
        /** Claims that are looked at. */
        int done;
        /** Claims at the start whose content is gone, so that their work has ended. */
        int ended;

        Filling(Partner partner, String source, MemoryBudget.Booking memory) {
            this.partner = partner;
            this.source = source;
            this.memory = memory;
        }
    }

    private void fill(Filling answer, List<Delivery> taken) {
        for (; answer.done < taken.size(); answer.done++) {
            var work = taken.get(answer.done);
            var message = store.message(work.message());
            if (message.isEmpty()) {
                continue;
            }
            try {
                var queued = queued(message.get(), work, answer);
                if (queued == null) {
                    return;
                }
                if (queued.isEmpty()) {
                    answer.ended += answer.ended == answer.done ? 1 : 0;
                    continue;
                }
                answer.messages.add(queued.get());
                answer.events.add(event(message.get(), answer.partner, answer.source, AuditType.COLLECTED, work));
            } catch (WorkContent.Away e) {
                if (answer.messages.isEmpty()) {
                    throw e.reason();
                }
                return;
            }
        }
    }

    private void release(List<Delivery> claims) {
        if (claims.isEmpty()) {
            return;
        }
        try {
            queue.release(claims);
        } catch (StoreUnavailable e) {
            LOG.warn("{} collected messages stay out of sight until their timeout: {}", claims.size(), e.getMessage());
        }
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

    /** Null when the answer has no room for it; empty when its content cannot be read any more: its work is over then. */
    private @Nullable Optional<QueuedMessage> queued(MessageRecord message, Delivery work, Filling answer) {
        try (var content = OutboundContent.of(store, scanner, spoolFolder, message)) {
            var range = content.range();
            if (!hasRoom(answer, range.end() - range.start())) {
                return null;
            }
            return Optional.of(queued(message, work, content, range));
        } catch (WorkContent.Gone e) {
            store.settle(WorkContent.end(work, message, WorkContent.GONE, clock.instant()));
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static QueuedMessage queued(
            MessageRecord message, Delivery work, OutboundContent content, ScannedMessage.Range range)
            throws IOException {
        try (var bytes = content.body().open(range.start(), range.end())) {
            return new QueuedMessage(
                    message.service(),
                    Long.toString(work.message(), Character.MAX_RADIX) + "-" + work.attempt(),
                    message.relatesTo(),
                    new String(bytes.readAllBytes(), content.charset()),
                    content.inherited());
        }
    }

    /** The first message may wait for memory, the rest takes what is free. */
    private static boolean hasRoom(Filling answer, long bytes) {
        if (!answer.messages.isEmpty() && answer.characters + bytes > MOST_CHARACTERS) {
            return false;
        }
        answer.characters += bytes;
        if (!answer.messages.isEmpty()) {
            return answer.memory.tryAdd(COPIES * bytes);
        }
        try {
            answer.memory.add(COPIES * bytes, MEMORY_WAIT);
            return true;
        } catch (MemoryBudget.Exhausted e) {
            throw new EnvelopeRejected(
                    ToolkitError.of(ErrorCode.RECOVERABLE, "Too many large messages are being collected."));
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
