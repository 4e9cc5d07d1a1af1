package org.itkserver.exchange;

import java.time.Instant;
import org.itkserver.audit.AuditEvent;
import org.itkserver.audit.AuditType;
import org.itkserver.envelope.ToolkitError;
import org.jspecify.annotations.Nullable;

/** Audit events about messages. */
final class Events {
    private Events() {}

    static AuditEvent of(Instant at, AuditType type, Inbound in, long id, String detail) {
        var username = in.message().security().username();
        return new AuditEvent(
                at,
                type,
                id,
                in.header().trackingId(),
                in.partner().id(),
                in.service().name(),
                username == null ? in.partner().id() : username,
                in.source(),
                null,
                null,
                detail);
    }

    static AuditEvent failed(
            Instant at, AuditType type, Inbound in, long id, ToolkitError error, @Nullable String errorId) {
        var plain = of(at, type, in, id, error.diagnostic());
        return new AuditEvent(
                at,
                type,
                id,
                plain.trackingId(),
                plain.partner(),
                plain.service(),
                plain.actor(),
                plain.source(),
                error.code().code(),
                errorId,
                plain.detail());
    }

    /** An event of a worker of this server about a stored message. */
    static AuditEvent ofWork(Instant at, AuditType type, MessageRecord message, String detail) {
        return new AuditEvent(
                at,
                type,
                message.id(),
                message.trackingId(),
                message.partner(),
                message.service(),
                "server",
                null,
                null,
                null,
                detail);
    }

    /** An event about a message that is made to be sent. */
    static AuditEvent ofOutbound(AuditType type, OutboundMessage message, @Nullable String errorId, String detail) {
        return new AuditEvent(
                message.createdAt(),
                type,
                message.id(),
                message.trackingId(),
                message.partner(),
                message.service(),
                "server",
                null,
                null,
                errorId,
                detail);
    }
}
