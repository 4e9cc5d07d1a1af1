package org.itkserver.api;

import jakarta.servlet.http.HttpServletRequest;
import java.time.Clock;
import org.itkserver.audit.AuditEvent;
import org.itkserver.audit.AuditTrail;
import org.itkserver.audit.AuditType;
import org.itkserver.exchange.MessageRecord;

/** Audits that an application is given a payload: durable before its first byte goes out. */
final class PayloadReads {
    private final AuditTrail trail;
    private final Clock clock;

    PayloadReads(AuditTrail trail, Clock clock) {
        this.trail = trail;
        this.clock = clock;
    }

    /** @param what what it is given, completes "read" */
    void record(MessageRecord message, Client client, HttpServletRequest request, String what) {
        trail.append(new AuditEvent(
                clock.instant(),
                AuditType.PAYLOAD_READ,
                message.id(),
                message.trackingId(),
                message.partner(),
                message.service(),
                client.name(),
                request.getRemoteAddr(),
                null,
                null,
                "read " + what));
    }
}
