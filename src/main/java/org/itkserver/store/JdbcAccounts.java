package org.itkserver.store;

import static org.itkserver.store.Database.utc;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.itkserver.audit.Accounts;

/** The accounts on JDBC; each method is one statement and a transaction of its own. */
public final class JdbcAccounts implements Accounts {
    private static final String HASH = "select password_hash from admin_user where name = ?";
    private static final String ANY = "select name from admin_user fetch first 1 rows only";
    private static final String ADD = "insert into admin_user (name, password_hash, created_at) values (?, ?, ?)";
    private static final String ADD_CLIENT = "insert into api_client (name, token_hash, created_at) values (?, ?, ?)";
    private static final String CLIENT = "select name, token_hash, scopes from api_client where token_hash = ?";
    private static final int LONGEST_NAME = 64;
    /** SQLSTATE class of a violated constraint; here that is the primary key. */
    private static final String CONSTRAINT = "23";

    private final Database database;

    public JdbcAccounts(Database database) {
        this.database = database;
    }

    @Override
    public Optional<String> passwordHash(String name) {
        if (name.length() > LONGEST_NAME || name.indexOf('\0') >= 0) {
            return Optional.empty(); // PostgreSQL refuses a NUL as an error, not as a name nobody has
        }
        return database.read(connection -> {
            try (var select = connection.prepareStatement(HASH)) {
                select.setString(1, name);
                try (var row = select.executeQuery()) {
                    return row.next() ? Optional.of(row.getString(1)) : Optional.empty();
                }
            }
        });
    }

    @Override
    public boolean isEmpty() {
        return database.read(connection -> {
            try (var select = connection.prepareStatement(ANY);
                    var row = select.executeQuery()) {
                return !row.next();
            }
        });
    }

    @Override
    public void add(String name, String passwordHash, Instant at) {
        database.read(connection -> insert(connection, ADD, name, passwordHash, at));
    }

    @Override
    public void addClient(String name, byte[] tokenHash, Instant at) {
        database.read(connection -> insert(connection, ADD_CLIENT, name, tokenHash, at));
    }

    @Override
    public Optional<Client> client(byte[] tokenHash) {
        return database.read(connection -> {
            try (var select = connection.prepareStatement(CLIENT)) {
                select.setBytes(1, tokenHash);
                try (var row = select.executeQuery()) {
                    return row.next()
                            ? Optional.of(new Client(
                                    row.getString("name"),
                                    row.getBytes("token_hash"),
                                    Set.of(row.getString("scopes").trim().split(" +"))))
                            : Optional.empty();
                }
            }
        });
    }

    private static int insert(Connection connection, String sql, String name, Object secret, Instant at)
            throws SQLException {
        try (var insert = connection.prepareStatement(sql)) {
            insert.setString(1, name);
            insert.setObject(2, secret);
            insert.setObject(3, utc(at));
            return insert.executeUpdate();
        } catch (SQLException e) {
            if (e.getSQLState() != null && e.getSQLState().startsWith(CONSTRAINT)) {
                throw new IllegalStateException("there is an account named " + name + " already", e);
            }
            throw e;
        }
    }
}
