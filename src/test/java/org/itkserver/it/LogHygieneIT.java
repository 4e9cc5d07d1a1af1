package org.itkserver.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a sender writes cannot forge or break the log (L-01), and nothing about a patient is in it (L-02). */
class LogHygieneIT {
    private static final Pattern LINE = Pattern.compile("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d,\\d{3}Z [A-Z]+ .*");
    private static final Pattern FORGED = Pattern.compile("\\S+ INFO +\\[Forged] .*");
    private static final Pattern UNSEEN = Pattern.compile("[\\p{Cc}\\p{Cf}\\u2028\\u2029&&[^\\t]]");

    /** Planted in what is sent; none may be found in a log, a fault, the metrics or the trail. */
    private static final List<String> PATIENT =
            List.of("9990000018", "999 000 0018", "Zyxwvut-Planted", "QQ1 9ZZ", "19611103");

    private static final List<String> HOSTILE = List.of(
            "x&#13;&#10;2026-01-01T00:00:00,000Z INFO  [Forged] forged line",
            "x&#10;forged line",
            "&#x2028;forged&#x2029;line&#x85;next",
            "&#x202E;kcatta&#x200B;&#xFEFF;",
            "${jndi:ldap://127.0.0.1:7777/x}",
            "{\"level\":\"INFO\"},{\"forged\":true}",
            "&lt;script&gt;window.__x=1&lt;/script&gt;",
            "x".repeat(900));

    @TempDir
    Path folder;

    private List<String> attack(ServerProcess server) throws Exception {
        var answers = new ArrayList<String>();
        for (var value : HOSTILE) {
            for (var field : List.of("wsse:Username", "wsa:Action", "wsa:MessageID", "wsa:To")) {
                answers.add(
                        Attempt.soap11(server.url()).text(field, value).send().body());
            }
        }
        var http = HttpClient.newHttpClient();
        for (var value : List.of("${jndi:ldap://127.0.0.1:7777/x}", "\u00e9\u00fc forged", "x".repeat(8000))) {
            var request = HttpRequest.newBuilder(
                            URI.create(server.url() + "/itk/" + URLEncoder.encode(value, StandardCharsets.UTF_8)))
                    .header("User-Agent", value)
                    .header("X-Forwarded-For", value)
                    .POST(HttpRequest.BodyPublishers.ofString(value));
            answers.add(http.send(request.build(), HttpResponse.BodyHandlers.ofString())
                    .body());
        }
        return answers;
    }

    /** A letter about a planted patient that is accepted, one that is refused, one that is no XML in the middle. */
    private List<String> letters(ServerProcess server) {
        var answers = new ArrayList<String>();
        var sample = Sample.of("send-cda-discharge");
        var filled = sample.fill(server.url() + sample.path(), Sample.uuid());
        var about =
                filled.replace("</ClinicalDocument>", "<x>" + String.join(" ", PATIENT) + "</x></ClinicalDocument>");
        for (var message : List.of(
                about,
                about.replace("trackingid=\"", "trackingid=\"9990000018-"),
                about.replace("</x>", "<9990000018 Zyxwvut-Planted>"),
                about.replaceFirst("ods:Z9999:cardiology", "ods:Q0000"))) {
            answers.add(sample.post(server.url(), message).body());
        }
        return answers;
    }

    private static String trail(ServerProcess server) throws Exception {
        var request = HttpRequest.newBuilder(URI.create(server.url() + "/api/audit?limit=200"))
                .header("Authorization", "Bearer " + server.apiToken());
        var answer = HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofString());
        assertEquals(200, answer.statusCode(), answer.body());
        assertTrue(answer.body().contains("refused"), answer.body());
        return answer.body();
    }

    /** The log up to its last line end: a kill may cut the last line. */
    private static String wholeLines(Path log) throws IOException {
        var text = Files.readString(log);
        return text.substring(0, text.lastIndexOf('\n') + 1);
    }

    @Test
    void aTextLogHasOneLineForEachEventAndNobodysData() throws Exception {
        List<String> answers;
        String metrics;
        Path log;
        try (var server = ServerProcess.at(folder.resolve("home")).start()) {
            answers = attack(server);
            answers.addAll(letters(server));
            answers.add(trail(server));
            metrics = HttpClient.newHttpClient()
                    .send(
                            HttpRequest.newBuilder(URI.create(server.url() + "/metrics"))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString())
                    .body();
            log = server.log();
        }
        var text = wholeLines(log);
        for (var line : text.lines().toList()) {
            assertTrue(LINE.matcher(line).matches(), "not an event of its own: " + line);
            assertFalse(FORGED.matcher(line).matches(), "forged: " + line);
            assertFalse(UNSEEN.matcher(line).find(), "unseen characters: " + line);
            assertTrue(line.length() < 1000, "long: " + line.substring(0, Math.min(200, line.length())));
        }
        for (var secret : PATIENT) {
            assertFalse(
                    text.contains(secret) || metrics.contains(secret),
                    secret + " is in log or metrics: "
                            + text.lines().filter(line -> line.contains(secret)).toList());
            assertTrue(answers.stream().noneMatch(answer -> answer.contains(secret)), secret + " is in an answer");
        }
    }

    @Test
    void aJsonLogHasOneObjectForEachEvent() throws Exception {
        Path log;
        try (var server =
                ServerProcess.at(folder.resolve("json")).with("ITK_LOG", "json").start()) {
            attack(server);
            log = server.log();
        }
        var json = new ObjectMapper();
        int events = 0;
        for (var line : wholeLines(log).lines().toList()) {
            var event = json.readTree(line);
            assertTrue(event.hasNonNull("at") && event.hasNonNull("level") && event.hasNonNull("message"), line);
            assertFalse(event.has("forged"), line);
            events++;
        }
        assertTrue(events > 5, "there are events");
        assertEquals(0, wholeLines(log).lines().filter(String::isBlank).count());
    }
}
