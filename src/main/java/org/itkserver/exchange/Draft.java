package org.itkserver.exchange;

import java.time.Instant;
import java.util.List;
import org.itkserver.delivery.Lane;
import org.itkserver.directory.Partner;
import org.itkserver.envelope.TypedUri;
import org.jspecify.annotations.Nullable;

/** An outbound message in the making. */
final class Draft {
    private final long id;
    private final MessageKind kind;
    private final Partner to;
    private final String trackingId;
    private final String service;
    private final Instant createdAt;
    private String action = "";
    private @Nullable String interaction;
    private @Nullable String sender;
    private String addresses = "";
    private byte[] content = {};
    private byte[] digest = {};
    private boolean infAckRequested;
    private boolean ackRequested;
    private @Nullable Long origin;
    private @Nullable String hop;
    private @Nullable String endpoint;
    private @Nullable String relatesTo;
    private @Nullable String outcome;
    private @Nullable Lane lane;
    private @Nullable Instant infAckDue;
    private @Nullable Instant ackDue;

    Draft(long id, MessageKind kind, Partner to, String trackingId, String service, Instant createdAt) {
        this.id = id;
        this.kind = kind;
        this.to = to;
        this.trackingId = trackingId;
        this.service = service;
        this.createdAt = createdAt;
    }

    Draft action(String value) {
        action = value;
        return this;
    }

    Draft interaction(@Nullable String value) {
        interaction = value;
        return this;
    }

    Draft sender(@Nullable TypedUri value) {
        sender = value == null ? null : value.uri();
        return this;
    }

    Draft addresses(List<TypedUri> value) {
        addresses = Outbound.addresses(value);
        return this;
    }

    Draft content(byte[] bytes, byte[] sha256) {
        content = bytes;
        digest = sha256;
        return this;
    }

    Draft asks(boolean infrastructure, boolean business) {
        infAckRequested = infrastructure;
        ackRequested = business;
        return this;
    }

    Draft origin(long value) {
        origin = value;
        return this;
    }

    Draft hop(@Nullable String value) {
        hop = value;
        return this;
    }

    Draft callback(String address, @Nullable String messageId) {
        endpoint = address;
        relatesTo = messageId;
        lane = Destination.CALLBACKS.lane(to, service, address).orElse(null);
        return this;
    }

    Draft outcome(String value) {
        outcome = value;
        return this;
    }

    Draft lane(@Nullable Lane value) {
        lane = value;
        return this;
    }

    Draft infAckDue(@Nullable Instant value) {
        infAckDue = value;
        return this;
    }

    Draft ackDue(@Nullable Instant value) {
        ackDue = value;
        return this;
    }

    OutboundMessage build() {
        var reason = lane == null ? "partner " + to.id() + " has no endpoint for it" : null;
        return new OutboundMessage(
                id,
                kind,
                to.id(),
                trackingId,
                service,
                action,
                interaction,
                sender,
                addresses,
                createdAt,
                content,
                digest,
                null,
                infAckRequested,
                ackRequested,
                origin,
                hop,
                endpoint,
                relatesTo,
                outcome,
                lane,
                reason,
                infAckDue,
                ackDue);
    }
}
