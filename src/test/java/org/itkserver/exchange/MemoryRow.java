package org.itkserver.exchange;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A row of {@link MemoryStore}. */
final class MemoryRow {
    final boolean inbound;
    final byte @Nullable [] bytes;
    MessageRecord message;

    @Nullable
    AnswerKind answer;

    @Nullable
    String errorId;

    @Nullable
    String response;

    boolean seen;

    MemoryRow(Acceptance m) {
        inbound = true;
        bytes = m.body().bytes(0, m.body().size());
        answer = m.answer();
        message = new MessageRecord(
                m.id(),
                true,
                m.kind(),
                m.partner(),
                m.trackingId(),
                m.service(),
                null,
                m.interaction(),
                m.sender(),
                m.addresses(),
                m.state(),
                m.receivedAt(),
                null,
                m.digest(),
                m.infAckRequested(),
                m.ackRequested(),
                m.acknowledged(),
                null,
                null,
                null,
                m.outcome(),
                null,
                null);
    }

    MemoryRow(OutboundMessage m) {
        inbound = false;
        bytes = m.kind() == MessageKind.FORWARD ? null : m.content();
        message = new MessageRecord(
                m.id(),
                false,
                m.kind(),
                m.partner(),
                m.trackingId(),
                m.service(),
                m.action(),
                m.interaction(),
                m.sender(),
                m.addresses(),
                m.state(),
                m.createdAt(),
                null,
                m.digest(),
                m.infAckRequested(),
                m.ackRequested(),
                m.origin(),
                m.hop(),
                m.endpoint(),
                m.relatesTo(),
                m.outcome(),
                m.reason(),
                null);
    }

    StoredMessage stored() {
        var kind = answer;
        if (kind == null) {
            throw new IllegalStateException("a message to send has no answer");
        }
        return new StoredMessage(message.id(), message.digest(), message.state(), kind, errorId, message.reason());
    }

    void decided(String outcome) {
        set(message.state(), message.settledAt(), outcome, message.reason());
    }

    /** Moves it; a reason of null leaves the one it has. */
    void moved(MessageState state, Instant at, @Nullable String reason) {
        set(state, at, message.outcome(), reason == null ? message.reason() : reason);
    }

    /** Moves it, and forgets the reason it had. */
    void reopened(MessageState state, Instant at) {
        set(state, at, message.outcome(), null);
        errorId = null;
    }

    private void set(MessageState state, @Nullable Instant at, @Nullable String outcome, @Nullable String reason) {
        var m = message;
        message = new MessageRecord(
                m.id(),
                m.inbound(),
                m.kind(),
                m.partner(),
                m.trackingId(),
                m.service(),
                m.action(),
                m.interaction(),
                m.sender(),
                m.addresses(),
                state,
                m.at(),
                at,
                m.digest(),
                m.infAckRequested(),
                m.ackRequested(),
                m.origin(),
                m.hop(),
                m.endpoint(),
                m.relatesTo(),
                outcome,
                reason,
                m.destroyedAt());
    }
}
