package org.itkserver.exchange;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.itkserver.envelope.MessageBody;
import org.jspecify.annotations.Nullable;

/**
 * Everything one commit makes durable before a message is answered.
 *
 * @param id row id, from {@link MessageStore#nextId()}
 * @param partner id of the authenticated partner; half of the duplicate key (H9)
 * @param trackingId the other half
 * @param messageId {@code wsa:MessageID}
 * @param service service name
 * @param interaction interaction URN or null
 * @param sender sender address or null
 * @param addresses address URIs, all of them, separated by a space
 * @param state first state
 * @param receivedAt when it was complete
 * @param digest SHA-256 of the distribution envelope's bytes
 * @param rawDigest SHA-256 of all bytes
 * @param patient HMAC of the patient's NHS number, null when none was found
 * @param answer what it is answered with
 * @param infAckRequested whether an infrastructure acknowledgement is asked for
 * @param ackRequested whether a business acknowledgement is asked for
 * @param body the bytes to keep
 * @param work names of the handlers that still have to take it
 * @param lease for synchronous work: how long this request owns it; null for work that the workers take
 * @param kind what it is
 * @param inbox whether it lies in the inbox, for applications to fetch
 * @param acknowledged for an acknowledgement: id of the message of ours that it names, null when unmatched
 * @param outcome for an acknowledgement: OK, Failure, AA, AE or AR
 * @param change what the same commit does besides
 */
public record Acceptance(
        long id,
        String partner,
        String trackingId,
        String messageId,
        String service,
        @Nullable String interaction,
        @Nullable String sender,
        String addresses,
        MessageState state,
        Instant receivedAt,
        byte[] digest,
        byte[] rawDigest,
        byte @Nullable [] patient,
        AnswerKind answer,
        boolean infAckRequested,
        boolean ackRequested,
        MessageBody body,
        List<String> work,
        @Nullable Duration lease,
        MessageKind kind,
        boolean inbox,
        @Nullable Long acknowledged,
        @Nullable String outcome,
        Change change) {
    public Acceptance {
        work = List.copyOf(work);
    }
}
