package org.itkserver.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** The REST API on PostgreSQL: all day's work, scopes, two nodes, and a database that goes away. */
class ApiPostgresIT extends ApiContract {
    private final Postgres postgres = new Postgres();

    @Override
    ServerProcess server(Path home) {
        return postgres.configure(ServerProcess.at(home));
    }

    @AfterAll
    void withoutItsDatabaseItSaysTryAgain() {
        postgres.close();
        for (var path : List.of("/api/inbox", "/api/audit", "/api/messages/" + Sample.uuid())) {
            assertEquals(503, api.get(path).status(), path);
        }
        assertEquals(503, api.post("/api/messages", letter(Sample.uuid())).status());
    }

    private ApiCaller client(String name, String scopes) throws Exception {
        var token = "token-of-" + name;
        var hash = MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
        postgres.execute("insert into api_client (name, token_hash, created_at, scopes) values ('" + name + "', '\\x"
                + HexFormat.of().formatHex(hash) + "', now(), '" + scopes + "')");
        return api.as("Bearer " + token);
    }

    @Test
    void aTokenAllowsWhatItsScopesSay() throws Exception {
        var auditor = client("auditor", "audit");
        var sender = client("sender", "messages");
        var id = Sample.uuid();
        description.operations().forEach((operation, statuses) -> {
            if (statuses.contains("403")) {
                var method = operation.substring(0, operation.indexOf(' '));
                var path = operation
                        .substring(operation.indexOf(' ') + 1)
                        .replace("{trackingId}", id)
                        .replace("{number}", "1");
                boolean audit = path.equals("/api/audit");
                var answer = (audit ? sender : auditor)
                        .call(
                                method,
                                path,
                                method.equals("POST") ? "{}" : null,
                                Map.of("Content-Type", "application/json"));
                assertEquals(403, answer.status(), operation);
            }
        });
        assertEquals(200, auditor.get("/api/audit").status());
        assertEquals(200, sender.get("/api/inbox").status());
        assertEquals(
                1, postgres.count("select count(*) from audit_event where type = 'api-denied' and actor = 'sender'"));
    }

    @Test
    void anApplicationOfOneNodeMissesNothingOfTheOther() throws Exception {
        var before = all("/api/inbox?", "messages", "");
        var position = before.get(before.size() - 1).asText();
        var sent = new HashSet<String>();
        var seen = new HashSet<String>();
        try (var second = postgres.configure(ServerProcess.at(folder.resolve("second-home")))
                .directory(directory())
                .start()) {
            for (int i = 0; i < 6; i++) {
                var id = Sample.uuid();
                sent.add(id);
                Sample.of("send-document-pdf").send(i % 2 == 0 ? second.url() : server.url(), id);
                var page = all("/api/inbox?limit=1&", "messages", position);
                position = page.remove(page.size() - 1).asText();
                page.forEach(message ->
                        assertEquals(true, seen.add(message.path("trackingId").asText())));
            }
        }
        // what another transaction held back is on a later page
        var last = position;
        server.await(
                () -> {
                    var page = all("/api/inbox?limit=200&", "messages", last);
                    page.remove(page.size() - 1);
                    var later = new HashSet<>(seen);
                    page.forEach(message ->
                            assertTrue(later.add(message.path("trackingId").asText())));
                    return later.containsAll(sent);
                },
                Duration.ofSeconds(60));
    }
}
