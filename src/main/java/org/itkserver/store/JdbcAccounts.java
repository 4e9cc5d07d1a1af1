package org.itkserver.store;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.itkserver.audit.Account;
import org.itkserver.audit.Accounts;
import org.itkserver.audit.ClientLimit;
import org.itkserver.audit.Role;
import org.jspecify.annotations.Nullable;

/** The accounts on JDBC; each method is a transaction of its own. */
public final class JdbcAccounts implements Accounts {
    private static final String PEOPLE =
            "select name, password_hash, roles, active, must_change, generation, created_at,"
                    + " password_changed_at, last_signed_in_at from admin_user";
    private static final String PERSON = PEOPLE + " where name = ?";
    private static final String ALL = PEOPLE + " order by name";
    /** The order of the locks keeps two changes from waiting for each other. */
    private static final String LOCK = PEOPLE + " order by name for update";

    private static final String ANY = "select name from admin_user fetch first 1 rows only";
    private static final String ADD = "insert into admin_user (name, password_hash, roles, must_change, created_at,"
            + " password_changed_at) values (?, ?, ?, ?, ?, ?)";
    private static final String SET = "update admin_user set roles = ?, active = ?, generation = ? where name = ?";
    private static final String PASSWORD = "update admin_user set password_hash = ?, must_change = ?,"
            + " password_changed_at = ?, generation = generation + 1 where name = ? and generation = ?";
    private static final String SIGNED_IN = "update admin_user set last_signed_in_at = ? where name = ?";

    private static final String SEEN = "select name from sign_in_address where name = ? and address = ?";
    private static final String SEEN_AGAIN = "update sign_in_address set last_at = ? where name = ? and address = ?";
    private static final String SEEN_FIRST =
            "insert into sign_in_address (name, address, last_at) values (?, ?, ?) on conflict do nothing";
    private static final String FORGET_OLDEST =
            """
            delete from sign_in_address where name = ? and last_at < (select min(kept.last_at) from (
                select last_at from sign_in_address where name = ? order by last_at desc fetch first ? rows only) kept)""";
    /** Addresses of a person that are remembered. */
    private static final int ADDRESSES = 20;

    private static final String CLIENTS = "select name, token_hash, scopes, only_services, only_partners,"
            + " only_addresses, created_at from api_client";
    private static final String CLIENT = CLIENTS + " where token_hash = ?";
    private static final String ALL_CLIENTS = CLIENTS + " order by name";
    private static final String ADD_CLIENT =
            "insert into api_client (name, token_hash, scopes, only_services, only_partners, only_addresses, created_at)"
                    + " values (?, ?, ?, ?, ?, ?, ?)";
    private static final String SCOPES = "update api_client set scopes = ?, only_services = ?, only_partners = ?,"
            + " only_addresses = ? where name = ?";
    private static final String REMOVE_CLIENT = "delete from api_client where name = ?";

    private static final int LONGEST_NAME = 64;
    /** SQLSTATE class of a violated constraint; here that is the primary key. */
    private static final String CONSTRAINT = "23";

    private final Database database;

    public JdbcAccounts(Database database) {
        this.database = database;
    }

    @Override
    public Optional<Account> person(String name) {
        if (name.length() > LONGEST_NAME || name.indexOf('\0') >= 0) {
            return Optional.empty(); // PostgreSQL refuses a NUL as an error, not as a name nobody has
        }
        return select(PERSON, JdbcAccounts::account, name).stream().findFirst();
    }

    @Override
    public List<Account> people() {
        return select(ALL, JdbcAccounts::account);
    }

    @Override
    public boolean isEmpty() {
        return select(ANY, row -> row.getString(1)).isEmpty();
    }

    @Override
    public void add(String name, String passwordHash, Set<Role> roles, boolean mustChange, Instant at) {
        insert(ADD, name, passwordHash, text(roles), mustChange, at, at);
    }

    @Override
    public Outcome setRoles(String name, Set<Role> roles) {
        return change(name, old -> with(old, Role.with(roles), old.active(), old.generation()));
    }

    @Override
    public Outcome setActive(String name, boolean active) {
        return change(name, old -> with(old, old.roles(), active, old.generation() + (active ? 0 : 1)));
    }

    private static Account with(Account old, Set<Role> roles, boolean active, int generation) {
        return new Account(
                old.name(),
                old.passwordHash(),
                roles,
                active,
                old.mustChange(),
                generation,
                old.createdAt(),
                old.passwordChangedAt(),
                old.lastSignedInAt());
    }

    private Outcome change(String name, UnaryOperator<Account> change) {
        return database.inTransaction(connection -> {
            var people = Sql.list(connection, LOCK, JdbcAccounts::account);
            var old = people.stream().filter(who -> who.name().equals(name)).findFirst();
            var next = old.map(change);
            var outcome = Outcome.GONE;
            if (next.isPresent() && isAdmin(old.get()) && !isAdmin(next.get()) && admins(people) == 1) {
                outcome = Outcome.LAST_ADMIN;
            } else if (next.isPresent()) {
                var row = next.get();
                Sql.update(connection, SET, text(row.roles()), row.active(), row.generation(), name);
                outcome = Outcome.DONE;
            }
            return outcome;
        });
    }

    private static long admins(List<Account> people) {
        return people.stream().filter(JdbcAccounts::isAdmin).count();
    }

    private static boolean isAdmin(Account person) {
        return person.active() && person.roles().contains(Role.ADMIN);
    }

    @Override
    public Outcome setPassword(Account known, String passwordHash, boolean mustChange, Instant at) {
        return update(PASSWORD, passwordHash, mustChange, at, known.name(), known.generation());
    }

    @Override
    public void signedIn(String name, String address, Instant at) {
        database.inTransaction(connection -> {
            if (Sql.update(connection, SIGNED_IN, at, name) == 1
                    && Sql.update(connection, SEEN_AGAIN, at, name, address) == 0) {
                Sql.update(connection, SEEN_FIRST, name, address, at);
                Sql.update(connection, FORGET_OLDEST, name, name, ADDRESSES);
            }
            return name;
        });
    }

    @Override
    public boolean hasSignedInFrom(String name, String address) {
        return name.length() <= LONGEST_NAME
                && name.indexOf('\0') < 0
                && !select(SEEN, row -> row.getString(1), name, address).isEmpty();
    }

    @Override
    public void addClient(String name, byte[] tokenHash, Set<String> scopes, ClientLimit limit, Instant at) {
        insert(
                ADD_CLIENT,
                name,
                tokenHash,
                scopes(scopes),
                words(limit.services()),
                words(limit.partners()),
                words(limit.addresses()),
                at);
    }

    @Override
    public Optional<Client> client(byte[] tokenHash) {
        return select(CLIENT, JdbcAccounts::client, (Object) tokenHash).stream().findFirst();
    }

    @Override
    public List<Client> clients() {
        return select(ALL_CLIENTS, JdbcAccounts::client);
    }

    @Override
    public Outcome setClient(String name, Set<String> scopes, ClientLimit limit) {
        return update(
                SCOPES,
                scopes(scopes),
                words(limit.services()),
                words(limit.partners()),
                words(limit.addresses()),
                name);
    }

    @Override
    public Outcome removeClient(String name) {
        return update(REMOVE_CLIENT, name);
    }

    private static String scopes(Set<String> scopes) {
        if (scopes.isEmpty() || !Client.SCOPES.containsAll(scopes)) {
            throw new IllegalArgumentException("not scopes: " + scopes);
        }
        return Client.SCOPES.stream().filter(scopes::contains).collect(Collectors.joining(" "));
    }

    /** Null for an empty set, which does not limit. */
    private static @Nullable String words(Set<String> words) {
        if (words.stream().anyMatch(word -> word.isEmpty() || word.chars().anyMatch(Character::isWhitespace))) {
            throw new IllegalArgumentException("a limit is made of words");
        }
        return words.isEmpty() ? null : words.stream().sorted().collect(Collectors.joining(" "));
    }

    private static Set<String> limit(@Nullable String words) {
        return words == null ? Set.of() : Set.copyOf(words(words));
    }

    private static String text(Collection<Role> roles) {
        return Role.with(roles).stream().map(Role::label).collect(Collectors.joining(" "));
    }

    private static List<String> words(String text) {
        return List.of(text.strip().split(" +"));
    }

    private static Account account(ResultSet row) throws SQLException {
        var roles = words(row.getString("roles")).stream()
                .flatMap(label -> Role.of(label).stream()) // a role of a later release means nothing here
                .toList();
        return new Account(
                row.getString("name"),
                row.getString("password_hash"),
                Role.with(roles),
                row.getBoolean("active"),
                row.getBoolean("must_change"),
                row.getInt("generation"),
                Sql.time(row, "created_at"),
                Sql.time(row, "password_changed_at"),
                Sql.timeOrNull(row, "last_signed_in_at"));
    }

    private static Client client(ResultSet row) throws SQLException {
        return new Client(
                row.getString("name"),
                row.getBytes("token_hash"),
                Set.copyOf(words(row.getString("scopes"))),
                new ClientLimit(
                        limit(row.getString("only_services")),
                        limit(row.getString("only_partners")),
                        limit(row.getString("only_addresses"))),
                Sql.time(row, "created_at"));
    }

    private <T> List<T> select(String sql, Sql.Reader<T> reader, @Nullable Object... parameters) {
        return database.read(connection -> Sql.list(connection, sql, reader, parameters));
    }

    private Outcome update(String sql, @Nullable Object... parameters) {
        return database.read(connection -> Sql.update(connection, sql, parameters) == 1 ? Outcome.DONE : Outcome.GONE);
    }

    private void insert(String sql, @Nullable Object... parameters) {
        database.read(connection -> {
            try {
                return Sql.update(connection, sql, parameters);
            } catch (SQLException e) {
                if (e.getSQLState() != null && e.getSQLState().startsWith(CONSTRAINT)) {
                    throw new IllegalStateException("there is an account of this name already", e);
                }
                throw e;
            }
        });
    }
}
