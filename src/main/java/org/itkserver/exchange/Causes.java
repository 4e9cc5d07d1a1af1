package org.itkserver.exchange;

import org.itkserver.audit.AlertKind;
import org.itkserver.audit.AuditEvent;
import org.itkserver.audit.AuditType;
import org.itkserver.audit.Cause;

/** The alerts that messages raise. Their texts leave the server, so nothing out of a message is in them. */
final class Causes {
    private Causes() {}

    static Cause overdue(String partner) {
        return Cause.ofPartner(AlertKind.OVERDUE, partner, "No acknowledgement came by its deadline.");
    }

    /** @param state how sending ended */
    static Cause unsent(String partner, MessageState state) {
        return state == MessageState.REJECTED
                ? Cause.ofPartner(AlertKind.REFUSED_BY_PARTNER, partner, "The partner refused what was sent to it.")
                : Cause.ofPartner(AlertKind.DEAD_LETTER, partner, "It could not be sent, and is not tried again.");
    }

    /**
     * @param url the endpoint
     * @param answer what it answers, in words of ours
     */
    static Cause held(String partner, String url, String answer) {
        return new Cause(
                AlertKind.ENDPOINT_REFUSES,
                url,
                partner,
                "The endpoint " + url + " answers " + answer + " again and again; messages to it wait.");
    }

    static Cause wrongAnswer(String partner) {
        return Cause.ofPartner(
                AlertKind.WRONG_ANSWER, partner, "It answered a request with something that is not its response.");
    }

    static Cause untaken(String handler) {
        return new Cause(
                AlertKind.DEAD_LETTER,
                "handler/" + handler,
                null,
                "The handler did not take it; it is not tried again.");
    }

    static Cause unreadable(String partner) {
        return Cause.ofPartner(AlertKind.UNREADABLE, partner, "A payload is not what its manifest says.");
    }

    static Cause unroutable(String partner) {
        return Cause.ofPartner(AlertKind.UNROUTABLE, partner, "An address is neither ours nor routed.");
    }

    static Cause forged(String partner) {
        return Cause.ofPartner(
                AlertKind.ACK_FORGED, partner, "It acknowledges a message that was not transmitted to it.");
    }

    /** Somebody with a certificate wants what it does not allow (S-14, S-19). */
    static Cause denied(Refusals.Source source) {
        var partner = source.partner();
        return partner == null
                ? new Cause(
                        AlertKind.IDENTITY,
                        "certificate " + source.certificate(),
                        null,
                        "A certificate that is not good or belongs to no partner was shown.")
                : Cause.ofPartner(
                        AlertKind.IDENTITY, partner, "It sent in another's name, or wanted what it may not do.");
    }

    /** An acknowledgement that goes nowhere and matches nothing is an alert; the other events stay as they are. */
    static AuditEvent unmatched(AuditEvent event) {
        var partner = event.partner();
        return event.type() == AuditType.ACK_UNMATCHED && partner != null
                ? event.raising(Cause.ofPartner(AlertKind.ACK_UNMATCHED, partner, "We sent no such message."))
                : event;
    }
}
