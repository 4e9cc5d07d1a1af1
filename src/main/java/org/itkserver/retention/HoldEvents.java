package org.itkserver.retention;

import java.time.Instant;
import org.itkserver.audit.AuditEvent;
import org.itkserver.audit.AuditType;
import org.itkserver.audit.Canonical;
import org.jspecify.annotations.Nullable;

/** What the audit trail records about legal holds, so that a hold that was changed or deleted in the database is found. */
public final class HoldEvents {
    private HoldEvents() {}

    /**
     * The event that sets a hold. Its digest covers all of the hold, also what the text must not name.
     *
     * @param source network address of the person
     */
    public static AuditEvent set(Hold hold, String source) {
        return new AuditEvent(
                hold.setAt(),
                AuditType.HOLD_SET,
                null,
                null,
                null,
                null,
                hold.setBy(),
                source,
                null,
                null,
                named(hold.id()) + "on " + about(hold.what()) + ", reference " + hold.reference() + ": "
                        + hold.reason(),
                hash(hold));
    }

    /**
     * The event that lifts a hold.
     *
     * @param at when
     */
    public static AuditEvent lifted(long id, RetentionDesk.By by, Instant at, String reason) {
        return AuditEvent.ofPerson(at, AuditType.HOLD_LIFTED, by.person(), by.source(), "hold " + id + ": " + reason);
    }

    /** What the detail of an event that sets this hold begins with. */
    private static String named(long id) {
        return "hold " + id + " ";
    }

    /** The number of the hold that an event sets or lifts; null when its detail names none. */
    public static @Nullable Long id(String detail) {
        if (!detail.startsWith("hold ")) {
            return null;
        }
        int end = 5;
        while (end < detail.length() && Character.digit(detail.charAt(end), 10) >= 0) {
            end++;
        }
        try {
            return Long.valueOf(detail.substring(5, end));
        } catch (NumberFormatException e) {
            return null;
        }
    }

    /** SHA-256 over everything that a hold was set with, in the form of audit rows: 32 bytes. */
    static byte[] hash(Hold hold) {
        var form = new Canonical()
                .octet(1)
                .number(hold.id())
                .text(hold.reason())
                .text(hold.reference())
                .text(hold.setBy())
                .time(hold.setAt());
        if (hold.what() instanceof Hold.OneMessage one) {
            form.text("message").text(one.trackingId());
        } else if (hold.what() instanceof Hold.OnePatient one) {
            form.text("patient").bytes(one.key());
        } else if (hold.what() instanceof Hold.Window window) {
            form.text("window").text(window.partner()).text(window.service());
            time(form, window.from());
            time(form, window.to());
        }
        return Canonical.sha256(form.toBytes());
    }

    private static void time(Canonical form, @Nullable Instant at) {
        form.octet(at == null ? 0 : 1);
        if (at != null) {
            form.time(at);
        }
    }

    /** Nothing that identifies a patient. */
    private static String about(Hold.What what) {
        if (what instanceof Hold.OneMessage one) {
            return "message " + one.trackingId();
        }
        if (what instanceof Hold.Window window) {
            return "partner " + any(window.partner()) + ", service " + any(window.service()) + ", from "
                    + any(window.from()) + " to " + any(window.to());
        }
        return "the messages of a patient";
    }

    private static Object any(@Nullable Object value) {
        return value == null ? "any" : value;
    }
}
