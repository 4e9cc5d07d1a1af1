package org.itkserver.handler;

import java.util.List;
import org.itkserver.envelope.TrackingId;
import org.jspecify.annotations.Nullable;

/**
 * A message as a handler sees it.
 *
 * @param trackingId {@code header/@trackingid}
 * @param service service name, such as {@code SendCDADocument-v2-0}
 * @param interaction interaction URN, null when the message names none
 * @param sender {@code senderAddress/@uri}, null when absent
 * @param attempt 1 for the first call, higher for each further one; durable before the call
 * @param payloads in manifest order
 */
public record HandledMessage(
        TrackingId trackingId,
        String service,
        @Nullable String interaction,
        @Nullable String sender,
        int attempt,
        List<Payload> payloads) {
    public HandledMessage {
        payloads = List.copyOf(payloads);
    }
}
