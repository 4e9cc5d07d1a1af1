package org.itkserver.api;

import java.util.List;
import org.itkserver.audit.TrailQuery.TrailEvent;
import org.jspecify.annotations.Nullable;

/** The JSON answers, member by member as {@code openapi.yaml} describes them. Times are texts in UTC. */
final class Views {
    private Views() {}

    record Submitted(String trackingId, String state) {}

    record Answered(String trackingId, String state, List<Object> payloads) {}

    record Decided(String trackingId, String outcome) {}

    record Message(
            String trackingId,
            String direction,
            String kind,
            String service,
            @Nullable String interaction,
            String partner,
            @Nullable String sender,
            List<String> to,
            String state,
            @Nullable String reason,
            String receivedAt,
            boolean infAckRequested,
            boolean ackRequested,
            @Nullable String outcome,
            List<MessageEvent> events,
            List<Ack> acks,
            List<Related> related) {}

    record MessageEvent(String at, String type, String detail) {}

    record Ack(
            String type,
            String direction,
            String partner,
            @Nullable String result,
            String at,
            String trackingId,
            String state) {}

    record Related(String direction, String partner, String kind, String state, String trackingId) {}

    record Inbox(List<InboxMessage> messages, String next, boolean more) {}

    record InboxMessage(
            String trackingId,
            String service,
            @Nullable String interaction,
            String partner,
            @Nullable String sender,
            String receivedAt,
            boolean ackRequested,
            List<PayloadHead> payloads) {}

    record PayloadHead(int number, String mimeType, @Nullable String profileId) {}

    record Audit(List<Event> events, String next, boolean more) {}

    record Event(
            String node,
            long seq,
            String at,
            String type,
            @Nullable String trackingId,
            @Nullable String partner,
            @Nullable String service,
            String actor,
            @Nullable String source,
            @Nullable String errorCode,
            @Nullable String errorId,
            String detail) {

        static Event of(TrailEvent event) {
            return new Event(
                    event.node(),
                    event.seq(),
                    event.at().toString(),
                    event.type(),
                    event.trackingId(),
                    event.partner(),
                    event.service(),
                    event.actor(),
                    event.source(),
                    event.errorCode(),
                    event.errorId(),
                    event.detail());
        }
    }
}
