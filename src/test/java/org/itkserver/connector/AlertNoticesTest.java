package org.itkserver.connector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.itkserver.audit.AlertKind;
import org.itkserver.it.MailBox;
import org.itkserver.it.ServerProcess;
import org.itkserver.testing.SettableClock;
import org.itkserver.watch.Alert;
import org.itkserver.watch.Notice;
import org.junit.jupiter.api.Test;

/** Notices to real peers on loopback. */
class AlertNoticesTest {
    private static final Instant AT = Instant.parse("2026-11-22T16:05:07Z");

    private final List<Duration> waits = new ArrayList<>();
    private final List<String> bodies = new CopyOnWriteArrayList<>();

    private static Notice notice(boolean closed) {
        var alert = new Alert(
                "dead-letter:gp",
                AlertKind.DEAD_LETTER,
                "gp",
                "gp",
                "It could \"not\" be sent.",
                "one",
                1,
                AT,
                AT,
                3,
                closed ? AT.plusSeconds(1) : null,
                closed ? "ann" : null,
                closed ? "put right" : null);
        return new Notice(alert, closed);
    }

    private HttpServer receiver(int status) throws Exception {
        var server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 10);
        server.createContext("/", exchange -> {
            bodies.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            exchange.sendResponseHeaders(status, -1);
            exchange.close();
        });
        server.start();
        return server;
    }

    private AlertWebhook webhook(int port) {
        return new AlertWebhook(
                HttpHandler.client(), URI.create("http://127.0.0.1:" + port + "/x"), "node-1", waits::add);
    }

    @Test
    void theWebhookGetsOneObject() throws Exception {
        var server = receiver(204);
        webhook(server.getAddress().getPort()).tell(notice(false));
        webhook(server.getAddress().getPort()).tell(notice(true));
        server.stop(0);
        assertEquals(
                List.of(
                        "{\"state\":\"open\",\"kind\":\"dead-letter\",\"partner\":\"gp\",\"text\":\"Messages could not be"
                                + " delivered. It could \\\"not\\\" be sent.\",\"count\":3,"
                                + "\"at\":\"2026-11-22T16:05:07Z\",\"node\":\"node-1\"}",
                        "{\"state\":\"closed\",\"kind\":\"dead-letter\",\"partner\":\"gp\",\"text\":\"Messages could not be"
                                + " delivered. It could \\\"not\\\" be sent.\",\"count\":3,"
                                + "\"at\":\"2026-11-22T16:05:08Z\",\"node\":\"node-1\"}"),
                bodies);
        assertEquals(List.of(), waits);
    }

    @Test
    void aReceiverThatFailsOrIsAwayIsTriedThreeTimesAndNothingElseHappens() throws Exception {
        var server = receiver(302);
        webhook(server.getAddress().getPort()).tell(notice(false));
        server.stop(0);
        assertEquals(3, bodies.size());
        assertEquals(List.of(Duration.ofSeconds(1), Duration.ofSeconds(4)), waits);
        int port = ServerProcess.freePort();
        webhook(port).tell(notice(false));
        mail(port).tell(notice(false));
        assertEquals(6, waits.size());
    }

    private AlertMail mail(int port) {
        var settings = new AlertMail.Settings(
                InetAddress.getLoopbackAddress().getHostAddress(),
                port,
                "itk@trust.example",
                List.of("a@x.example", "b@x.example"));
        return new AlertMail(settings, "node-1", new SettableClock(), waits::add);
    }

    @Test
    void aMailSaysWhatHappenedAndWhatToDo() {
        try (var box = new MailBox()) {
            mail(box.port()).tell(notice(false));
            mail(box.port()).tell(notice(true));
            assertEquals(List.of(), waits);
            var open = box.mails.get(0);
            assertTrue(open.contains("MAIL FROM:<itk@trust.example>"), open);
            assertTrue(open.contains("RCPT TO:<a@x.example>") && open.contains("RCPT TO:<b@x.example>"), open);
            assertTrue(open.contains("Subject: ALERT: Messages could not be delivered (gp)"), open);
            assertTrue(open.contains("How often: 3") && open.contains("What to do: Find out why"), open);
            var closed = box.mails.get(1);
            assertTrue(closed.contains("Subject: Closed: Messages") && closed.contains("put right"), closed);
            assertFalse(closed.contains("What to do"), closed);
        }
    }
}
