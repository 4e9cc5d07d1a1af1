package org.itkserver.audit;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The fields of a message's row that never change after it is stored. The event that stores the message holds their
 * {@link #hash}, so that a later change of any of them is found.
 *
 * @param direction {@code in} or {@code out}
 * @param partner id of the partner
 * @param trackingId tracking id
 * @param messageId {@code wsa:MessageID}; empty for a message that this server made
 * @param service service name
 * @param interaction interaction URN or null
 * @param sender sender address or null
 * @param addresses address URIs, separated by a space
 * @param at when it was received or made, UTC, microseconds
 * @param size bytes of the message
 * @param digest SHA-256 of the distribution envelope
 * @param rawDigest SHA-256 of all bytes
 * @param patient keyed hash of the patient's NHS number, null when none was found
 * @param infAckRequested whether an infrastructure acknowledgement is asked for
 * @param ackRequested whether a business acknowledgement is asked for
 * @param kind label of the message's kind
 * @param inbox whether applications fetch it
 * @param origin id of the message that it belongs to, or null
 * @param sending how it is sent, null for a received message
 */
public record MessageFields(
        String direction,
        String partner,
        String trackingId,
        String messageId,
        String service,
        @Nullable String interaction,
        @Nullable String sender,
        String addresses,
        Instant at,
        long size,
        byte[] digest,
        byte[] rawDigest,
        byte @Nullable [] patient,
        boolean infAckRequested,
        boolean ackRequested,
        String kind,
        boolean inbox,
        @Nullable Long origin,
        @Nullable Sending sending) {
    private static final int VERSION = 1;

    /**
     * What only a message to send has.
     *
     * @param action {@code wsa:Action}
     * @param endpoint a callback address, null for the endpoint in the directory
     * @param relatesTo MessageID of the request that it answers, or null
     * @param hop positions of the addresses of this hop, null for all
     */
    public record Sending(
            @Nullable String action, @Nullable String endpoint, @Nullable String relatesTo, @Nullable String hop) {}

    /** SHA-256 over all fields in the form of {@link RowHash}: 32 bytes. */
    public byte[] hash() {
        var form = new Canonical()
                .octet(VERSION)
                .text(direction)
                .text(partner)
                .text(trackingId)
                .text(messageId)
                .text(service)
                .text(interaction)
                .text(sender)
                .text(addresses)
                .time(at)
                .number(size)
                .bytes(digest)
                .bytes(rawDigest)
                .bytes(patient)
                .octet(infAckRequested ? 1 : 0)
                .octet(ackRequested ? 1 : 0)
                .text(kind)
                .octet(inbox ? 1 : 0)
                .text(origin == null ? null : origin.toString());
        if (sending != null) {
            form.text(sending.action())
                    .text(sending.endpoint())
                    .text(sending.relatesTo())
                    .text(sending.hop());
        }
        return Canonical.sha256(form.toBytes());
    }
}
