package org.itkserver.admin;

import org.itkserver.audit.Role;
import org.itkserver.watch.Alert;
import org.jspecify.annotations.Nullable;

/**
 * An alert as the overview shows it. Public only for the template.
 *
 * @param link where to see what it is about, null for nowhere
 * @param linkText what is there
 */
public record AlertLine(Alert alert, @Nullable String link, String linkText) {
    private static final String MESSAGES = "/admin/messages?what=all&state=";

    static AlertLine of(Alert alert, Person person) {
        var subject = alert.subject();
        var partner = alert.partner();
        var of = partner == null ? "" : Show.link("&partner=", partner);
        return switch (alert.kind()) {
            case DEAD_LETTER -> messages(alert, MESSAGES + "dead-letter" + of);
            case OVERDUE -> messages(alert, MESSAGES + "overdue" + of);
            case REFUSED_BY_PARTNER -> messages(alert, MESSAGES + "rejected&direction=out" + of);
            case UNREADABLE, UNROUTABLE -> messages(alert, "/admin/messages?what=all&direction=in" + of);
            case ACK_UNMATCHED, ACK_FORGED -> messages(alert, "/admin/messages?what=unmatched" + of);
            case PARTNER_DOWN, ENDPOINT_REFUSES, WRONG_ANSWER ->
                messages(alert, MESSAGES + "accepted&direction=out" + of);
            case HANDLER_FAILING -> messages(alert, MESSAGES + "accepted&direction=in");
            case CLOCK_OFF, CLOCK_UNCONFIRMED -> new AlertLine(alert, "/admin/retention", "See the waiting work");
            case RETENTION_FAILING -> new AlertLine(alert, "/admin/retention", "What is wrong with it");
            case CERTIFICATE_ENDING -> new AlertLine(alert, "/admin/directory#certificates", "See the certificates");
            case DIRECTORY_REFUSED -> new AlertLine(alert, "/admin/directory", "What is wrong with it");
            case OUTBOX_FAILING -> audit(alert, person, "type=alert");
            case BREAK_GLASS -> audit(alert, person, Show.link("type=payload-viewed&actor=", subject));
            case CONTENT_KEY_GONE -> audit(alert, person, "type=content-key-gone");
            case CONTENT_ALTERED -> audit(alert, person, "type=alert");
            case SEAL_BEHIND, ANCHOR_FAILED -> audit(alert, person, "");
            case OTHER -> audit(alert, person, "type=alert");
            case IDENTITY -> audit(alert, person, "type=refused" + of);
            case DATABASE, CONTENT_KEYS_AWAY, DISK_LOW, TLS_FILES_REFUSED, LOOP_FAILING ->
                new AlertLine(alert, null, "");
        };
    }

    private static AlertLine messages(Alert alert, String link) {
        return new AlertLine(alert, link, "See the messages");
    }

    /** Only for who may go there. */
    private static AlertLine audit(Alert alert, Person person, String query) {
        var link = "/admin/audit" + (query.isEmpty() ? "" : "?" + query);
        return new AlertLine(alert, person.has(Role.AUDITOR) ? link : null, "See the audit trail");
    }
}
