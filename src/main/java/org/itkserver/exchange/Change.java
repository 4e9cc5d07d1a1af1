package org.itkserver.exchange;

import java.time.Instant;
import java.util.List;
import org.itkserver.audit.AuditEvent;
import org.itkserver.delivery.Lane;
import org.itkserver.envelope.BusinessOutcome;
import org.jspecify.annotations.Nullable;

/**
 * What one commit does besides storing or settling a message.
 *
 * @param out messages to send
 * @param acks what received acknowledgements do to messages of ours
 * @param decision the business outcome of a received message; when it has one already, nothing of the change takes effect
 * @param resend messages to send once more
 * @param events audit events
 */
public record Change(
        List<OutboundMessage> out,
        List<AckEffect> acks,
        @Nullable Decision decision,
        List<Resend> resend,
        List<AuditEvent> events) {
    public Change {
        out = List.copyOf(out);
        acks = List.copyOf(acks);
        resend = List.copyOf(resend);
        events = List.copyOf(events);
    }

    /**
     * A business outcome, which a message gets once (H7).
     *
     * @param message id of the received message
     * @param outcome AA, AE or AR
     */
    public record Decision(long message, String outcome) {}

    /**
     * A message to send once more. Without effect while it is still waiting to be sent.
     *
     * @param message its id
     * @param lane where it goes
     * @param due when
     * @param sentBefore without effect when it was last sent at or after this time
     */
    public record Resend(long message, Lane lane, Instant due, Instant sentBefore) {}

    /** The same, which does this to messages of ours, too. */
    Change matching(List<AckEffect> effects) {
        return new Change(out, effects, decision, resend, events);
    }

    /** The same, if this is a received message's first business outcome; nothing otherwise (H7). */
    Change deciding(long message, BusinessOutcome outcome) {
        return new Change(out, acks, new Decision(message, outcome.name()), resend, events);
    }

    /** The same, which has these sent once more. */
    Change resending(List<Resend> again) {
        return new Change(out, acks, decision, again, events);
    }

    /** Audit events alone. */
    public static Change of(List<AuditEvent> events) {
        return new Change(List.of(), List.of(), null, List.of(), events);
    }

    /** Audit events and messages to send. */
    public static Change of(List<AuditEvent> events, List<OutboundMessage> out) {
        return new Change(out, List.of(), null, List.of(), events);
    }
}
