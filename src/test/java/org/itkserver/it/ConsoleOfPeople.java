package org.itkserver.it;

import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.itkserver.audit.Role;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** A console on the real jar and PostgreSQL with one person of each role, and a newcomer who has a one-time password. */
abstract class ConsoleOfPeople {
    static final String PUBLIC = "https://itk.example.nhs.uk";
    static final String PASSWORD = "a word for the tests";

    @TempDir
    static Path folder;

    static Postgres postgres;
    static ServerProcess server;

    @BeforeAll
    static void open() throws Exception {
        postgres = new Postgres();
        server = postgres.configure(ServerProcess.at(folder.resolve("home")));
        server.with("ITK_PUBLIC_URL", PUBLIC)
                .with("ITK_TO_ALIASES", server.url())
                .start();
        postgres.execute("update admin_user set name = 'first' where name = 'admin'");
        for (var role : Role.values()) {
            person(role.label(), role, false);
        }
        person("newcomer", Role.CLINICAL, true);
    }

    @AfterAll
    static void close() {
        server.close();
        postgres.close();
    }

    /** Somebody with one role and a password whose hash costs nothing. */
    static void person(String name, Role role, boolean mustChange) {
        postgres.execute("insert into admin_user (name, password_hash, roles, must_change, created_at,"
                + " password_changed_at) values ('" + name + "', '" + FirstAccounts.cheapHash(PASSWORD) + "', 'viewer "
                + role.label() + "', " + mustChange + ", now(), now())");
    }

    static Visitor signedIn(String name) {
        return Visitor.of(server.url(), name, PASSWORD);
    }

    static long count(String type) {
        return postgres.count("select count(*) from audit_event where type = ?", type);
    }

    static String location(HttpResponse<String> answer) {
        return answer.headers().firstValue("Location").orElse("");
    }
}
