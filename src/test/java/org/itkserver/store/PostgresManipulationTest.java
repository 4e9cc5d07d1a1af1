package org.itkserver.store;

import java.sql.DriverManager;
import java.sql.SQLException;
import org.itkserver.it.Postgres;
import org.junit.jupiter.api.AfterAll;

/** With two roles: the one that the manipulations use can only add to the trail. */
class PostgresManipulationTest extends ManipulationContract {
    private final Postgres postgres = new Postgres();
    private final String url = roles();

    private String roles() {
        try (var connection = postgres.connect();
                var statement = connection.createStatement()) {
            statement.execute("create role proof_owner login password 'o'");
            statement.execute("create role proof_app login password 'a'");
            statement.execute("alter schema public owner to proof_owner");
            return postgres.url();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @AfterAll
    void stop() throws SQLException {
        try (var connection = DriverManager.getConnection(url, "postgres", "");
                var statement = connection.createStatement()) {
            statement.execute("drop owned by proof_app cascade");
            statement.execute("drop owned by proof_owner cascade");
            statement.execute("drop role proof_app");
            statement.execute("drop role proof_owner");
        }
        postgres.close();
    }

    @Override
    DatabaseSettings settings() {
        return new DatabaseSettings(url, "proof_app", "a", 8, new DatabaseSettings.Owner("proof_owner", "o"));
    }
}
