package org.itkserver.audit;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.itkserver.envelope.TenDigits;
import org.jspecify.annotations.Nullable;

/**
 * One row of the audit trail before it has its number. Holds no payload, no password and no patient identifier.
 *
 * @param at when, UTC, microseconds
 * @param type what happened
 * @param message id of the message's row, null when it is about no stored message
 * @param trackingId tracking id, null when unknown
 * @param partner id of the partner, null when unknown
 * @param service service name, null when unknown
 * @param actor who: a username as sent, a person's name, or "server"
 * @param source where from: a network address, null for the server itself
 * @param errorCode toolkit error code, null when it went well
 * @param errorId the ErrorID of the fault, null when there was none
 * @param detail one sentence, at most {@value #DETAIL} characters
 * @param digest SHA-256 of the bytes of the message or response that the event stores, 32 bytes; null when it stores none
 * @param fields {@link MessageFields#hash} of the message, 32 bytes, when the event stores one; else null
 * @param aside what the server makes of it besides the row; neither stored nor hashed; null for nothing
 */
public record AuditEvent(
        Instant at,
        AuditType type,
        @Nullable Long message,
        @Nullable String trackingId,
        @Nullable String partner,
        @Nullable String service,
        String actor,
        @Nullable String source,
        @Nullable String errorCode,
        @Nullable String errorId,
        String detail,
        byte @Nullable [] digest,
        byte @Nullable [] fields,
        @Nullable Aside aside) {
    public static final int DETAIL = 500;
    private static final int FIELD = 128;

    public AuditEvent {
        at = at.truncatedTo(ChronoUnit.MICROS);
        actor = plain(TenDigits.masked(actor), FIELD);
        trackingId = trackingId == null ? null : trackingIdText(trackingId);
        detail = plain(TenDigits.masked(detail), DETAIL);
    }

    /**
     * What goes with an event and is not in its row.
     *
     * @param cause the alert that it raises, null for none
     * @param began when the message it brings to an end came, null when it ends none
     */
    public record Aside(@Nullable Cause cause, @Nullable Instant began) {}

    /** An event without an aside. */
    public AuditEvent(
            Instant at,
            AuditType type,
            @Nullable Long message,
            @Nullable String trackingId,
            @Nullable String partner,
            @Nullable String service,
            String actor,
            @Nullable String source,
            @Nullable String errorCode,
            @Nullable String errorId,
            String detail,
            byte @Nullable [] digest) {
        this(
                at,
                type,
                message,
                trackingId,
                partner,
                service,
                actor,
                source,
                errorCode,
                errorId,
                detail,
                digest,
                null,
                null);
    }

    /** An event that stores no message, or whose digest is not known yet. */
    public AuditEvent(
            Instant at,
            AuditType type,
            @Nullable Long message,
            @Nullable String trackingId,
            @Nullable String partner,
            @Nullable String service,
            String actor,
            @Nullable String source,
            @Nullable String errorCode,
            @Nullable String errorId,
            String detail) {
        this(at, type, message, trackingId, partner, service, actor, source, errorCode, errorId, detail, null);
    }

    /**
     * The same event, bound to the message it stores.
     *
     * @param sha256 of the message's bytes
     * @param fieldsHash {@link MessageFields#hash} of its row
     */
    public AuditEvent storing(byte[] sha256, byte @Nullable [] fieldsHash) {
        return new AuditEvent(
                at,
                type,
                message,
                trackingId,
                partner,
                service,
                actor,
                source,
                errorCode,
                errorId,
                detail,
                sha256,
                fieldsHash,
                aside);
    }

    /**
     * The same event, bound to the response that it stores.
     *
     * @param sha256 of the response's bytes
     */
    public AuditEvent answering(byte[] sha256) {
        return storing(sha256, null);
    }

    /** The same event, which raises an alert. */
    public AuditEvent raising(Cause cause) {
        return with(new Aside(cause, null));
    }

    /** The same event, which brings to an end what came at that time. */
    public AuditEvent ending(Instant began) {
        return with(new Aside(null, began));
    }

    private AuditEvent with(Aside other) {
        return new AuditEvent(
                at,
                type,
                message,
                trackingId,
                partner,
                service,
                actor,
                source,
                errorCode,
                errorId,
                detail,
                digest,
                fields,
                other);
    }

    /** One line, printable ASCII, capped: safe for the table, a log and a terminal. */
    private static String plain(String value, int most) {
        if (isPlain(value, most)) {
            return value;
        }
        var out = new StringBuilder(Math.min(value.length(), most));
        for (int i = 0; i < value.length() && out.length() < most; i++) {
            char c = value.charAt(i);
            out.append(isPrintable(c) ? c : '?');
        }
        return out.toString();
    }

    private static boolean isPlain(String value, int most) {
        if (value.length() > most) {
            return false;
        }
        for (int i = 0; i < value.length(); i++) {
            if (!isPrintable(value.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    private static boolean isPrintable(char c) {
        return c >= ' ' && c <= '~';
    }

    /** A tracking id as an event holds it. */
    public static String trackingIdText(String trackingId) {
        return plain(TenDigits.masked(trackingId), FIELD);
    }

    /** An event of the server itself about no message. */
    public static AuditEvent ofServer(Instant at, AuditType type, String detail) {
        return new AuditEvent(at, type, null, null, null, null, "server", null, null, null, detail);
    }

    /** An event of a person at the console that is about no single message. */
    public static AuditEvent ofPerson(Instant at, AuditType type, String person, String source, String detail) {
        return new AuditEvent(at, type, null, null, null, null, person, source, null, null, detail);
    }
}
