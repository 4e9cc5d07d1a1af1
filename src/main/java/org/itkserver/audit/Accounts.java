package org.itkserver.audit;

import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/**
 * Who may use the console and the REST API. Thread-safe; what is added is durable when the method returns. Keeps hashes
 * only, never a password or a token. All methods throw {@link StoreUnavailable} when the database is away.
 */
public interface Accounts {

    /**
     * The stored password hash of a person, empty for an unknown name. Names are compared exactly.
     *
     * @param name any text, of any length
     */
    Optional<String> passwordHash(String name);

    /** Whether there is no person yet. */
    boolean isEmpty();

    /**
     * Adds a person.
     *
     * @param name 1 to 64 characters
     * @param passwordHash the hash with its method and salt in it
     * @throws IllegalStateException when the name is taken
     */
    void add(String name, String passwordHash, Instant at);

    /**
     * Adds an application that may use the whole REST API.
     *
     * @param name 1 to 64 characters
     * @param tokenHash SHA-256 of its token, 32 bytes
     * @throws IllegalStateException when the name is taken
     */
    void addClient(String name, byte[] tokenHash, Instant at);

    /**
     * The application with this token, empty for a token that is none of ours.
     *
     * @param tokenHash SHA-256 of the token, 32 bytes
     */
    Optional<Client> client(byte[] tokenHash);

    /**
     * An application that may use the REST API.
     *
     * @param name its name, as in the audit trail
     * @param tokenHash SHA-256 of its token, to be compared once more in constant time
     * @param scopes what it may do: {@code messages}, {@code audit}
     */
    record Client(String name, byte[] tokenHash, Set<String> scopes) {
        public Client {
            scopes = Set.copyOf(scopes);
        }
    }
}
