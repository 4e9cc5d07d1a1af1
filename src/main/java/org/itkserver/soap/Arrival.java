package org.itkserver.soap;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.itkserver.directory.Directory;
import org.itkserver.directory.Partner;
import org.itkserver.directory.Pattern;
import org.itkserver.directory.Service;
import org.itkserver.envelope.Addressing;
import org.itkserver.envelope.EnvelopeHeader;
import org.itkserver.envelope.EnvelopeRejected;
import org.itkserver.envelope.MessageBody;
import org.itkserver.envelope.ScannedMessage;
import org.itkserver.envelope.Security;
import org.itkserver.exchange.Callback;
import org.jspecify.annotations.Nullable;

/**
 * A scanned message on its way through the checks. Partner and service are known once the check that finds them has
 * passed. One thread.
 */
final class Arrival {
    final SoapAddress address;
    final Peer peer;
    final HttpHead http;
    final List<String> requestBases;
    final ScannedMessage message;
    final MessageBody body;
    final Directory directory;
    final Instant now;
    private @Nullable Partner partner;
    private @Nullable Service service;
    private @Nullable Callback callback;
    private @Nullable String objection;
    private final List<String> warnings = new ArrayList<>();

    Arrival(
            SoapAddress address,
            Peer peer,
            HttpHead http,
            List<String> requestBases,
            ScannedMessage message,
            MessageBody body,
            Directory directory,
            Instant now) {
        this.address = address;
        this.peer = peer;
        this.http = http;
        this.requestBases = requestBases;
        this.message = message;
        this.body = body;
        this.directory = directory;
        this.now = now;
        var header = message.header();
        this.service =
                header == null ? null : directory.serviceOf(header.service()).orElse(null);
    }

    Addressing addressing() {
        return message.addressing();
    }

    Security security() {
        return message.security();
    }

    EnvelopeHeader header() {
        return message.requiredHeader();
    }

    void identified(Partner found) {
        partner = found;
    }

    @Nullable
    Partner partner() {
        return partner;
    }

    /** Denied, for a reason that the audit trail is told and the sender is not. */
    EnvelopeRejected denied(String reason) {
        objection = reason;
        return IdentityChecks.denied();
    }

    /** Why it was denied, null when the fault says so. */
    @Nullable
    String objection() {
        return objection;
    }

    /** Whether the sender is forgiven this (H23). */
    boolean tolerates(Partner.Leniency leniency) {
        var sender = partner == null ? peer.partner() : partner;
        return sender != null && sender.tolerates(leniency);
    }

    /** Whether there is no Security header at all and none is needed from a partner that its certificate proves (H23). */
    boolean lacksSecurity() {
        var proven = peer.partner();
        return proven != null
                && proven.tolerates(Partner.Leniency.NO_SECURITY)
                && message.security().equals(Security.NONE);
    }

    /** Something that is accepted and audited. */
    void warn(String warning) {
        warnings.add(warning);
    }

    List<String> warnings() {
        return warnings;
    }

    /** Whether the business response belongs on the request's connection. */
    boolean answersOnConnection() {
        var known = service;
        return known == null || known.pattern() == Pattern.SYNCHRONOUS;
    }

    void answeredAt(@Nullable Callback found) {
        callback = found;
    }

    /** Where the answer goes, null for the connection it came on. */
    @Nullable
    Callback callback() {
        return callback;
    }

    /** The service named by the envelope, null when it is unknown. */
    @Nullable
    Service service() {
        return service;
    }

    Partner requiredPartner() {
        return java.util.Objects.requireNonNull(partner);
    }

    Service requiredService() {
        return java.util.Objects.requireNonNull(service);
    }

    /** Infrastructure acknowledgements, 2.1 or 2.2 style, may lack identity, interaction and profile (H3). */
    boolean isInfrastructureAck() {
        var known = service;
        return known != null && known.infrastructureAck()
                || header().interaction()
                        .filter(i -> i.endsWith(":ITKInfrastructureAcknowledgement-v1-0"))
                        .isPresent();
    }
}
