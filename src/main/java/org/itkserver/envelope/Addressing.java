package org.itkserver.envelope;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The WS-Addressing 1.0 headers of a message, text trimmed, null where absent.
 *
 * @param messageId {@code wsa:MessageID}
 * @param action {@code wsa:Action}
 * @param to {@code wsa:To}
 * @param from {@code wsa:From/wsa:Address}
 * @param replyTo {@code wsa:ReplyTo/wsa:Address}
 * @param faultTo {@code wsa:FaultTo/wsa:Address}
 * @param relatesTo each {@code wsa:RelatesTo} of the relationship "reply"
 * @param otherRelations each {@code wsa:RelatesTo} of another relationship
 * @param referenceParameters whether reference parameters or properties occur (forbidden, WS-ADR-08)
 */
public record Addressing(
        @Nullable String messageId,
        @Nullable String action,
        @Nullable String to,
        @Nullable String from,
        @Nullable String replyTo,
        @Nullable String faultTo,
        List<String> relatesTo,
        List<String> otherRelations,
        boolean referenceParameters) {
    public Addressing {
        relatesTo = List.copyOf(relatesTo);
        otherRelations = List.copyOf(otherRelations);
    }

    /** Whether there is any {@code wsa:RelatesTo}, of whatever relationship. */
    public boolean relates() {
        return !relatesTo.isEmpty() || !otherRelations.isEmpty();
    }
}
