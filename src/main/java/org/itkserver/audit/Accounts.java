package org.itkserver.audit;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Who may use the console and the REST API. Thread-safe; what is changed is durable when the method returns, and every node
 * sees it with its next look. Keeps hashes only, never a password or a token. All methods throw {@link StoreUnavailable}
 * when the database is away; whether a change was made is unknown then.
 */
public interface Accounts {
    /** What became of a change. */
    enum Outcome {
        /** It is durable. */
        DONE,
        /** Nobody active would have been left with {@link Role#ADMIN}; nothing was changed. */
        LAST_ADMIN,
        /** There is nobody of this name, or somebody else changed the same just before; nothing was changed. */
        GONE
    }

    /**
     * The person of this name, empty for an unknown one. Names are compared exactly.
     *
     * @param name any text, of any length
     */
    Optional<Account> person(String name);

    /** Everybody, by name. */
    List<Account> people();

    /** Whether there is no person yet. */
    boolean isEmpty();

    /**
     * Adds a person, who may sign in at once.
     *
     * @param name 1 to 64 characters
     * @param passwordHash the hash with its method and salt in it
     * @param roles {@link Role#VIEWER} comes with any
     * @param mustChange whether the password is for one sign-in
     * @throws IllegalStateException when the name is taken
     */
    void add(String name, String passwordHash, Set<Role> roles, boolean mustChange, Instant at);

    /** Gives a person these roles and no other. Two changes at the same time cannot leave nobody with {@link Role#ADMIN}. */
    Outcome setRoles(String name, Set<Role> roles);

    /** Lets a person sign in, or ends the person's sessions and lets in no more; what was said of admins holds here too. */
    Outcome setActive(String name, boolean active);

    /**
     * Changes a password and ends all sessions of the person: the generation rises by one.
     *
     * @param known the person as read before; nothing is changed when the password was changed since
     * @param mustChange whether the password is for one sign-in
     * @return done or gone
     */
    Outcome setPassword(Account known, String passwordHash, boolean mustChange, Instant at);

    /**
     * Notes that a person signed in from an address; does nothing for an unknown name.
     *
     * @param address network address
     */
    void signedIn(String name, String address, Instant at);

    /** Whether a person has signed in from this network address before; false for an unknown name. */
    boolean hasSignedInFrom(String name, String address);

    /**
     * Adds an application.
     *
     * @param name 1 to 64 characters
     * @param tokenHash SHA-256 of its token, 32 bytes
     * @param scopes at least one of {@link Client#SCOPES}
     * @param limit which messages it may see and send
     * @throws IllegalStateException when the name is taken
     */
    void addClient(String name, byte[] tokenHash, Set<String> scopes, ClientLimit limit, Instant at);

    /**
     * The application with this token, empty for a token that is none of ours.
     *
     * @param tokenHash SHA-256 of the token, 32 bytes
     */
    Optional<Client> client(byte[] tokenHash);

    /** All applications, by name. */
    List<Client> clients();

    /**
     * Changes what an application may do, from its next request on.
     *
     * @param scopes at least one of {@link Client#SCOPES}
     * @param limit which messages it may see and send
     * @return done or gone
     */
    Outcome setClient(String name, Set<String> scopes, ClientLimit limit);

    /**
     * Removes an application; its next request is refused.
     *
     * @return done or gone
     */
    Outcome removeClient(String name);

    /**
     * An application that may use the REST API.
     *
     * @param name its name, as in the audit trail
     * @param tokenHash SHA-256 of its token, to be compared once more in constant time
     * @param scopes what it may do, of {@link #SCOPES}
     * @param limit which messages it may see and send
     */
    record Client(String name, byte[] tokenHash, Set<String> scopes, ClientLimit limit, Instant createdAt) {
        /** All scopes: sending and reading messages; reading the audit trail; reading the figures of monitoring. */
        public static final List<String> SCOPES = List.of("messages", "audit", "metrics");
        /** The scopes of the token that the first start makes. */
        public static final Set<String> FIRST = Set.of("messages", "audit");

        public Client {
            scopes = Set.copyOf(scopes);
        }
    }
}
