package org.itkserver.envelope;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a partner asks of a queue (Additional Module Requirements 2.2.1, 2.2.3; schema of 2010-05). Immutable. */
public sealed interface QueueRequest {

    /**
     * {@code QueueMessage}: give me messages.
     *
     * @param queue the queue's name, {@code QueueName} or {@code SubscriberName}
     * @param serviceMessageType only messages of this type; null for all
     * @param count most messages wanted, 1 to {@link QueueRequestReader#MOST_MESSAGES}
     */
    record Collect(String queue, @Nullable String serviceMessageType, int count) implements QueueRequest {}

    /**
     * {@code QueueConfirmMessageReceipt}: I have them safely.
     *
     * @param queue the queue's name, null when not said
     * @param handles the messages' handles as they were given, 1 to {@link QueueRequestReader#MOST_HANDLES}
     */
    record Confirm(@Nullable String queue, List<String> handles) implements QueueRequest {
        public Confirm {
            handles = List.copyOf(handles);
        }
    }
}
