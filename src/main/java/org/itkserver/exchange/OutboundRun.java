package org.itkserver.exchange;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.itkserver.audit.AuditEvent;
import org.itkserver.audit.AuditType;
import org.itkserver.delivery.Breaker;
import org.itkserver.delivery.Delivery;
import org.itkserver.delivery.DeliveryQueue;
import org.itkserver.delivery.RetrySchedule;
import org.itkserver.directory.Directory;
import org.itkserver.directory.Pattern;
import org.itkserver.envelope.DeliveryError;
import org.itkserver.envelope.EnvelopeScanner;
import org.itkserver.envelope.ScannedMessage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends messages that wait to be sent, and settles what came of it: the one place that reacts to H11. Thread-safe. */
public final class OutboundRun {
    private static final Logger LOG = LoggerFactory.getLogger(OutboundRun.class);
    private static final Duration BEHIND_THE_OTHER_ACK = Duration.ofMillis(250);

    private final MessageStore store;
    private final Settler settler;
    private final DeliveryQueue queue;
    private final Exchanges exchanges;
    private final Transport transport;
    private final EnvelopeScanner scanner;
    private final Supplier<Directory> directory;
    private final Path spoolFolder;
    private final RetrySchedule schedule;
    private final RandomGenerator random;
    private final Clock clock;
    private final Counters counters;
    private final EqualAnswers answers = new EqualAnswers();

    public OutboundRun(
            MessageStore store,
            Settler settler,
            DeliveryQueue queue,
            Exchanges exchanges,
            Transport transport,
            EnvelopeScanner scanner,
            Supplier<Directory> directory,
            Path spoolFolder,
            RetrySchedule schedule,
            RandomGenerator random,
            Clock clock,
            Counters counters) {
        this.store = store;
        this.settler = settler;
        this.queue = queue;
        this.exchanges = exchanges;
        this.transport = transport;
        this.scanner = scanner;
        this.directory = directory;
        this.spoolFolder = spoolFolder;
        this.schedule = schedule;
        this.random = random;
        this.clock = clock;
        this.counters = counters;
    }

    /**
     * Makes one attempt.
     *
     * @param heard is told what came of it as soon as the peer has answered, before that is settled; or null when the
     *     message must wait for another one first
     * @throws IOException when the message's own bytes cannot be read
     */
    void send(Delivery work, Consumer<Transport.@Nullable Result> heard) throws IOException {
        var message = store.message(work.message()).orElseThrow();
        if (message.kind() == MessageKind.BUS_ACK && infrastructureAckIsWaiting(message)) {
            queue.postpone(work, clock.instant().plus(BEHIND_THE_OTHER_ACK));
            heard.accept(null);
            return;
        }
        try (var content = OutboundContent.of(store, scanner, spoolFolder, message)) {
            var result = attempt(work, message, content);
            heard.accept(result);
            settle(work, message, content.scanned(), result);
        }
    }

    /** The infrastructure acknowledgement goes first (6.3). */
    private boolean infrastructureAckIsWaiting(MessageRecord message) {
        return store.childrenOf(origin(message)).stream()
                .anyMatch(m -> !m.inbound() && m.kind() == MessageKind.INF_ACK && m.state() == MessageState.ACCEPTED);
    }

    private static long origin(MessageRecord message) {
        var origin = message.origin();
        if (origin == null) {
            throw new IllegalStateException("message " + message.id() + " has no origin");
        }
        return origin;
    }

    private Transport.Result attempt(Delivery work, MessageRecord message, OutboundContent content) {
        if (work.turn() > schedule.attempts()) {
            return new Transport.NotNow("", WorkContent.LOST, null, false);
        }
        var current = directory.get();
        var url = Destination.url(current, work.lane(), message.service(), message.endpoint());
        if (url.isEmpty()) {
            return new Transport.NotNow("", "partner " + message.partner() + " has no endpoint for it", null, false);
        }
        var letter = new Transport.Letter(
                Optional.ofNullable(message.action()).orElse(""),
                message.trackingId(),
                message.relatesTo(),
                content.body(),
                content.range(),
                content.inherited(),
                content.charset(),
                isSynchronous(current, message));
        try {
            return transport.send(URI.create(url.get()), current.organisation().username(), letter);
        } finally {
            // an interrupt that is left on this thread would close the file of the embedded database
            Thread.interrupted();
        }
    }

    private static boolean isSynchronous(Directory directory, MessageRecord message) {
        var service = directory.services().get(message.service());
        return message.kind() == MessageKind.BUSINESS && service != null && service.pattern() == Pattern.SYNCHRONOUS;
    }

    private void settle(
            Delivery work, MessageRecord message, @Nullable ScannedMessage scanned, Transport.Result result) {
        var now = clock.instant();
        Settlement settlement;
        if (!(result instanceof Transport.Held)) {
            answers.forget(work.lane().name());
        }
        if (result instanceof Transport.Taken taken) {
            settlement = taken(work, message, taken, now);
        } else if (result instanceof Transport.Refused refused) {
            settlement = ended(work, message, scanned, MessageState.REJECTED, refused.reason(), List.of());
        } else if (result instanceof Transport.Unsendable unsendable) {
            settlement = ended(work, message, scanned, MessageState.DEAD_LETTER, unsendable.reason(), List.of());
        } else if (result instanceof Transport.Held held) {
            var again = new Transport.NotNow(held.messageId(), held.reason(), held.retryAfter(), true);
            settlement = notNow(work, message, scanned, again, held(work, message, held, now));
        } else if (result instanceof Transport.NotOurs notOurs) {
            var again = new Transport.NotNow(
                    notOurs.messageId(), "the answer is not ours: " + notOurs.reason(), null, false);
            var alert = Events.ofWork(now, AuditType.ALERT, message, again.reason())
                    .raising(Causes.wrongAnswer(message.partner()));
            settlement = notNow(work, message, scanned, again, List.of(alert));
        } else {
            settlement = notNow(work, message, scanned, (Transport.NotNow) result, List.of());
        }
        if (!settler.settle(settlement)) {
            LOG.warn("{} attempt {} was settled by another node", message.trackingId(), work.attempt());
        } else if (result instanceof Transport.Taken) {
            counters.sent();
        }
    }

    private static Settlement taken(Delivery work, MessageRecord message, Transport.Taken taken, Instant now) {
        var event = Events.ofWork(
                now,
                AuditType.SENT,
                message,
                "to " + work.lane().name() + ", attempt " + work.attempt() + ", MessageID " + taken.messageId());
        return new Settlement(
                work,
                MessageState.SENT,
                null,
                null,
                taken.response(),
                null,
                null,
                forwarded(message),
                Change.of(List.of(event)));
    }

    private static @Nullable Long forwarded(MessageRecord message) {
        return message.kind() == MessageKind.FORWARD ? message.origin() : null;
    }

    /** A person hears of the third equal answer, and not of the last attempt only (H11). */
    private List<AuditEvent> held(Delivery work, MessageRecord message, Transport.Held held, Instant now) {
        if (!answers.isThird(work.lane().name(), held.answer())) {
            return List.of();
        }
        var url = Destination.url(directory.get(), work.lane(), message.service(), message.endpoint())
                .orElse("");
        return List.of(Events.ofWork(now, AuditType.ALERT, message, url + ": " + held.reason())
                .raising(Causes.held(message.partner(), url, held.answer())));
    }

    private Settlement notNow(
            Delivery work,
            MessageRecord message,
            @Nullable ScannedMessage scanned,
            Transport.NotNow result,
            List<AuditEvent> alerts) {
        counters.failedAttempt();
        var now = clock.instant();
        if (schedule.exhausted(work.turn())) {
            return ended(work, message, scanned, MessageState.DEAD_LETTER, result.reason(), alerts);
        }
        var event = Events.ofWork(
                now, AuditType.ATTEMPT_FAILED, message, "attempt " + work.attempt() + ": " + result.reason());
        var events = new ArrayList<>(List.of(event));
        events.addAll(alerts);
        return Settlement.after(work, now, wait(work, result), events);
    }

    private Duration wait(Delivery work, Transport.NotNow result) {
        var wait = schedule.waitAfter(work.turn(), random);
        var asked = result.retryAfter();
        if (asked == null || asked.compareTo(wait) <= 0) {
            return wait;
        }
        return asked.compareTo(Breaker.LONGEST_ASKED) > 0 ? Breaker.LONGEST_ASKED : asked;
    }

    /** A bad end is seen by a person always, and by the originator of a forward when it asked (H19): the first time. */
    private Settlement ended(
            Delivery work,
            MessageRecord message,
            @Nullable ScannedMessage scanned,
            MessageState state,
            String reason,
            List<AuditEvent> alerts) {
        var now = clock.instant();
        LOG.error("{} to {} ends as {}: {}", message.trackingId(), work.lane().name(), state.label(), reason);
        var type = state == MessageState.REJECTED ? AuditType.REJECTED : AuditType.DEAD_LETTER;
        var events = new ArrayList<>(alerts);
        events.add(Events.ofWork(now, type, message, "attempt " + work.attempt() + ": " + reason));
        events.add(Events.ofWork(now, AuditType.ALERT, message, "could not be sent to partner " + message.partner())
                .raising(Causes.unsent(message.partner(), state)));
        var made = new ArrayList<Acknowledger.Made>();
        if (message.kind() == MessageKind.FORWARD && scanned != null && work.earlier() == 0) {
            nack(message, scanned, now).ifPresent(made::add);
        }
        return new Settlement(
                work, state, null, null, null, null, reason, forwarded(message), Acknowledger.change(events, made));
    }

    private Optional<Acknowledger.Made> nack(MessageRecord message, ScannedMessage scanned, Instant now) {
        var header = scanned.requiredHeader();
        if (AckMatching.isAcknowledgement(directory.get(), header)) {
            return Optional.empty();
        }
        long origin = origin(message);
        var bringer = store.message(origin).map(MessageRecord::partner).orElse("");
        var received = Received.of(origin, bringer, directory.get(), header);
        return exchanges
                .acknowledger()
                .notTaken(
                        directory.get(), received, DeliveryError.DE0001, "It could not be sent to its next hop.", now);
    }
}
