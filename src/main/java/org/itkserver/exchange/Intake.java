package org.itkserver.exchange;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.itkserver.audit.AuditEvent;
import org.itkserver.audit.AuditType;
import org.itkserver.directory.Directory;
import org.itkserver.directory.Partner;
import org.itkserver.directory.Pattern;
import org.itkserver.directory.Routing;
import org.itkserver.envelope.DeliveryError;
import org.itkserver.envelope.EnvelopeRejected;
import org.itkserver.envelope.ErrorCode;
import org.itkserver.envelope.ToolkitError;
import org.jspecify.annotations.Nullable;

/**
 * Accepts a checked message: chooses its route, makes it durable in one commit with everything that follows from it, answers.
 * The same message again is answered again and not handled again (H9). Thread-safe.
 */
public final class Intake {
    private static final Duration BETWEEN_RESENDS = Duration.ofMinutes(1);

    private final MessageStore store;
    private final SynchronousExchange synchronous;
    private final PatientFinder patients;
    private final Exchanges exchanges;
    private final Clock clock;
    private final Counters counters;
    private final Runnable wakeWorkers;

    public Intake(
            MessageStore store,
            SynchronousExchange synchronous,
            PatientFinder patients,
            Exchanges exchanges,
            Clock clock,
            Runnable wakeWorkers) {
        this.store = store;
        this.synchronous = synchronous;
        this.patients = patients;
        this.exchanges = exchanges;
        this.clock = clock;
        this.counters = synchronous.counters();
        this.wakeWorkers = wakeWorkers;
    }

    /**
     * Accepts a message.
     *
     * @return what to answer; durable by now
     * @throws EnvelopeRejected 1000 when a payload cannot be decoded, no address can be routed, it runs in a circle, or the
     *     tracking id was used for another message; 2200 when a synchronous service has no handler
     * @throws org.itkserver.audit.StoreUnavailable when it could not be made durable in time
     */
    public Answer accept(Inbound in) {
        refuseUndecodable(in);
        var kind = AckMatching.kind(in.service(), in.header());
        boolean sync = in.service().pattern() == Pattern.SYNCHRONOUS;
        var all = in.directory().route(in.service(), in.header());
        var routing = sync ? all.withOneHandler() : all;
        if (kind.isAcknowledgement()) {
            return commit(in, acknowledgement(in, kind, routing));
        }
        var work = new ArrayList<>(routing.handlers());
        boolean inbox = work.remove(Directory.INBOX);
        var next = sync && work.isEmpty() ? nextHop(in, routing) : null;
        refuseUnanswerable(in, routing, sync && work.isEmpty() && next == null);
        long id = store.nextId();
        var digest = digest(in);
        if (sync && in.callback() == null) {
            var taker = next == null ? work.get(0) : SynchronousForward.lane(next);
            var change = Change.of(accepted(in, id, "for " + taker));
            var draft = new Storing(id, MessageKind.BUSINESS, digest, List.of(taker), false, null, null, change);
            return synchronous.respond(in, acceptance(in, draft, synchronous.lease()), taker);
        }
        var change = business(in, id, digest, routing);
        return commit(in, new Storing(id, MessageKind.BUSINESS, digest, work, inbox, null, null, change));
    }

    /** H6: nobody is told that a message was taken before its payloads are known to be readable. */
    private void refuseUndecodable(Inbound in) {
        try {
            exchanges.streams().check(in.message(), in.body());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What is stored of a message besides what stands in it. */
    private record Storing(
            long id,
            MessageKind kind,
            byte[] digest,
            List<String> work,
            boolean inbox,
            @Nullable Long acknowledged,
            @Nullable String outcome,
            Change change) {}

    private Storing acknowledgement(Inbound in, MessageKind kind, Routing routing) {
        long id = store.nextId();
        var digest = digest(in);
        var match = exchanges.matching().match(in, id, kind);
        List<Acknowledger.Made> forwards = match.forged()
                ? List.of()
                : exchanges.router().acknowledgements(in, id, digest, routing, match.message() != null);
        var made = new ArrayList<>(forwards);
        if (forwards.isEmpty() && kind == MessageKind.BUS_ACK) {
            var received = Received.of(id, in.partner().id(), in.directory(), in.header());
            exchanges
                    .acknowledger()
                    .taken(in.directory(), received, in.receivedAt())
                    .ifPresent(made::add);
        }
        var events = new ArrayList<>(match.events());
        if (match.message() == null && !match.forged() && forwards.isEmpty()) {
            events.replaceAll(Causes::unmatched);
        }
        events.addAll(Router.alerts(forwards));
        return new Storing(
                id,
                kind,
                digest,
                List.of(),
                false,
                match.message(),
                match.outcome(),
                Acknowledger.change(events, made).matching(match.effects()));
    }

    /** Forwards, acknowledgements and warnings of a message that is no acknowledgement (H6, H19). */
    private Change business(Inbound in, long id, byte[] digest, Routing routing) {
        var now = in.receivedAt();
        var received = Received.of(id, in.partner().id(), in.directory(), in.header());
        var goals = new ArrayList<String>(routing.handlers());
        routing.forwards().keySet().forEach(partner -> goals.add("partner " + partner));
        var events = accepted(in, id, goals.isEmpty() ? "for nobody" : "for " + String.join(", ", goals));
        var made = new ArrayList<>(exchanges.router().forwards(in, id, digest, routing));
        events.addAll(Router.alerts(made));
        if (!routing.handlers().isEmpty() && in.callback() == null) {
            exchanges.acknowledger().taken(in.directory(), received, now).ifPresent(made::add);
        }
        for (var address : routing.unroutable()) {
            var reason = "Address " + ToolkitError.quoted(address) + " is neither ours nor routed.";
            var nack = exchanges.acknowledger().notTaken(in.directory(), received, DeliveryError.DE0003, reason, now);
            events.add(
                    nack.isEmpty()
                            ? Events.of(now, AuditType.ALERT, in, id, reason)
                                    .raising(Causes.unroutable(in.partner().id()))
                            : Events.of(now, AuditType.WARNING, in, id, reason));
            nack.ifPresent(made::add);
        }
        return Acknowledger.change(events, made);
    }

    /**
     * The partner that a synchronous request is forwarded to (H26), null when there is none.
     *
     * @throws EnvelopeRejected 1000 when it would run in a circle
     */
    private @Nullable String nextHop(Inbound in, Routing routing) {
        var next = routing.forwards().keySet().stream().findFirst().orElse(null);
        if (next == null || in.callback() != null) {
            return null;
        }
        var bringer = in.partner().id();
        boolean been = store.byTrackingId(in.header().trackingId()).stream()
                .anyMatch(m -> !m.inbound() || !m.partner().equals(bringer));
        if (next.equals(bringer) || been) {
            throw EnvelopeRejected.invalid(
                    "The request runs in a circle: its next hop is its sender or has had it before.");
        }
        return next;
    }

    private static void refuseUnanswerable(Inbound in, Routing routing, boolean noHandler) {
        boolean sync = in.service().pattern() == Pattern.SYNCHRONOUS;
        boolean nowhere = routing.leadsNowhere() || noHandler;
        if (nowhere && !routing.unroutable().isEmpty() && (sync || !in.header().infAckRequested())) {
            throw EnvelopeRejected.invalid("Address "
                    + ToolkitError.quoted(routing.unroutable().get(0)) + " is neither ours nor routed (H19).");
        }
        if (noHandler || nowhere && routing.unroutable().isEmpty()) {
            throw new EnvelopeRejected(ToolkitError.of(
                    ErrorCode.NOT_RECOVERABLE,
                    routing.forwards().isEmpty()
                            ? "No handler is configured for service "
                                    + in.service().name() + "."
                            : "A request with a ReplyTo is not forwarded to a partner."));
        }
    }

    private Answer commit(Inbound in, Storing draft) {
        var acceptance = acceptance(in, draft, null);
        var earlier = store.accept(acceptance);
        if (earlier.isPresent()) {
            return copy(in, earlier.get(), acceptance.digest());
        }
        counters.accepted();
        if (acceptance.state() == MessageState.HANDLED) {
            counters.handled();
        }
        if (!draft.work().isEmpty() || !draft.change().out().isEmpty()) {
            wakeWorkers.run();
        }
        return answer(acceptance.answer());
    }

    private Answer copy(Inbound in, StoredMessage earlier, byte[] digest) {
        refuseOtherContent(in, earlier, digest);
        counters.duplicate();
        var now = clock.instant();
        var resend = exchanges.resends(in.directory(), earlier.id(), now, now.minus(BETWEEN_RESENDS));
        var event = Events.of(now, AuditType.DUPLICATE, in, earlier.id(), "answered again, not handled");
        store.apply(Change.of(List.of(event)).resending(resend));
        if (!resend.isEmpty()) {
            wakeWorkers.run();
        }
        return answer(earlier.answer());
    }

    /** a tracking id stands for one content for ever. */
    static void refuseOtherContent(Inbound in, StoredMessage earlier, byte[] digest) {
        if (!Arrays.equals(earlier.digest(), digest)) {
            throw EnvelopeRejected.invalid("Tracking id " + in.header().trackingId()
                    + " was used before for a message with other content (H9).");
        }
    }

    private static Answer answer(AnswerKind kind) {
        return switch (kind) {
            case EMPTY200 -> new Answer.Empty(200);
            case EMPTY202 -> new Answer.Empty(202);
            case OK200 -> new Answer.Simple();
            case RESPONSE, FAULT -> throw new IllegalStateException("a synchronous answer for a one-way service");
        };
    }

    private static AnswerKind answerKind(Inbound in) {
        var pattern = in.service().pattern();
        if (pattern == Pattern.SYNCHRONOUS) {
            return in.callback() == null ? AnswerKind.RESPONSE : AnswerKind.EMPTY202;
        }
        var wished = in.partner().answer();
        if (wished == Partner.PositiveAnswer.AUTO) {
            return pattern == Pattern.SIMPLE ? AnswerKind.OK200 : AnswerKind.EMPTY202;
        }
        return AnswerKind.valueOf(wished.name());
    }

    /** A bad end of one forward is final at once; the rest goes on. */
    private static MessageState state(Storing draft) {
        if (hasForward(draft, MessageState.DEAD_LETTER)) {
            return MessageState.DEAD_LETTER;
        }
        if (!draft.work().isEmpty() || hasForward(draft, MessageState.ACCEPTED)) {
            return MessageState.ACCEPTED;
        }
        return draft.inbox() || draft.kind().isAcknowledgement() ? MessageState.HANDLED : MessageState.REJECTED;
    }

    private static boolean hasForward(Storing draft, MessageState state) {
        return draft.change().out().stream().anyMatch(m -> m.kind() == MessageKind.FORWARD && m.state() == state);
    }

    private static byte[] digest(Inbound in) {
        var envelope = in.message().requiredEnvelope();
        return in.body().sha256(envelope.start(), envelope.end());
    }

    private Acceptance acceptance(Inbound in, Storing draft, @Nullable Duration lease) {
        var header = in.header();
        var sender = header.sender();
        var messageId = in.message().addressing().messageId();
        return new Acceptance(
                draft.id(),
                in.partner().id(),
                header.trackingId(),
                messageId == null ? "" : messageId,
                in.service().name(),
                header.interaction().orElse(null),
                sender == null ? null : sender.uri(),
                Outbound.addresses(header.addresses()),
                state(draft),
                in.receivedAt(),
                draft.digest(),
                in.body().sha256(0, in.body().size()),
                patients.of(in.message(), in.body()),
                answerKind(in),
                header.infAckRequested(),
                header.ackRequested(),
                in.body(),
                draft.work(),
                lease,
                draft.kind(),
                draft.inbox(),
                draft.acknowledged(),
                draft.outcome(),
                draft.change());
    }

    private static List<AuditEvent> accepted(Inbound in, long id, String detail) {
        var at = in.receivedAt();
        var out = new ArrayList<AuditEvent>();
        out.add(Events.of(at, AuditType.ACCEPTED, in, id, detail));
        if (in.message().blankPayloadAttributes() > 0) {
            int count = in.message().blankPayloadAttributes();
            out.add(Events.of(at, AuditType.WARNING, in, id, count + " empty attributes inside payloads (H22)"));
        }
        in.warnings().forEach(warning -> out.add(Events.of(at, AuditType.WARNING, in, id, warning)));
        if (in.message().schemaLocation()) {
            out.add(Events.of(at, AuditType.WARNING, in, id, "xsi:schemaLocation occurs (WS-STD-04)"));
        }
        return out;
    }
}
