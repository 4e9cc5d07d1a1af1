package org.itkserver.it;

import static org.itkserver.it.Visitor.form;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** Every operation of the API, called with a token that is limited to some messages. */
final class LimitedTokens {
    private static final Pattern SECRET = Pattern.compile("id=\"secret\">([^<]+)<");

    private final ServerProcess server;
    private final ApiCaller api;
    private final OpenApi description;

    LimitedTokens(ServerProcess server, ApiCaller api, OpenApi description) {
        this.server = server;
        this.api = api;
        this.description = description;
    }

    /** A client that the console made, limited by one of the form's fields. */
    ApiCaller client(String name, String field, String value) {
        var page = Visitor.admin(server)
                .submit("/admin/clients", form("name", name, "scope", "messages", field, value) + "&scope=audit");
        assertEquals(200, page.statusCode(), page.body());
        var secret = SECRET.matcher(page.body());
        assertTrue(secret.find(), page.body());
        return api.as("Bearer " + secret.group(1));
    }

    /**
     * What a client may see and send.
     *
     * @param visible tracking ids of messages
     * @param hidden those of others
     * @param answered tracking ids of visible messages that have a response
     * @param forbidden a message that it may not send; null when it may send any
     */
    record Expected(Set<String> visible, Set<String> hidden, Set<String> answered, String forbidden) {}

    void holds(ApiCaller client, Expected expected) {
        for (var operation : description.operations().keySet()) {
            switch (operation) {
                case "GET /api/openapi.yaml" -> {}
                case "POST /api/messages" -> {
                    if (expected.forbidden() != null) {
                        var answer = client.post("/api/messages", expected.forbidden());
                        assertEquals(403, answer.status(), operation + answer.body());
                    }
                }
                case "GET /api/messages/{trackingId}" -> {
                    for (var id : expected.visible()) {
                        var answer = client.get("/api/messages/" + id);
                        assertEquals(200, answer.status(), operation + answer.body());
                        showsNoneOf(answer, expected.hidden());
                    }
                    isMissing(client, operation, expected.hidden());
                }
                case "GET /api/messages/{trackingId}/payloads/{number}" -> {
                    for (var id : expected.visible()) {
                        assertEquals(
                                200,
                                client.get("/api/messages/" + id + "/payloads/1")
                                        .status(),
                                operation + id);
                    }
                    isMissing(client, operation, expected.hidden());
                }
                case "GET /api/messages/{trackingId}/response/payloads/{number}" -> {
                    for (var id : expected.answered()) {
                        assertEquals(
                                200,
                                client.get("/api/messages/" + id + "/response/payloads/1")
                                        .status(),
                                operation + id);
                    }
                    isMissing(client, operation, expected.hidden());
                }
                case "POST /api/messages/{trackingId}/business-ack" -> isMissing(client, operation, expected.hidden());
                case "GET /api/inbox" -> {
                    for (int limit : new int[] {1, 3, 200}) {
                        lists(client, "/api/inbox?limit=" + limit + "&after=", "messages", expected, false);
                    }
                }
                case "GET /api/audit" -> {
                    for (int limit : new int[] {7, 200}) {
                        lists(client, "/api/audit?limit=" + limit + "&after=", "events", expected, true);
                    }
                    for (var id : expected.hidden()) {
                        var answer = client.get("/api/audit?trackingId=" + id);
                        assertEquals(0, answer.json().path("events").size(), answer.body());
                    }
                    for (var id : expected.visible()) {
                        var answer = client.get("/api/audit?trackingId=" + id);
                        assertTrue(answer.json().path("events").size() > 0, id);
                    }
                }
                default -> fail("a limited token was not tried with the new operation " + operation);
            }
        }
    }

    private static void isMissing(ApiCaller client, String operation, Set<String> hidden) {
        for (var id : hidden) {
            for (var written : List.of(id, id.toLowerCase(java.util.Locale.ROOT))) {
                var parts = operation.split(" ");
                var path = parts[1].replace("{trackingId}", written).replace("{number}", "1");
                var answer = parts[0].equals("GET") ? client.get(path) : client.post(path, "{'outcome':'accepted'}");
                assertEquals(404, answer.status(), operation + answer.body());
                showsNoneOf(answer, hidden);
            }
        }
    }

    private static void showsNoneOf(OpenApi.Answer answer, Set<String> hidden) {
        hidden.forEach(id -> assertFalse(answer.body().contains(id), answer.body()));
    }

    private static void lists(ApiCaller client, String path, String list, Expected expected, boolean all) {
        var found = new HashSet<String>();
        var next = "";
        boolean more = true;
        while (more) {
            var page = client.get(path + next);
            assertEquals(200, page.status(), page.body());
            showsNoneOf(page, expected.hidden());
            page.json()
                    .path(list)
                    .forEach(row -> found.add(row.path("trackingId").asText()));
            next = page.json().path("next").asText();
            more = page.json().path("more").asBoolean();
        }
        if (all) {
            assertTrue(found.containsAll(expected.visible()), path + found);
        }
    }
}
