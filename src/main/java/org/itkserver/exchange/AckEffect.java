package org.itkserver.exchange;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What an acknowledgement does to a message of ours. Without effect when the message has moved beyond it already.
 *
 * @param message id of the message
 * @param kind what the acknowledgement says
 * @param reason why it is negative, null otherwise
 */
public record AckEffect(long message, Kind kind, @Nullable String reason) {

    /** What an acknowledgement says, and which states it moves. */
    public enum Kind {
        /** Positive infrastructure acknowledgement. */
        INFRASTRUCTURE(
                MessageState.INFRASTRUCTURE_ACKED,
                Set.of(MessageState.ACCEPTED, MessageState.SENT, MessageState.OVERDUE),
                List.of(OutboundMessage.INF_ACK_DUE)),
        /** Positive business acknowledgement; the end point has it then, too. */
        BUSINESS(
                MessageState.BUSINESS_ACKED,
                Set.of(
                        MessageState.ACCEPTED,
                        MessageState.SENT,
                        MessageState.OVERDUE,
                        MessageState.INFRASTRUCTURE_ACKED),
                List.of(OutboundMessage.INF_ACK_DUE, OutboundMessage.ACK_DUE)),
        /** Negative of either level; none follows it. */
        NEGATIVE(
                MessageState.REJECTED,
                Set.of(
                        MessageState.ACCEPTED,
                        MessageState.SENT,
                        MessageState.OVERDUE,
                        MessageState.INFRASTRUCTURE_ACKED),
                List.of(OutboundMessage.INF_ACK_DUE, OutboundMessage.ACK_DUE));

        private final MessageState to;
        private final Set<MessageState> from;
        private final List<Integer> answered;

        Kind(MessageState to, Set<MessageState> from, List<Integer> answered) {
            this.to = to;
            this.from = from;
            this.answered = answered;
        }

        /** The state it moves to. */
        public MessageState to() {
            return to;
        }

        /** The states it moves from; in any other it changes nothing. */
        public Set<MessageState> from() {
            return from;
        }

        /** Numbers of the waiting pieces of work that it ends. */
        public List<Integer> answered() {
            return answered;
        }
    }
}
