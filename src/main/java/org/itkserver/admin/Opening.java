package org.itkserver.admin;

import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Why somebody opens a patient's document. The reason goes into the audit trail, so it is one of a list; a reference may
 * stand beside it, such as a ticket's number, which cannot be an NHS number. Public only
 * for the template.
 *
 * @param reason one of {@link #REASONS}
 * @param reference letters, digits, hyphens and slashes, or empty
 */
public record Opening(String reason, String reference) {
    /** What is said when {@link #of} is empty. */
    static final String NO_REASON = "Choose why you open it; a reference has letters, digits, - and / only";

    /** What is said of a content that is stored and cannot be read. */
    static final String UNREADABLE =
            "It cannot be read any more: the key it was encrypted with is gone, or it was altered in the database.";

    /** The reasons there are. */
    public static final List<String> REASONS = List.of(
            "asked by the sender or the receiver where it is",
            "fault or rejection to be understood",
            "clinical safety check",
            "subject access or audit request",
            "test message");

    /** Empty when no reason was chosen or the reference is none. */
    static Optional<Opening> of(@Nullable String reason, @Nullable String reference) {
        return Stated.reference(REASONS, reason, reference).map(text -> new Opening(String.valueOf(reason), text));
    }

    /** Of a form that was sent. */
    static Optional<Opening> of(HttpServletRequest request) {
        return of(request.getParameter("reason"), request.getParameter("reference"));
    }

    /** As the trail says it. */
    String text() {
        return Stated.text(reason, reference);
    }
}
