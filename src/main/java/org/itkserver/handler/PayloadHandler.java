package org.itkserver.handler;

/**
 * Gives a payload its meaning. Called for one message at a time from many threads: implementations are thread-safe.
 *
 * <p>May be called again for the same message, always with a higher {@link HandledMessage#attempt()}: after
 * {@link Outcome.TryAgain}, and after a crash between the handler's effect and its settlement. An implementation whose
 * effect must not happen twice uses the tracking id as its key.
 */
public interface PayloadHandler {

    /**
     * Handles one message.
     *
     * @param message the message; its payloads can be opened until this method returns
     * @return what became of it; never null. A thrown runtime exception counts as {@link Outcome.TryAgain}.
     */
    Outcome handle(HandledMessage message);

    /** Whether what this handler answers is invented; each such answer is audited as sample data. */
    default boolean inventsData() {
        return false;
    }
}
