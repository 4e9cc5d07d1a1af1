package org.itkserver.admin;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Why somebody does something, as the audit trail says it: one of a list of reasons, and perhaps a reference beside it, such as
 * a ticket's number. Nobody types free text, which could hold a patient's name, and a reference cannot be an NHS number.
 */
final class Stated {
    private static final String REFERENCE = "[A-Za-z0-9][A-Za-z0-9/_-]{0,39}";

    private Stated() {}

    /**
     * The reference without the blanks around it, empty for none.
     *
     * @return nothing when no reason of the list was chosen or the reference is none
     */
    static Optional<String> reference(List<String> reasons, @Nullable String reason, @Nullable String reference) {
        var text = reference == null ? "" : reference.strip();
        boolean good = text.isEmpty()
                || text.matches(REFERENCE) && !text.replaceAll("[^0-9]", "").matches("[0-9]{10}");
        return reason != null && reasons.contains(reason) && good ? Optional.of(text) : Optional.empty();
    }

    /** Reason and reference in one text; nothing when one of them is not as it should be. */
    static Optional<String> text(List<String> reasons, @Nullable String reason, @Nullable String reference) {
        return reference(reasons, reason, reference).map(text -> text(String.valueOf(reason), text));
    }

    static String text(String reason, String reference) {
        return reference.isEmpty() ? reason : reason + ", " + reference;
    }
}
