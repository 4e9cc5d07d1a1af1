package org.itkserver.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What an application does all day, on a real server with real partners. Every answer is held against the description. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class ApiContract {
    static final String OK =
            """
            <s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>\
            <SimpleMessageResponse xmlns="urn:nhs-itk:ns:201005">OK</SimpleMessageResponse></s:Body></s:Envelope>""";
    private static final String LETTER =
            """
            {'trackingId':'%s','service':'SendCDADocument-v2-0','to':['urn:nhs-uk:addressing:ods:Y9999:ward'],
            'infAckRequested':true,'payloads':[{'mimeType':'text/xml',
            'profileId':'urn:nhs-en:profile:nonCodedCDADocument-v2-0','content':'<a xmlns=\\"urn:x\\">%s</a>'}]}""";
    private static final String QUERY =
            """
            {'trackingId':'%s','service':'verifyNHSNumber-v1-0','partner':'registry','wait':'%s',
            'payloads':[{'mimeType':'text/xml','content':'<q/>'}]}""";

    Path folder;

    ServerProcess server;
    BackEnd partner;
    BackEnd registry;
    OpenApi description;
    ApiCaller api;

    /** A server that is not started yet. */
    abstract ServerProcess server(Path home);

    @BeforeAll
    void start(@TempDir Path home) throws IOException {
        folder = home;
        partner = new BackEnd(0);
        registry = new BackEnd(0);
        server = server(folder.resolve("home")).with("ITK_MAX_MESSAGE", "1MB");
        server.directory(directory()).start();
        description = new OpenApi(server.get("/api/openapi.yaml").body());
        api = ApiCaller.of(server, description);
    }

    String directory() {
        return """
            organisation: { ods: Z9999, address: "urn:nhs-uk:addressing:ods:Z9999", auditIdentity: "urn:nhs-uk:identity:ods:Z9999:itk", username: itk-z9999 }
            partners:
              - { id: gp-system, ods: [Y9999], usernames: [gp-system-1], services: ["*"], endpoints: { messages: "http://127.0.0.1:%1$d/gp" } }
              - { id: second-gp, ods: [Y8888], usernames: [gp-2], services: ["*"], endpoints: { messages: "http://127.0.0.1:%1$d/second" } }
              - { id: registry, ods: [Y7777], usernames: [registry-1], services: ["*"], endpoints: { messages: "http://127.0.0.1:%2$d/registry" } }
              - { id: no-endpoint, ods: [Y6666], usernames: [none-1], services: ["*"] }
            routes:
              - { address: "urn:nhs-uk:addressing:ods:Y8888", partner: second-gp }
            """
                .formatted(partner.port(), registry.port());
    }

    @AfterAll
    void stop() {
        server.close();
        partner.close();
        registry.close();
    }

    @BeforeEach
    void well() {
        for (var peer : List.of(partner, registry)) {
            peer.status = 200;
            peer.answer = OK;
            peer.gate = null;
        }
    }

    /** What a registry answers: payloads with their manifest items. */
    static String response(String items, String... payloads) {
        return """
            <soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/" xmlns:itk="urn:nhs-itk:ns:201005"><soap:Body>\
            <itk:DistributionEnvelope><itk:header service="urn:nhs-itk:services:201005:verifyNHSNumber-v1-0Response" \
            trackingid="%s"><itk:auditIdentity><itk:id uri="urn:nhs-uk:identity:ods:Y7777:x"/></itk:auditIdentity>\
            <itk:manifest count="%d">%s</itk:manifest></itk:header><itk:payloads count="%2$d">%s</itk:payloads>\
            </itk:DistributionEnvelope></soap:Body></soap:Envelope>"""
                .formatted(Sample.uuid(), payloads.length, items, String.join("", payloads));
    }

    @Test
    void aRequestThatNeverReachesTheApiGetsAProblemOfItsDescriptionToo() {
        var answer = api.call("GET", "/api/inbox", "{}", Map.of());
        assertEquals(400, answer.status(), answer.body());
        assertEquals(
                "urn:itk-transport-server:problem:bad-request",
                answer.json().path("type").asText());
    }

    static String letter(String trackingId) {
        return LETTER.formatted(trackingId, trackingId);
    }

    static String query(String trackingId, String wait) {
        return QUERY.formatted(trackingId, wait);
    }

    JsonNode message(String trackingId) {
        var answer = api.get("/api/messages/" + trackingId);
        assertEquals(200, answer.status(), answer.body());
        return answer.json();
    }

    void awaitState(String trackingId, String state) {
        server.await(() -> message(trackingId).path("state").asText().equals(state), Duration.ofSeconds(60));
    }

    /** Every entry of a paged list from a position on, with its last position at the end. */
    List<JsonNode> all(String path, String list, String after) {
        var out = new ArrayList<JsonNode>();
        var next = after;
        boolean more = true;
        while (more) {
            var page = api.get(path + "after=" + next).json();
            page.path(list).forEach(out::add);
            next = page.path("next").asText();
            more = page.path("more").asBoolean();
        }
        out.add(com.fasterxml.jackson.databind.node.TextNode.valueOf(next));
        return out;
    }

    static List<String> texts(JsonNode array, String member) {
        return StreamSupport.stream(array.spliterator(), false)
                .map(node -> node.path(member).asText())
                .toList();
    }

    @Test
    void aMessageIsSentAndItsAcknowledgementShows() {
        var id = Sample.uuid();
        var sent = api.post("/api/messages", letter(id));
        assertEquals(202, sent.status(), sent.body());
        assertEquals(
                "/api/messages/" + id, sent.headers().firstValue("Location").orElse(""));
        awaitState(id, "sent");
        assertTrue(partner.calls.stream()
                .anyMatch(call -> call.body().contains("trackingid=\"" + id)
                        && call.body().contains(">" + id + "</a>")));

        var ack = Sample.uuid();
        var sample = Sample.of("send-infrastructure-ack");
        var soap = sample.fill(server.url() + sample.path(), ack).replace("0A1B2C3D-4E5F-4A6B-8C7D-9E0F1A2B3C4D", id);
        assertEquals(200, sample.post(server.url(), soap).status());

        var message = message(id);
        assertEquals("infrastructure-acked", message.path("state").asText());
        assertEquals("out", message.path("direction").asText());
        assertEquals("gp-system", message.path("partner").asText());
        assertEquals(List.of("submitted", "sent", "infrastructure-acked"), texts(message.path("events"), "type"));
        assertEquals(List.of("OK"), texts(message.path("acks"), "result"));
        assertEquals(List.of("in"), texts(message.path("acks"), "direction"));
        assertEquals(List.of(ack), texts(message.path("related"), "trackingId"));
        var payload = api.get("/api/messages/" + id + "/payloads/1").body();
        assertTrue(payload.startsWith("<a ") && payload.endsWith("xmlns=\"urn:x\">" + id + "</a>"), payload);
    }

    @Test
    void theSameRequestAgainIsTheSameMessage() {
        var id = Sample.uuid();
        assertEquals(202, api.post("/api/messages", letter(id)).status());
        awaitState(id, "sent");
        var again = api.post("/api/messages", letter(id));
        assertEquals(202, again.status());
        assertEquals(id, again.json().path("trackingId").asText());
        var other = api.post("/api/messages", letter(id).replace(">" + id + "<", ">other<"));
        assertEquals(409, other.status());
        assertEquals("trackingId", other.json().path("member").asText());
        assertEquals(
                1, partner.calls.stream().filter(c -> c.body().contains(id)).count());
    }

    @Test
    void theResponseOfASynchronousServiceIsWaitedFor() {
        registry.answer = response(
                "<itk:manifestitem id=\"uuid_A\" mimetype=\"text/xml\" profileid=\"urn:p\"/>"
                        + "<itk:manifestitem id=\"uuid_B\" mimetype=\"application/pdf\" base64=\"true\"/>",
                "<itk:payload id=\"uuid_A\"><r xmlns=\"urn:r\">caf\u00e9</r></itk:payload>",
                "<itk:payload id=\"uuid_B\">AAEC/w==</itk:payload>");
        var id = Sample.uuid();
        for (int i = 0; i < 2; i++) {
            var answer = api.post("/api/messages", query(id, "PT20S"));
            assertEquals(200, answer.status(), answer.body());
            assertEquals("sent", answer.json().path("state").asText());
            var first = answer.json().path("payloads").path(0);
            assertTrue(first.path("content").asText().endsWith(">caf\u00e9</r>"), first.toString());
            assertEquals("urn:p", first.path("profileId").asText());
            assertEquals(
                    "AAEC/w==",
                    answer.json().path("payloads").path(1).path("contentBase64").asText());
        }
        assertEquals(
                1, registry.calls.stream().filter(c -> c.body().contains(id)).count());
        var bytes = api.get("/api/messages/" + id + "/response/payloads/1");
        assertTrue(bytes.body().endsWith(">caf\u00e9</r>"), bytes.body());
        assertEquals(
                List.of("submitted", "sent", "payload-read", "payload-read", "payload-read"),
                texts(message(id).path("events"), "type"));
    }

    /** Generated over every operation that is described: one that is new must be tried here. */
    @Test
    void aLimitedTokenSeesAndSendsNothingElse() {
        var letter = Sample.uuid();
        var document = Sample.uuid();
        var sent = Sample.uuid();
        var asked = Sample.uuid();
        assertEquals(
                200, Sample.of("send-cda-discharge").send(server.url(), letter).status());
        assertEquals(
                200, Sample.of("send-document-pdf").send(server.url(), document).status());
        assertEquals(202, api.post("/api/messages", letter(sent)).status());
        awaitState(sent, "sent");
        registry.answer = response(
                "<itk:manifestitem id=\"uuid_A\" mimetype=\"text/xml\"/>",
                "<itk:payload id=\"uuid_A\"><r xmlns=\"urn:r\">yes</r></itk:payload>");
        assertEquals(200, api.post("/api/messages", query(asked, "PT20S")).status());

        var tokens = new LimitedTokens(server, api, description);
        var all = Set.of(letter, document, sent, asked);
        tokens.holds(
                tokens.client("by-service", "services", "SendCDADocument-v2-0"),
                expected(all, Set.of(letter, sent), Set.of(), query(Sample.uuid(), "PT0S")));
        tokens.holds(
                tokens.client("by-partner", "partners", "registry"),
                expected(all, Set.of(asked), Set.of(asked), letter(Sample.uuid())));
        tokens.holds(
                tokens.client("by-partners", "partners", "registry\ngp-system"),
                expected(all, all, Set.of(asked), letter(Sample.uuid()).replace("Y9999", "Y8888")));
        var ward = tokens.client("by-address", "addresses", "urn:nhs-uk:addressing:ods:Z9999:cardiology");
        tokens.holds(ward, expected(all, Set.of(letter), Set.of(), null));
        var own = Sample.uuid();
        assertEquals(202, ward.post("/api/messages", letter(own)).status());
        awaitState(own, "sent");
        tokens.holds(ward, expected(all, Set.of(letter, own), Set.of(), null));
        tokens.holds(
                tokens.client("by-organisation", "addresses", "urn:nhs-uk:addressing:ods:Z9999"),
                expected(Set.of(letter, document, sent, asked, own), Set.of(letter, document), Set.of(), null));
        tokens.holds(
                tokens.client("by-other-ward", "addresses", "urn:nhs-uk:addressing:ods:Z9999:card"),
                expected(all, Set.of(), Set.of(), null));
    }

    @Test
    void aLimitedTokenLearnsNothingByRepeatingTheSubmissionOfAnother() {
        registry.answer = response(
                "<itk:manifestitem id=\"uuid_A\" mimetype=\"text/xml\"/>",
                "<itk:payload id=\"uuid_A\"><r xmlns=\"urn:r\">secret</r></itk:payload>");
        var asked = Sample.uuid();
        assertEquals(200, api.post("/api/messages", query(asked, "PT20S")).status());

        var ward = new LimitedTokens(server, api, description)
                .client("repeats", "addresses", "urn:nhs-uk:addressing:ods:Z9999:oncology");
        var unknown = ward.get("/api/messages/" + Sample.uuid()).body();
        for (var repeated :
                List.of(query(asked, "PT20S"), query(asked, "PT20S").replace("<q/>", "<other/>"), letter(asked))) {
            var answer = ward.post("/api/messages", repeated);
            assertEquals(404, answer.status(), answer.body());
            assertEquals(unknown, answer.body(), "the answer about an unknown message");
        }
        assertEquals(
                409,
                api.post("/api/messages", query(asked, "PT0S").replace("<q/>", "<other/>"))
                        .status());
        var own = Sample.uuid();
        assertEquals(200, ward.post("/api/messages", query(own, "PT20S")).status());
        assertEquals(200, ward.post("/api/messages", query(own, "PT20S")).status());
    }

    @Test
    void aLimitByAddressHasNoRegardToCaseAsRoutingHasNone() {
        var ward = new LimitedTokens(server, api, description)
                .client("lower-case", "addresses", "urn:nhs-uk:addressing:ods:z9999:CARDIOLOGY");
        var id = Sample.uuid();
        var sample = Sample.of("send-cda-discharge");
        assertEquals(200, sample.send(server.url(), id).status());

        assertEquals(200, ward.get("/api/messages/" + id).status());
        assertTrue(ward.get("/api/inbox?limit=200").body().contains(id));
        assertTrue(ward.get("/api/audit?limit=200&trackingId=" + id)
                        .json()
                        .path("events")
                        .size()
                > 0);
    }

    private static LimitedTokens.Expected expected(
            Set<String> all, Set<String> visible, Set<String> answered, String forbidden) {
        var hidden = new HashSet<>(all);
        hidden.removeAll(visible);
        return new LimitedTokens.Expected(visible, hidden, answered, forbidden);
    }

    @Test
    void aUuidMayBeWrittenInLowerCaseAndIsAnsweredInUpperCase() {
        var id = Sample.uuid();
        var lower = id.toLowerCase(java.util.Locale.ROOT);
        var sent = api.post("/api/messages", letter(lower).replace(">" + lower + "<", ">x<"));
        assertEquals(202, sent.status(), sent.body());
        assertEquals(id, sent.json().path("trackingId").asText());
        assertEquals(
                "/api/messages/" + id, sent.headers().firstValue("Location").orElse(""));
        awaitState(id, "sent");
        for (var written : List.of(id, lower)) {
            var again = api.post("/api/messages", letter(written).replace(">" + written + "<", ">x<"));
            assertEquals(202, again.status(), again.body());
            assertEquals(id, message(written).path("trackingId").asText());
            assertEquals(
                    200, api.get("/api/messages/" + written + "/payloads/1").status());
            var events = api.get("/api/audit?trackingId=" + written).json().path("events");
            assertTrue(texts(events, "trackingId").stream().allMatch(id::equals), events.toString());
            assertTrue(events.size() > 1, events.toString());
        }
        assertEquals(
                1, partner.calls.stream().filter(c -> c.body().contains(id)).count());
    }

    @Test
    void aReceivedMessageIsFoundReadAndDecided() {
        var before = all("/api/inbox?", "messages", "");
        var position = before.get(before.size() - 1).asText();
        var id = Sample.uuid();
        assertEquals(200, Sample.of("send-cda-discharge").send(server.url(), id).status());

        var inbox = api.get("/api/inbox?after=" + position).json();
        assertEquals(List.of(id), texts(inbox.path("messages"), "trackingId"));
        var head = inbox.path("messages").path(0);
        assertTrue(head.path("ackRequested").asBoolean());
        assertEquals("text/xml", head.path("payloads").path(0).path("mimeType").asText());
        assertEquals(
                0,
                api.get("/api/inbox?after=" + inbox.path("next").asText())
                        .json()
                        .path("messages")
                        .size());

        var payload = api.get("/api/messages/" + id + "/payloads/"
                + head.path("payloads").path(0).path("number").asInt());
        assertEquals("text/xml", payload.headers().firstValue("Content-Type").orElse(""));
        assertTrue(
                payload.body().startsWith("<ClinicalDocument"), payload.body().substring(0, 40));
        var reads =
                api.get("/api/audit?type=payload-read&trackingId=" + id).json().path("events");
        assertEquals(List.of("first-run"), texts(reads, "actor"));
        assertEquals(List.of("127.0.0.1"), texts(reads, "source"));

        for (int i = 0; i < 2; i++) {
            var decided = api.post("/api/messages/" + id + "/business-ack", "{'outcome':'accepted'}");
            assertEquals(202, decided.status(), decided.body());
            assertEquals("accepted", decided.json().path("outcome").asText());
        }
        assertEquals(
                409,
                api.post("/api/messages/" + id + "/business-ack", "{'outcome':'reject'}")
                        .status());
        server.await(
                () -> partner.calls.stream()
                        .anyMatch(c -> c.body().contains("BusinessResponseMessage")
                                && c.body().contains(id)),
                Duration.ofSeconds(60));
        var message = message(id);
        assertEquals("accepted", message.path("outcome").asText());
        server.await(() -> texts(message(id).path("acks"), "result").contains("AA"), Duration.ofSeconds(60));
    }

    @Test
    void theTrailIsReadPageByPage() {
        var id = Sample.uuid();
        Sample.of("send-document-pdf").send(server.url(), id);
        var paged = all("/api/audit?limit=3&", "events", "");
        var seqs = new HashMap<String, Long>();
        for (var event : paged.subList(0, paged.size() - 1)) {
            long expected = seqs.merge(event.path("node").asText(), 1L, Long::sum);
            assertEquals(expected, event.path("seq").asLong(), "of a node no gap, nothing twice");
        }
        assertFalse(seqs.isEmpty());
        var accepted = api.get("/api/audit?type=accepted&trackingId=" + id.toLowerCase(java.util.Locale.ROOT))
                .json();
        assertEquals(1, accepted.path("events").size());
        var at = accepted.path("events").path(0).path("at").asText();
        var since = api.get("/api/audit?limit=1&type=accepted&from=" + at).json();
        assertEquals(List.of(id), texts(since.path("events"), "trackingId"));
        var until = all("/api/audit?limit=200&to=" + at + "&", "events", "");
        assertFalse(until.size() < 2);
        assertTrue(until.stream()
                .filter(JsonNode::isObject)
                .noneMatch(event -> event.path("trackingId").asText().equals(id)));
    }
}
