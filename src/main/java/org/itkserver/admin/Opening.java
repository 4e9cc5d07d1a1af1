package org.itkserver.admin;

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

    /** As the trail says it. */
    String text() {
        return Stated.text(reason, reference);
    }
}
