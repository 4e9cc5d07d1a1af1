package org.itkserver.envelope;

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
 * @param relatesTo {@code wsa:RelatesTo}
 * @param referenceParameters whether reference parameters or properties occur (forbidden, WS-ADR-08)
 */
public record Addressing(
        @Nullable String messageId,
        @Nullable String action,
        @Nullable String to,
        @Nullable String from,
        @Nullable String replyTo,
        @Nullable String faultTo,
        @Nullable String relatesTo,
        boolean referenceParameters) {}
