package org.itkserver.retention;

import java.time.Instant;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A legal hold: while it is set, nothing of the messages it covers is destroyed. It also covers what belongs to such a message:
 * the message it forwards, acknowledges or answers, and those that forward, acknowledge or answer it.
 *
 * @param id its number, from {@link org.itkserver.retention.Holds#nextId()}
 * @param what which messages
 * @param reason why, at most {@value #TEXT} characters; nothing about a patient
 * @param reference of a case or a request, at most {@value #TEXT} characters; nothing about a patient
 * @param setBy who set it
 * @param setAt when
 * @param liftedBy who lifted it, null while it is set
 * @param liftedAt when, null while it is set
 * @param liftedReason why, null while it is set
 */
public record Hold(
        long id,
        What what,
        String reason,
        String reference,
        String setBy,
        Instant setAt,
        @Nullable String liftedBy,
        @Nullable Instant liftedAt,
        @Nullable String liftedReason) {
    /** Most characters of a reason and of a reference. */
    public static final int TEXT = 200;

    /** Whether it is set. */
    public boolean isSet() {
        return liftedAt == null;
    }

    /** Which messages a hold covers. */
    public sealed interface What {
        /** Whether it covers a message. */
        boolean covers(Marks message);
    }

    /** The messages with a tracking id, compared without regard to case. */
    public record OneMessage(String trackingId) implements What {
        @Override
        public boolean covers(Marks message) {
            return trackingId.equalsIgnoreCase(message.trackingId());
        }
    }

    /**
     * The messages of a patient, as far as an NHS number was found in them.
     *
     * @param key keyed hash of the NHS number ({@code exchange.PatientKey}), 16 bytes; never the number
     */
    public record OnePatient(byte[] key) implements What {
        @Override
        public boolean covers(Marks message) {
            return Arrays.equals(key, message.patient());
        }
    }

    /**
     * Messages with a partner on a service in a time; a part that is null does not narrow it, and one at least is not null.
     *
     * @param partner id of a partner
     * @param service service name
     * @param from earliest time of arrival
     * @param to the time before which they must have come
     */
    public record Window(
            @Nullable String partner, @Nullable String service, @Nullable Instant from, @Nullable Instant to)
            implements What {
        /** @throws IllegalArgumentException when every part is null: that would be everything, for ever */
        public Window {
            if (partner == null && service == null && from == null && to == null) {
                throw new IllegalArgumentException("a hold must name something");
            }
        }

        @Override
        public boolean covers(Marks message) {
            return (partner == null || partner.equals(message.partner()))
                    && (service == null || service.equals(message.service()))
                    && (from == null || !message.at().isBefore(from))
                    && (to == null || message.at().isBefore(to));
        }
    }

    /**
     * What a hold knows a message by.
     *
     * @param patient keyed hash of its patient's NHS number, null when none was found
     * @param at when it came or was made
     */
    public record Marks(String trackingId, byte @Nullable [] patient, String partner, String service, Instant at) {}
}
