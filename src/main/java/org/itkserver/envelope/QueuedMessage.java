package org.itkserver.envelope;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A message of a queue as it is handed over. Immutable.
 *
 * @param serviceMessageType what it is: the operation's or service's name
 * @param handle what the receiver confirms it by
 * @param relatesTo MessageID of the request it is the late answer to, null for anything else
 * @param payload content of its SOAP body as XML, without XML declaration
 * @param inherited namespaces that XML needs, prefix to name ({@link ScannedMessage#inherited})
 */
public record QueuedMessage(
        String serviceMessageType,
        String handle,
        @Nullable String relatesTo,
        String payload,
        Map<String, String> inherited) {

    public QueuedMessage {
        inherited = Map.copyOf(inherited);
    }
}
