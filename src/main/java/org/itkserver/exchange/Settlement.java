package org.itkserver.exchange;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.itkserver.audit.AuditEvent;
import org.itkserver.delivery.Delivery;
import org.jspecify.annotations.Nullable;

/**
 * How a piece of work ended, committed with its audit events. Without effect when somebody else has claimed the work
 * since: the claim's attempt number is the fence.
 *
 * @param work the claimed work
 * @param state new state of the message; null leaves it, because the work is not done
 * @param pause for work not done: the wait for its next attempt; null hands it back without a time (synchronous requests)
 * @param answer what copies are answered with from now on, null for no change
 * @param response the business response as XML, null for none
 * @param errorId for a fault: its ErrorID
 * @param reason why, one sentence; null when all is well
 * @param origin for a forward: the received message, which is handled when its last work and forward are
 * @param change what the same commit does besides
 */
public record Settlement(
        Delivery work,
        @Nullable MessageState state,
        @Nullable Wait pause,
        @Nullable AnswerKind answer,
        @Nullable String response,
        @Nullable String errorId,
        @Nullable String reason,
        @Nullable Long origin,
        Change change) {

    /**
     * A wait for the next attempt. Both times are kept, so that a clock that is set back makes no wait longer.
     *
     * @param from when it begins
     * @param due when it ends
     */
    public record Wait(Instant from, Instant due) {}

    /** The work is done and the message moves to this state. */
    static Settlement done(Delivery work, MessageState state, @Nullable String reason, Change change) {
        return new Settlement(work, state, null, null, null, null, reason, null, change);
    }

    /** The work is not done; it is due again at a time, or whenever the sender repeats its request. */
    static Settlement again(Delivery work, @Nullable Instant due, List<AuditEvent> events) {
        var wait = due == null ? null : new Wait(due, due);
        return new Settlement(work, null, wait, null, null, null, null, null, Change.of(events));
    }

    /** The work is not done; it is due again after a wait. */
    static Settlement after(Delivery work, Instant now, Duration wait, List<AuditEvent> events) {
        var until = new Wait(now, now.plus(wait));
        return new Settlement(work, null, until, null, null, null, null, null, Change.of(events));
    }
}
