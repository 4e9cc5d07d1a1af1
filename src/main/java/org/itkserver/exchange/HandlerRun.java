package org.itkserver.exchange;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.itkserver.audit.AuditEvent;
import org.itkserver.audit.AuditType;
import org.itkserver.delivery.Delivery;
import org.itkserver.delivery.RetrySchedule;
import org.itkserver.directory.Directory;
import org.itkserver.envelope.AcknowledgementWriter;
import org.itkserver.envelope.BusinessOutcome;
import org.itkserver.envelope.PayloadStreams;
import org.itkserver.handler.Handlers;
import org.itkserver.handler.Outcome;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs a handler on claimed work and settles the outcome, with the acknowledgement or callback that follows from it: the one
 * place that reacts to {@link Outcome} off the request's connection. Thread-safe.
 */
public final class HandlerRun {
    private static final Logger LOG = LoggerFactory.getLogger(HandlerRun.class);

    private final Settler settler;
    private final HandlerCall handlers;
    private final PayloadStreams streams;
    private final Exchanges exchanges;
    private final Callbacks callbacks;
    private final RetrySchedule schedule;
    private final RandomGenerator random;
    private final Clock clock;
    private final Counters counters;

    public HandlerRun(
            Settler settler,
            Handlers handlers,
            PayloadStreams streams,
            Exchanges exchanges,
            Callbacks callbacks,
            RetrySchedule schedule,
            RandomGenerator random,
            Clock clock,
            Counters counters) {
        this.settler = settler;
        this.handlers = new HandlerCall(handlers);
        this.streams = streams;
        this.exchanges = exchanges;
        this.callbacks = callbacks;
        this.schedule = schedule;
        this.random = random;
        this.clock = clock;
        this.counters = counters;
    }

    /**
     * Runs work that a worker claimed, and settles it.
     *
     * @param well is told whether the handler is well, before its outcome is settled
     */
    void deliver(
            Directory directory, StoredEnvelope stored, MessageRecord message, Delivery work, Consumer<Boolean> well) {
        var outcome = outcome(work, stored.forHandler(directory, streams, work.attempt()));
        well.accept(!(outcome instanceof Outcome.TryAgain again && again.unwell()));
        var at = new Place(directory, stored, message, work, clock.instant());
        if (settler.settle(settlement(outcome, at))) {
            if (outcome instanceof Outcome.Done) {
                counters.handled();
            }
        } else {
            LOG.warn("{} attempt {} was settled by another node", message.trackingId(), work.attempt());
        }
    }

    /** What is being settled. */
    private record Place(
            Directory directory, StoredEnvelope stored, MessageRecord message, Delivery work, Instant now) {

        Received received() {
            return Received.of(message.id(), message.partner(), directory, stored.header());
        }

        AuditEvent event(AuditType type, String detail) {
            return Events.ofWork(now, type, message, detail);
        }
    }

    /** Work whose attempts never end is not run again. */
    private Outcome outcome(Delivery work, org.itkserver.handler.HandledMessage message) {
        if (work.turn() > schedule.attempts()) {
            return new Outcome.TryAgain(WorkContent.LOST);
        }
        return handlers.call(work.lane().name(), message);
    }

    private Settlement settlement(Outcome outcome, Place at) {
        if (outcome instanceof Outcome.Done done) {
            return taken(done, at);
        }
        if (outcome instanceof Outcome.GiveUp giveUp) {
            return refused(giveUp, at);
        }
        return notNow(((Outcome.TryAgain) outcome).reason(), at);
    }

    private Settlement taken(Outcome.Done done, Place at) {
        var events = new ArrayList<AuditEvent>();
        events.add(at.event(
                        AuditType.HANDLED,
                        "by " + at.work().lane().name() + ", attempt "
                                + at.work().attempt())
                .ending(at.message().at()));
        if (callbacks.of(at.directory(), at.stored(), at.message()).isPresent()) {
            if (handlers.inventsData(at.work().lane().name())) {
                events.add(at.event(AuditType.SAMPLE_DATA, "the answer is invented sample data"));
            }
            var made = callbacks.answer(at.directory(), at.stored(), at.received(), done.reply(), at.now());
            return end(at, MessageState.HANDLED, null, Acknowledger.change(events, List.of(made)));
        }
        if (!done.decided()) {
            return end(at, MessageState.HANDLED, null, Change.of(events));
        }
        return end(at, MessageState.HANDLED, null, decision(at, AcknowledgementWriter.Decision.ACCEPTED, events));
    }

    private Settlement refused(Outcome.GiveUp giveUp, Place at) {
        var events = new ArrayList<AuditEvent>();
        events.add(at.event(AuditType.REJECTED, giveUp.reason()));
        if (callbacks.of(at.directory(), at.stored(), at.message()).isPresent()) {
            var made = callbacks.fault(at.directory(), at.stored(), at.received(), giveUp.reason(), at.now());
            return end(at, MessageState.REJECTED, giveUp.reason(), Acknowledger.change(events, List.of(made)));
        }
        if (giveUp.why() == Outcome.Why.UNREADABLE) {
            events.add(at.event(AuditType.ALERT, "a payload cannot be read")
                    .raising(Causes.unreadable(at.message().partner())));
            return end(at, MessageState.REJECTED, giveUp.reason(), Change.of(events));
        }
        var outcome = giveUp.why() == Outcome.Why.ERROR ? BusinessOutcome.AE : BusinessOutcome.AR;
        var decision = new AcknowledgementWriter.Decision(outcome, null, giveUp.detail());
        return end(at, MessageState.REJECTED, giveUp.reason(), decision(at, decision, events));
    }

    private Change decision(Place at, AcknowledgementWriter.Decision decision, List<AuditEvent> events) {
        var ack = exchanges.acknowledger().decided(at.directory(), at.received(), decision, at.now());
        return Acknowledger.change(events, ack.map(List::of).orElse(List.of()))
                .deciding(at.message().id(), decision.outcome());
    }

    /** Whether the work is given up when this attempt fails. */
    boolean isLast(Delivery work) {
        return schedule.exhausted(work.turn());
    }

    private Duration wait(Delivery work) {
        return schedule.waitAfter(work.turn(), random);
    }

    /** Has work tried again after the usual wait. */
    void handBack(Delivery work, List<AuditEvent> events) {
        settler.settle(Settlement.after(work, clock.instant(), wait(work), events));
    }

    private Settlement notNow(String reason, Place at) {
        counters.failedAttempt();
        var work = at.work();
        if (!isLast(work)) {
            var event = at.event(AuditType.ATTEMPT_FAILED, "attempt " + work.attempt() + ": " + reason);
            return Settlement.after(work, at.now(), wait(work), List.of(event));
        }
        LOG.error(
                "{} is a dead letter after {} attempts at handler {}",
                at.message().trackingId(),
                work.attempt(),
                work.lane().name());
        var events = new ArrayList<AuditEvent>();
        events.add(at.event(AuditType.DEAD_LETTER, "attempt " + work.attempt() + ": " + reason));
        events.add(at.event(AuditType.ALERT, "handler " + work.lane().name() + " did not take it")
                .raising(Causes.untaken(work.lane().name())));
        if (callbacks.of(at.directory(), at.stored(), at.message()).isPresent()) {
            var made = callbacks.fault(
                    at.directory(), at.stored(), at.received(), "The request could not be answered.", at.now());
            return end(at, MessageState.DEAD_LETTER, reason, Acknowledger.change(events, List.of(made)));
        }
        // no negative infrastructure acknowledgement: the positive one left when the message was accepted (H6)
        return end(at, MessageState.DEAD_LETTER, reason, Change.of(events));
    }

    private static Settlement end(Place at, MessageState state, @Nullable String reason, Change change) {
        return Settlement.done(at.work(), state, reason, change);
    }
}
