package org.itkserver.directory;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An organisation's system that exchanges messages with us.
 *
 * @param id our name for it
 * @param ods its ODS codes, upper case; it owns the addresses and identities below them
 * @param usernames the Usernames it sends
 * @param services names of the services it may call; "*" for all
 * @param relaysFor ODS codes, upper case, whose messages it may bring; "*" for all (H10)
 * @param answer how a positive one-way answer looks to it (H2)
 * @param strictPayload whether an empty attribute inside a payload is refused (H22)
 * @param queues queues that it alone may name, read and confirm
 * @param endpoints where it takes messages
 * @param ackStyle how acknowledgements to it look (H8)
 * @param rate most messages a second, on the whole; 0 for as many as it can
 * @param certificates names of the certificates it shows, as {@link ClientCertificate#name} writes them; empty when it has none
 * @param signing signatures of its messages, and of ours to it
 * @param tolerated what is forgiven to it, each time with an audited warning (H23)
 */
public record Partner(
        String id,
        Set<String> ods,
        Set<String> usernames,
        Set<String> services,
        Set<String> relaysFor,
        PositiveAnswer answer,
        boolean strictPayload,
        Set<String> queues,
        Endpoints endpoints,
        AckForm ackStyle,
        int rate,
        Set<String> certificates,
        Signing signing,
        Set<Leniency> tolerated) {

    public static final String ANY = "*";

    /** How a positive answer without a business response looks (H2). */
    public enum PositiveAnswer {
        /** What the service's pattern says. */
        AUTO,
        /** 200 with SimpleMessageResponse. */
        OK200,
        /** 200 with an empty body. */
        EMPTY200,
        /** 202 with an empty body. */
        EMPTY202
    }

    /** Rules that a partner's messages may break (H23). */
    public enum Leniency {
        /** A one-way message without MessageID. */
        NO_MESSAGE_ID,
        /** A message without Security header, when the sender's certificate proves it. */
        NO_SECURITY,
        /** A message without To. */
        NO_TO;

        /** The name in {@code directory.yaml}. */
        public String label() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /** Which ITK release's form acknowledgements take (H8). */
    public enum AckForm {
        /** As the message: a named 2.1 service gets 2.1, a generic one 2.2. */
        AUTO,
        /** SendInfrastructureAck and SendBusinessAck. */
        ITK_2_1,
        /** sendDistEnvelope. */
        ITK_2_2
    }

    public Partner {
        ods = Set.copyOf(ods);
        usernames = Set.copyOf(usernames);
        services = Set.copyOf(services);
        relaysFor = Set.copyOf(relaysFor);
        queues = Set.copyOf(queues);
        certificates = Set.copyOf(certificates);
        tolerated = Set.copyOf(tolerated);
    }

    /** Whether it is forgiven this (H23). */
    public boolean tolerates(Leniency leniency) {
        return tolerated.contains(leniency);
    }

    public boolean mayCall(Service service) {
        return services.contains(ANY) || services.contains(service.name());
    }

    /** Whether it may send in the name of this ODS code, compared without regard to case. */
    public boolean speaksFor(String odsCode) {
        var code = odsCode.toUpperCase(Locale.ROOT);
        return ods.contains(code) || relaysFor.contains(ANY) || relaysFor.contains(code);
    }

    /** Whether this address lies under one of its own ODS codes. */
    public boolean owns(String address) {
        var organisation = organisation(address);
        return organisation != null && ods.contains(organisation.toUpperCase(Locale.ROOT));
    }

    /** Whether it may send in the name of the organisation of this address; false for an address without one. */
    public boolean speaksForAddress(String address) {
        var organisation = organisation(address);
        return organisation != null && speaksFor(organisation);
    }

    /** The organisation token of {@code urn:nhs-uk:addressing:AUTHORITY:ORG...}, or null when the URI has none. */
    public static @Nullable String organisation(String uri) {
        var tokens = List.of(uri.split(":", -1));
        return tokens.size() >= 5 && !tokens.get(4).isEmpty() ? tokens.get(4) : null;
    }
}
