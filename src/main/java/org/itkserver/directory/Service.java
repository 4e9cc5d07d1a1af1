package org.itkserver.directory;

import java.util.Set;
import org.itkserver.envelope.Namespaces;
import org.jspecify.annotations.Nullable;

/**
 * One service of the catalogue and the rules its messages obey.
 *
 * @param name the service name, the last part of its URN
 * @param pattern how it is answered
 * @param generic whether it is one of the two generic services, where the interaction decides everything (H16)
 * @param repliesElsewhere whether a ReplyTo other than anonymous is part of the service (H21)
 * @param infrastructureAck whether it carries infrastructure acknowledgements, which may lack audit identity,
 *     interaction and profile (H3)
 * @param mimeTypes accepted media types in lower case; empty accepts any
 * @param profiles known profile URNs; empty accepts any
 * @param profileRequired whether every manifest item needs a profile
 * @param handler name of the handler for messages no route takes elsewhere, null for none
 * @param deadlines how long our messages on it wait for acknowledgements
 * @param retention how long its messages are kept, null for as long as all others
 */
public record Service(
        String name,
        Pattern pattern,
        boolean generic,
        boolean repliesElsewhere,
        boolean infrastructureAck,
        Set<String> mimeTypes,
        Set<String> profiles,
        boolean profileRequired,
        @Nullable String handler,
        AckDeadlines deadlines,
        @Nullable Retention retention) {

    /** A service with the usual deadlines. */
    public Service(
            String name,
            Pattern pattern,
            boolean generic,
            boolean repliesElsewhere,
            boolean infrastructureAck,
            Set<String> mimeTypes,
            Set<String> profiles,
            boolean profileRequired,
            @Nullable String handler) {
        this(
                name,
                pattern,
                generic,
                repliesElsewhere,
                infrastructureAck,
                mimeTypes,
                profiles,
                profileRequired,
                handler,
                AckDeadlines.DEFAULT,
                null);
    }

    public Service {
        mimeTypes = Set.copyOf(mimeTypes);
        profiles = Set.copyOf(profiles);
    }

    /** The service URN: SOAPAction, {@code wsa:Action} and {@code header/@service}. */
    public String urn() {
        return Namespaces.SERVICE + name;
    }

    /** The same service with another handler. */
    public Service withHandler(@Nullable String other) {
        return with(mimeTypes, profiles, other, deadlines, retention);
    }

    /** The same service with more known profiles. */
    public Service withProfiles(Set<String> more) {
        var all = new java.util.HashSet<>(profiles);
        all.addAll(more);
        return with(mimeTypes, all, handler, deadlines, retention);
    }

    /** The same service with other accepted media types. */
    public Service withMimeTypes(Set<String> other) {
        return with(other, profiles, handler, deadlines, retention);
    }

    /** The same service with other deadlines. */
    public Service withDeadlines(AckDeadlines other) {
        return with(mimeTypes, profiles, handler, other, retention);
    }

    /** The same service whose messages are kept as long as this. */
    public Service withRetention(Retention other) {
        return with(mimeTypes, profiles, handler, deadlines, other);
    }

    private Service with(
            Set<String> types,
            Set<String> known,
            @Nullable String taker,
            AckDeadlines waits,
            @Nullable Retention kept) {
        return new Service(
                name,
                pattern,
                generic,
                repliesElsewhere,
                infrastructureAck,
                types,
                known,
                profileRequired,
                taker,
                waits,
                kept);
    }
}
