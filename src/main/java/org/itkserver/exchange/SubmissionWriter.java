package org.itkserver.exchange;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.itkserver.directory.Directory;
import org.itkserver.directory.Partner;
import org.itkserver.directory.Service;
import org.itkserver.envelope.EnvelopeRejected;
import org.itkserver.envelope.HandlingSpec;
import org.itkserver.envelope.Outgoing;
import org.itkserver.envelope.OutgoingPayload;
import org.itkserver.envelope.TypedUri;
import org.itkserver.envelope.XmlFragment;

/** Makes the envelope of a submission and finds who gets it. Thread-safe. */
final class SubmissionWriter {
    private final XmlFragment fragments;

    SubmissionWriter(XmlFragment fragments) {
        this.fragments = fragments;
    }

    /** The service it calls, once its rules are kept. */
    Service service(Directory directory, Submissions.Submission submission) {
        var service = directory.services().get(submission.service());
        if (service == null) {
            throw Submissions.Refused.invalid("service " + submission.service() + " is unknown.");
        }
        var interaction = submission.interaction();
        if (service.generic() && interaction == null) {
            throw Submissions.Refused.invalid("service " + service.name() + " needs an interaction.");
        }
        if (submission.payloads().isEmpty()) {
            throw Submissions.Refused.invalid("payloads is empty.");
        }
        for (var payload : submission.payloads()) {
            if (service.profileRequired() && payload.profileId() == null) {
                throw Submissions.Refused.invalid("service " + service.name() + " needs a profileId for each payload.");
            }
        }
        return service;
    }

    /** Which partner gets which of the addresses. */
    Map<Partner, List<TypedUri>> hops(Directory directory, Submissions.Submission submission) {
        var out = new LinkedHashMap<Partner, List<TypedUri>>();
        var named = submission.partner();
        if (named != null) {
            var partner = directory
                    .partner(named)
                    .orElseThrow(() -> Submissions.Refused.invalid("partner " + named + " is unknown."));
            out.put(
                    partner,
                    submission.to().stream().map(uri -> new TypedUri(null, uri)).toList());
            return out;
        }
        if (submission.to().isEmpty()) {
            throw Submissions.Refused.invalid("to or partner is needed.");
        }
        for (var uri : submission.to()) {
            var partner = directory
                    .nextHop(uri)
                    .orElseThrow(() ->
                            Submissions.Refused.invalid("address " + uri + " belongs to no partner and no route."));
            out.computeIfAbsent(partner, p -> new ArrayList<>()).add(new TypedUri(null, uri));
        }
        return out;
    }

    Outgoing envelope(
            Directory directory,
            Submissions.Submission submission,
            Service service,
            String trackingId,
            List<TypedUri> to) {
        var organisation = directory.organisation();
        var handling = new ArrayList<HandlingSpec>();
        if (submission.infAckRequested()) {
            handling.add(new HandlingSpec(HandlingSpec.INF_ACK_REQUESTED, "true"));
        }
        if (submission.ackRequested()) {
            handling.add(new HandlingSpec(HandlingSpec.ACK_REQUESTED, "true"));
        }
        var interaction = submission.interaction();
        if (interaction != null) {
            handling.add(new HandlingSpec(HandlingSpec.INTERACTION, interaction));
        }
        var payloads = new ArrayList<OutgoingPayload>();
        for (var content : submission.payloads()) {
            payloads.add(payload(trackingId, payloads.size(), content));
        }
        return new Outgoing(
                service.urn(),
                trackingId,
                to,
                organisation.auditIdentity(),
                new TypedUri(null, organisation.address()),
                handling,
                payloads);
    }

    /** Payload ids follow from the tracking id, so that the same submission makes the same bytes. */
    private OutgoingPayload payload(String trackingId, int number, Submissions.Content content) {
        var name = (trackingId + "/" + number).getBytes(StandardCharsets.UTF_8);
        var id = "uuid_" + UUID.nameUUIDFromBytes(name).toString().toUpperCase(Locale.ROOT);
        if (!content.isXml()) {
            var base64 = java.util.Base64.getEncoder().encodeToString(content.bytes());
            return new OutgoingPayload(id, content.mimeType(), content.profileId(), true, base64);
        }
        try {
            return OutgoingPayload.xml(id, content.profileId(), fragments.of(content.bytes()));
        } catch (EnvelopeRejected e) {
            throw Submissions.Refused.invalid(
                    "payload " + (number + 1) + ": " + e.error().diagnostic() + ".");
        }
    }
}
