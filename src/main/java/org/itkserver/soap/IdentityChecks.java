package org.itkserver.soap;

import static org.itkserver.envelope.ToolkitError.quoted;

import java.time.Duration;
import org.itkserver.directory.Partner;
import org.itkserver.envelope.EnvelopeHeader;
import org.itkserver.envelope.EnvelopeRejected;
import org.itkserver.envelope.Namespaces;
import org.itkserver.envelope.TypedUri;
import org.jspecify.annotations.Nullable;

/** Checks of who sent the message and when: WS-Security header, partner, identity. Rule numbers as in docs/protocol.md. */
final class IdentityChecks {
    /** A time-to-live beyond this is refused (H5). */
    static final Duration LONGEST_LIFE = Duration.ofHours(24);

    private final Duration skew;

    /** @param skew how far clocks may differ (H5) */
    IdentityChecks(Duration skew) {
        this.skew = skew;
    }

    /** Rules 6, 7 and 19. */
    static void timestampForm(Arrival in) {
        if (in.lacksSecurity()) {
            return;
        }
        required("Created", in.security().created());
        required("Expires", in.security().expires());
    }

    private static void required(String name, @Nullable String value) {
        if (value == null || value.isEmpty()) {
            throw EnvelopeRejected.invalid("The Timestamp has no " + name + ".");
        }
        if (DateTimes.instant(value) == null) {
            throw EnvelopeRejected.invalid(name + " " + quoted(value) + " is not a date and time.");
        }
    }

    /**
     * Rules 9, 10 and 11: known, proven by its certificate, allowed to call the service, and speaking for itself or those it
     * relays for (H10).
     */
    static void username(Arrival in) {
        var proven = in.peer.partner();
        if (proven != null) {
            in.identified(proven);
        }
        if (in.lacksSecurity() && proven != null) {
            in.warn("There is no Security header; tolerated for this partner (H23)");
            allowed(in, proven);
            return;
        }
        var username = in.security().username();
        if (username == null || username.isEmpty()) {
            throw EnvelopeRejected.denied("There is no Username.");
        }
        var partner = in.directory.partnerOf(username).orElseThrow(IdentityChecks::denied);
        if (proven == null ? !partner.certificates().isEmpty() : !proven.id().equals(partner.id())) {
            throw denied();
        }
        in.identified(partner);
        allowed(in, partner);
    }

    private static void allowed(Arrival in, Partner partner) {
        var service = in.service();
        boolean allowed = service == null || partner.mayCall(service);
        var header = in.message.header();
        if (!allowed || header != null && !speaksForItself(partner, header)) {
            throw denied();
        }
    }

    /** One text for every way to be denied, so that nobody can find out who exists. */
    static EnvelopeRejected denied() {
        return EnvelopeRejected.denied("The sender is not known or not allowed to do this.");
    }

    private static boolean speaksForItself(Partner partner, EnvelopeHeader header) {
        var sender = header.sender();
        return (sender == null || owns(partner, sender.uri()))
                && header.auditIdentity().stream().allMatch(identity -> owns(partner, identity.uri()));
    }

    /** Whatever the type says (S16). A URI without organisation is not judged here; the grammar checks refuse it. */
    private static boolean owns(Partner partner, String uri) {
        var organisation = NhsUri.isOne(uri) ? Partner.organisation(uri) : null;
        return organisation == null || partner.speaksFor(organisation);
    }

    /** Rule 15, H15, COR-DEH-03 and 04. */
    static void auditIdentity(Arrival in) {
        var identities = in.header().auditIdentity();
        if (identities.isEmpty() && !in.isInfrastructureAck()) {
            throw EnvelopeRejected.invalid("There is no audit identity.");
        }
        for (var identity : identities) {
            typeIsAnOid(identity);
            boolean address = NhsUri.isAddressAsIdentity(identity.uri());
            if ((identity.isItkIdentity() || NhsUri.isOne(identity.uri()))
                    && !address
                    && !NhsUri.isIdentity(identity.uri())) {
                throw EnvelopeRejected.invalid("Audit identity " + quoted(identity.uri()) + " is not "
                        + Namespaces.IDENTITY + "AUTHORITY:ORGANISATION.");
            }
            if (address) {
                in.warn("Audit identity is an address and not an identity (H15)");
            }
        }
    }

    /** No address has an empty token (H4), and an ITK return address has an organisation; other types are exempt (H10). */
    static void addresses(Arrival in) {
        for (var address : in.header().addresses()) {
            if (NhsUri.isOne(address.uri()) && NhsUri.hasEmptyToken(address.uri())) {
                throw EnvelopeRejected.invalid("Address " + quoted(address.uri()) + " has an empty part.");
            }
        }
        var sender = in.header().sender();
        if (sender != null) {
            typeIsAnOid(sender);
            boolean itk = sender.isItkAddress() || NhsUri.isOne(sender.uri());
            if (itk && !NhsUri.isAddress(sender.uri())) {
                throw EnvelopeRejected.invalid("Sender address " + quoted(sender.uri()) + " is not "
                        + Namespaces.ADDRESS + "AUTHORITY:ORGANISATION.");
            }
        }
    }

    private static void typeIsAnOid(TypedUri uri) {
        var type = uri.type();
        if (type != null && !NhsUri.isOid(type)) {
            throw EnvelopeRejected.invalid("Type " + quoted(type) + " is not an OID.");
        }
    }

    /** Rule 22, H5. */
    void timestampWindow(Arrival in) {
        if (in.lacksSecurity()) {
            return;
        }
        var created = DateTimes.instant(String.valueOf(in.security().created()));
        var expires = DateTimes.instant(String.valueOf(in.security().expires()));
        if (created == null || expires == null) {
            throw new IllegalStateException("checked before");
        }
        if (!created.isBefore(expires)) {
            throw EnvelopeRejected.invalid("Created is not before Expires.");
        }
        if (Duration.between(created, expires).compareTo(LONGEST_LIFE) > 0) {
            throw EnvelopeRejected.invalid("The Timestamp lives longer than " + LONGEST_LIFE.toHours() + " hours.");
        }
        if (created.isAfter(in.now.plus(skew))) {
            throw EnvelopeRejected.invalid("Created is in the future.");
        }
        if (!expires.plus(skew).isAfter(in.now)) {
            throw EnvelopeRejected.invalid("The message has expired.");
        }
    }
}
