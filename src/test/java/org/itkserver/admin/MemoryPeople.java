package org.itkserver.admin;

import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.itkserver.audit.Account;
import org.itkserver.audit.Accounts;
import org.itkserver.audit.ClientLimit;
import org.itkserver.audit.Role;

/** People to sign in as; nothing of them can be changed but by putting another account in the place. */
final class MemoryPeople implements Accounts {
    private final Map<String, Account> people = new HashMap<>();

    void put(String name, Set<Role> roles, boolean active, int generation) {
        people.put(
                name, new Account(name, "none", roles, active, false, generation, Instant.EPOCH, Instant.EPOCH, null));
    }

    @Override
    public Optional<Account> person(String name) {
        return Optional.ofNullable(people.get(name));
    }

    @Override
    public List<Account> people() {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean isEmpty() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void add(String name, String passwordHash, Set<Role> roles, boolean mustChange, Instant at) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Outcome setRoles(String name, Set<Role> roles) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Outcome setActive(String name, boolean active) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Outcome setPassword(Account known, String passwordHash, boolean mustChange, Instant at) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void signedIn(String name, String address, Instant at) {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean hasSignedInFrom(String name, String address) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void addClient(String name, byte[] tokenHash, Set<String> scopes, ClientLimit limit, Instant at) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Optional<Client> client(byte[] tokenHash) {
        throw new UnsupportedOperationException();
    }

    @Override
    public List<Client> clients() {
        throw new UnsupportedOperationException();
    }

    @Override
    public Outcome setClient(String name, Set<String> scopes, ClientLimit limit) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Outcome removeClient(String name) {
        throw new UnsupportedOperationException();
    }
}
