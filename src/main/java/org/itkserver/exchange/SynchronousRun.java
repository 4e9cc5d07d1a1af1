package org.itkserver.exchange;

import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.itkserver.audit.AuditEvent;
import org.itkserver.audit.AuditType;
import org.itkserver.delivery.Delivery;
import org.itkserver.delivery.RetrySchedule;
import org.itkserver.envelope.EnvelopeRejected;
import org.itkserver.envelope.ErrorCode;
import org.itkserver.envelope.Ids;
import org.itkserver.envelope.PayloadStreams;
import org.itkserver.envelope.ToolkitError;
import org.itkserver.handler.Outcome;

/** Runs the handler of a synchronous request and settles what it says. Thread-safe. */
public final class SynchronousRun {
    private final Settler settler;
    private final HandlerCall handlers;
    private final SynchronousForward forward;
    private final PayloadStreams streams;
    private final ResponseWriter responses;
    private final Clock clock;
    private final Ids ids;
    private final Counters counters;

    public SynchronousRun(
            Settler settler,
            org.itkserver.handler.Handlers handlers,
            SynchronousForward forward,
            PayloadStreams streams,
            ResponseWriter responses,
            Clock clock,
            Ids ids,
            Counters counters) {
        this.settler = settler;
        this.handlers = new HandlerCall(handlers);
        this.forward = forward;
        this.streams = streams;
        this.responses = responses;
        this.clock = clock;
        this.ids = ids;
        this.counters = counters;
    }

    Counters counters() {
        return counters;
    }

    /**
     * Runs a synchronous request's handler; the response is durable when this returns.
     *
     * @param unavailable called when it cannot be made durable at once, so that nobody waits for it
     */
    Answer respond(Inbound in, Delivery work, Runnable unavailable) {
        var handler = work.lane().name();
        if (work.lost() >= RetrySchedule.LOST) {
            var alert = Events.of(clock.instant(), AuditType.ALERT, in, work.message(), WorkContent.LOST)
                    .raising(Causes.untaken(handler));
            return refused(in, work, "No attempt to answer the request came to an end.", List.of(alert), unavailable);
        }
        if (SynchronousForward.isPartner(handler)) {
            return forwarded(in, work, unavailable);
        }
        var message = new StoredEnvelope(in.message(), in.body()).forHandler(in.directory(), streams, work.attempt());
        var outcome = handlers.call(handler, message);
        if (outcome instanceof Outcome.Done done) {
            return answered(in, work, done, handlers.inventsData(handler), unavailable);
        }
        return outcome instanceof Outcome.GiveUp giveUp
                ? refused(in, work, giveUp.reason(), unavailable)
                : notNow(in, work, ((Outcome.TryAgain) outcome).reason(), List.of(), unavailable);
    }

    private Answer forwarded(Inbound in, Delivery work, Runnable unavailable) {
        var result = forward.send(in, work.message(), work.lane().name());
        var envelope = result.envelope();
        if (envelope != null) {
            return stored(in, work, envelope, List.of(), unavailable);
        }
        return result.isFinal()
                ? refused(in, work, result.reason(), unavailable)
                : notNow(in, work, result.reason(), result.alerts(), unavailable);
    }

    private Answer answered(Inbound in, Delivery work, Outcome.Done done, boolean invented, Runnable unavailable) {
        var reply = done.reply();
        if (reply == null) {
            return refused(in, work, "The back end answered without a response.", unavailable);
        }
        String response;
        try {
            response = responses
                    .envelope(in.directory(), in.service(), in.header(), reply)
                    .xml();
        } catch (EnvelopeRejected e) {
            return refused(
                    in,
                    work,
                    "The back end's response cannot be sent: " + e.error().diagnostic(),
                    unavailable);
        }
        List<AuditEvent> aside = invented
                ? List.of(Events.of(
                        clock.instant(),
                        AuditType.SAMPLE_DATA,
                        in,
                        work.message(),
                        "the answer is invented sample data"))
                : List.of();
        return stored(in, work, response, aside, unavailable);
    }

    private Answer stored(Inbound in, Delivery work, String response, List<AuditEvent> aside, Runnable unavailable) {
        var events = new ArrayList<AuditEvent>();
        events.add(Events.of(
                        clock.instant(),
                        AuditType.ANSWERED,
                        in,
                        work.message(),
                        "by " + work.lane().name() + ", attempt " + work.attempt())
                .ending(in.receivedAt()));
        events.addAll(aside);
        var settlement = new Settlement(
                work, MessageState.HANDLED, null, AnswerKind.RESPONSE, response, null, null, null, Change.of(events));
        if (!settler.settle(settlement, unavailable)) {
            return late();
        }
        counters.handled();
        return new Answer.Response(response);
    }

    private Answer refused(Inbound in, Delivery work, String reason, Runnable unavailable) {
        return refused(in, work, reason, List.of(), unavailable);
    }

    private Answer refused(Inbound in, Delivery work, String reason, List<AuditEvent> alerts, Runnable unavailable) {
        var error = ToolkitError.of(ErrorCode.NOT_RECOVERABLE, reason);
        var errorId = ids.next();
        var events = new ArrayList<AuditEvent>();
        events.add(Events.failed(clock.instant(), AuditType.REJECTED, in, work.message(), error, errorId));
        events.addAll(alerts);
        var settlement = new Settlement(
                work, MessageState.REJECTED, null, AnswerKind.FAULT, null, errorId, reason, null, Change.of(events));
        return settler.settle(settlement, unavailable) ? new Answer.Fault(error, errorId) : late();
    }

    private Answer notNow(Inbound in, Delivery work, String reason, List<AuditEvent> alerts, Runnable unavailable) {
        var error = ToolkitError.of(ErrorCode.RECOVERABLE, reason);
        var errorId = ids.next();
        var event = Events.failed(clock.instant(), AuditType.ATTEMPT_FAILED, in, work.message(), error, errorId);
        var events = new ArrayList<>(List.of(event));
        events.addAll(alerts);
        settler.settle(Settlement.again(work, null, events), unavailable);
        counters.failedAttempt();
        return new Answer.Fault(error, errorId);
    }

    private static Answer late() {
        return new Answer.Fault(
                ToolkitError.of(ErrorCode.RECOVERABLE, "Another copy of this request is being answered."), null);
    }
}
