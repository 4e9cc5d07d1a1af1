package org.itkserver.exchange;

import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.itkserver.audit.AuditEvent;
import org.itkserver.audit.AuditType;
import org.itkserver.audit.StoreUnavailable;
import org.itkserver.delivery.Delivery;
import org.itkserver.delivery.RetrySchedule;
import org.itkserver.directory.Directory;
import org.itkserver.envelope.EnvelopeRejected;
import org.itkserver.envelope.ErrorCode;
import org.itkserver.envelope.Ids;
import org.itkserver.envelope.PayloadStreams;
import org.itkserver.envelope.ToolkitError;
import org.itkserver.handler.HandledMessage;
import org.itkserver.handler.Handlers;
import org.itkserver.handler.Outcome;
import org.itkserver.handler.PayloadHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs a handler on claimed work and settles the outcome: the one place that reacts to {@link Outcome}. Thread-safe.
 */
public final class HandlerRun {
    private static final Logger LOG = LoggerFactory.getLogger(HandlerRun.class);

    private final MessageStore store;
    private final Handlers handlers;
    private final PayloadStreams streams;
    private final ResponseWriter responses;
    private final RetrySchedule schedule;
    private final RandomGenerator random;
    private final Clock clock;
    private final Ids ids;
    private final Counters counters = new Counters();

    public HandlerRun(
            MessageStore store,
            Handlers handlers,
            PayloadStreams streams,
            ResponseWriter responses,
            RetrySchedule schedule,
            RandomGenerator random,
            Clock clock,
            Ids ids) {
        this.store = store;
        this.handlers = handlers;
        this.streams = streams;
        this.responses = responses;
        this.schedule = schedule;
        this.random = random;
        this.clock = clock;
        this.ids = ids;
    }

    public Counters counters() {
        return counters;
    }

    /** Runs a synchronous request's handler; the response is durable when this returns. */
    Answer respond(Inbound in, Delivery work) {
        var handler = handlers.find(work.handler());
        var message = new StoredEnvelope(in.message(), in.body()).forHandler(in.directory(), streams, work.attempt());
        var outcome = handler.map(h -> call(h, message))
                .orElseGet(() -> new Outcome.TryAgain("handler " + work.handler() + " is not configured"));
        if (outcome instanceof Outcome.Done done) {
            return answered(
                    in, work, done, handler.filter(PayloadHandler::inventsData).isPresent());
        }
        return outcome instanceof Outcome.GiveUp giveUp
                ? refused(in, work, giveUp.reason())
                : notNow(in, work, ((Outcome.TryAgain) outcome).reason());
    }

    private Answer answered(Inbound in, Delivery work, Outcome.Done done, boolean invented) {
        var reply = done.reply();
        if (reply == null) {
            return refused(in, work, "The back end answered without a response.");
        }
        String response;
        try {
            response = responses.envelope(in, reply);
        } catch (EnvelopeRejected e) {
            return refused(
                    in,
                    work,
                    "The back end's response cannot be sent: " + e.error().diagnostic());
        }
        var now = clock.instant();
        var events = new ArrayList<AuditEvent>();
        events.add(Events.of(now, AuditType.ANSWERED, in, work.message(), byAttempt(work)));
        if (invented) {
            events.add(Events.of(now, AuditType.SAMPLE_DATA, in, work.message(), "the answer is invented sample data"));
        }
        var settlement =
                new Settlement(work, MessageState.HANDLED, null, AnswerKind.RESPONSE, response, null, null, events);
        if (!store.settle(settlement)) {
            return late();
        }
        counters.handled();
        return new Answer.Response(response);
    }

    private Answer refused(Inbound in, Delivery work, String reason) {
        var error = ToolkitError.of(ErrorCode.NOT_RECOVERABLE, reason);
        var errorId = ids.next();
        var event = Events.failed(clock.instant(), AuditType.REJECTED, in, work.message(), error, errorId);
        var settlement = new Settlement(
                work, MessageState.REJECTED, null, AnswerKind.FAULT, null, errorId, reason, List.of(event));
        return store.settle(settlement) ? new Answer.Fault(error, errorId) : late();
    }

    private Answer notNow(Inbound in, Delivery work, String reason) {
        var error = ToolkitError.of(ErrorCode.RECOVERABLE, reason);
        var errorId = ids.next();
        var event = Events.failed(clock.instant(), AuditType.ATTEMPT_FAILED, in, work.message(), error, errorId);
        store.settle(Settlement.again(work, null, List.of(event)));
        counters.failedAttempt();
        return new Answer.Fault(error, errorId);
    }

    private static Answer late() {
        return new Answer.Fault(
                ToolkitError.of(ErrorCode.RECOVERABLE, "Another copy of this request is being answered."), null);
    }

    /** Runs work that a worker claimed, and settles it. */
    void deliver(Directory directory, StoredEnvelope stored, Delivery work) {
        var message = stored.forHandler(directory, streams, work.attempt());
        var outcome = outcome(work, message);
        var now = clock.instant();
        if (store.settle(settlement(outcome, stored, work, now))) {
            if (outcome instanceof Outcome.Done) {
                counters.handled();
            }
        } else {
            LOG.warn("{} attempt {} was settled by another node", message.trackingId(), work.attempt());
        }
    }

    /** Work whose attempts have all ended without a settlement may be what ends this process: it is not run again. */
    private Outcome outcome(Delivery work, HandledMessage message) {
        if (work.attempt() > schedule.attempts()) {
            return new Outcome.TryAgain("no attempt came to an end");
        }
        return handlers.find(work.handler())
                .map(h -> call(h, message))
                .orElseGet(() -> new Outcome.TryAgain("handler " + work.handler() + " is not configured"));
    }

    private Settlement settlement(Outcome outcome, StoredEnvelope stored, Delivery work, Instant now) {
        if (outcome instanceof Outcome.Done) {
            var event = Events.ofWork(now, AuditType.HANDLED, work.message(), stored, byAttempt(work));
            return Settlement.done(work, MessageState.HANDLED, null, List.of(event));
        }
        if (outcome instanceof Outcome.GiveUp giveUp) {
            var event = Events.ofWork(now, AuditType.REJECTED, work.message(), stored, giveUp.reason());
            return Settlement.done(work, MessageState.REJECTED, giveUp.reason(), List.of(event));
        }
        return failed(((Outcome.TryAgain) outcome).reason(), stored, work, now);
    }

    private Settlement failed(String reason, StoredEnvelope stored, Delivery work, Instant now) {
        counters.failedAttempt();
        if (schedule.exhausted(work.attempt())) {
            LOG.error(
                    "{} is a dead letter after {} attempts at handler {}",
                    stored.header().trackingId(),
                    work.attempt(),
                    work.handler());
            var event = Events.ofWork(now, AuditType.DEAD_LETTER, work.message(), stored, reason);
            return Settlement.done(work, MessageState.DEAD_LETTER, reason, List.of(event));
        }
        var event = Events.ofWork(
                now, AuditType.ATTEMPT_FAILED, work.message(), stored, "attempt " + work.attempt() + ": " + reason);
        return Settlement.again(work, now.plus(schedule.waitAfter(work.attempt(), random)), List.of(event));
    }

    private static String byAttempt(Delivery work) {
        return "by " + work.handler() + ", attempt " + work.attempt();
    }

    private static Outcome call(PayloadHandler handler, HandledMessage message) {
        try {
            return handler.handle(message);
        } catch (StoreUnavailable e) {
            throw e;
        } catch (RuntimeException e) {
            LOG.error("{} failed in its handler; it will be tried again", message.trackingId(), e);
            return new Outcome.TryAgain("the handler failed");
        }
    }
}
