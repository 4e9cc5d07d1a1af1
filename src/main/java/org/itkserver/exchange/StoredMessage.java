package org.itkserver.exchange;

import org.jspecify.annotations.Nullable;

/**
 * What the store knows of an accepted message that a copy may be answered from.
 *
 * @param id row id
 * @param digest SHA-256 of the distribution envelope's bytes
 * @param state where it is
 * @param answer what it was answered with
 * @param errorId for {@link AnswerKind#FAULT}: the ErrorID
 * @param reason for {@link AnswerKind#FAULT}: the diagnostic sentence
 */
public record StoredMessage(
        long id,
        byte[] digest,
        MessageState state,
        AnswerKind answer,
        @Nullable String errorId,
        @Nullable String reason) {}
