package org.itkserver.soap;

import static org.itkserver.envelope.ToolkitError.quoted;

import java.util.function.Predicate;
import org.itkserver.directory.Partner;
import org.itkserver.envelope.EnvelopeRejected;
import org.itkserver.envelope.SoapVersion;
import org.itkserver.envelope.ToolkitError;
import org.itkserver.envelope.Uuids;
import org.itkserver.exchange.Callback;

/** Checks of the SOAP envelope and its WS-Addressing headers. Rule numbers as in docs/protocol.md. */
final class SoapChecks {
    private final OwnAddresses ours;

    SoapChecks(OwnAddresses ours) {
        this.ours = ours;
    }

    /** Rule 1, SOAP 1.1 4.4.1. */
    static void version(Arrival in) {
        var found = in.message.version();
        if (found != in.address.version() && in.message.soapProblem() != null && found == null) {
            throw EnvelopeRejected.invalid(in.message.soapProblem());
        }
        if (found != in.address.version() || in.http.mediaVersion() != in.address.version()) {
            throw new EnvelopeRejected(ToolkitError.versionMismatch("This address speaks SOAP with media type "
                    + in.address.version().mediaType() + " and namespace "
                    + in.address.version().namespace() + " only."));
        }
    }

    /** Rule 21. */
    static void mustUnderstand(Arrival in) {
        if (!in.message.notUnderstood().isEmpty()) {
            throw new EnvelopeRejected(ToolkitError.mustUnderstand(in.message.notUnderstood()));
        }
    }

    /** H17. */
    static void onlyOnce(Arrival in) {
        var repeated = in.message.repeated();
        if (repeated != null) {
            throw EnvelopeRejected.invalid("It must occur once and occurs again: " + repeated + ".");
        }
    }

    /** SOAP 1.1 4, and what a header block may hold. */
    static void structure(Arrival in) {
        var problem = in.message.soapProblem();
        if (problem != null) {
            throw EnvelopeRejected.invalid(problem);
        }
        if (!in.http.agreesWith(in.message.charset())) {
            throw EnvelopeRejected.invalid("The charset of Content-Type is not the encoding of the bytes.");
        }
    }

    /** Rule 8, H22. */
    static void blankAttributes(Arrival in) {
        var blank = in.message.blankHeaderAttribute();
        if (blank != null) {
            throw EnvelopeRejected.invalid("Attribute " + quoted(blank) + " is empty.");
        }
    }

    /** WS-ADR-01; all identifiers of a message differ. */
    static void messageId(Arrival in) {
        var messageId = in.addressing().messageId();
        if (messageId == null && in.tolerates(Partner.Leniency.NO_MESSAGE_ID) && !in.answersOnConnection()) {
            in.warn("There is no MessageID; tolerated for this partner (H23)");
            return;
        }
        if (messageId == null || messageId.isEmpty()) {
            throw EnvelopeRejected.invalid("There is no MessageID.");
        }
        if (!Uuids.isPrefixedUuid(messageId)) {
            throw EnvelopeRejected.invalid("MessageID " + quoted(messageId) + " is not a UUID.");
        }
        var header = in.message.header();
        var trackingId = header == null ? null : header.trackingId();
        var timestampId = in.security().timestampId();
        boolean same = messageId.equals(trackingId)
                || messageId.equals(timestampId)
                || timestampId != null && timestampId.equals(trackingId);
        for (var payload : in.message.payloads()) {
            var id = payload.id();
            same |= id != null && (id.equals(messageId) || id.equals(trackingId) || id.equals(timestampId));
        }
        if (same) {
            throw EnvelopeRejected.invalid("MessageID, Timestamp Id, tracking id and payload ids must all differ.");
        }
    }

    /** SOAPAction and Action are one; SOAP 1.2 may leave the parameter {@code action} out (RFC 3902). */
    static String soapAction(Arrival in) {
        var action = in.addressing().action();
        if (action == null || action.isEmpty()) {
            throw EnvelopeRejected.invalid("There is no Action.");
        }
        boolean optional = in.address.version() == SoapVersion.SOAP_12;
        if (in.http.soapActions().isEmpty() && !optional
                || in.http.soapActions().contains("")) {
            throw EnvelopeRejected.invalid("There is no SOAPAction.");
        }
        for (var soapAction : in.http.soapActions()) {
            if (!soapAction.equals(action)) {
                throw EnvelopeRejected.invalid(
                        "SOAPAction " + quoted(soapAction) + " is not Action " + quoted(action) + ".");
            }
        }
        return action;
    }

    /** Rule 12: SOAPAction, Action and service are one, known, and served here. */
    static void action(Arrival in) {
        var action = soapAction(in);
        if (!action.equals(in.header().service())) {
            throw EnvelopeRejected.invalid("Action " + quoted(action) + " is not the envelope's service "
                    + quoted(in.header().service()) + ".");
        }
        var service = in.service();
        if (service == null) {
            throw EnvelopeRejected.invalid("Service " + quoted(action) + " is unknown.");
        }
        if (!in.address.serves(service)) {
            throw EnvelopeRejected.invalid("Service " + service.name() + " is not served at this address.");
        }
    }

    /** Rules 17 and 18, H21. */
    void to(Arrival in) {
        to(in, address -> address.serves(in.requiredService()));
    }

    /** The same for queue collection. */
    void toQueue(Arrival in) {
        to(in, SoapAddress::isQueue);
    }

    private void to(Arrival in, Predicate<SoapAddress> serves) {
        var to = in.addressing().to();
        if (to == null && in.tolerates(Partner.Leniency.NO_TO)) {
            in.warn("There is no To; tolerated for this partner (H23)");
            return;
        }
        if (to == null || to.isEmpty()) {
            throw EnvelopeRejected.invalid("There is no To.");
        }
        var address = ours.find(to, in.requestBases);
        if (address.isEmpty() || !serves.test(address.get())) {
            throw EnvelopeRejected.invalid(
                    "To " + quoted(to) + " is not an address of this service here: " + ours.rule() + ".");
        }
    }

    /** Rule 20, H10, H21, WS-ADR-08. */
    static void replyTo(Arrival in) {
        if (in.addressing().referenceParameters()) {
            throw EnvelopeRejected.invalid("Reference parameters and properties are not allowed.");
        }
        in.answeredAt(Callback.of(in.addressing(), in.requiredPartner(), in.service()));
    }
}
