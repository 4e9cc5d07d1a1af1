package killnine;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import killnine.Message.Flaw;
import killnine.Message.Kind;

/** Eight senders. Each answer, or its absence, is written down; what was not answered is sent again later. */
final class Clients {
    /** Outcomes after which a sender cannot know, and sends again. */
    private static final Set<String> OPEN = Set.of("cut", "fault-2100", "http-503");

    private static final int THREADS = 8;
    private static final Pattern ERROR_CODE = Pattern.compile("ErrorCode[^>]*>(\\d+)<");
    private static final Pattern TAKEN = Pattern.compile("<[^<>]*taken [^>]*>");

    /** What the senders do. */
    enum Phase {
        WAIT,
        LOAD,
        /** Nothing new: only what is not answered yet. */
        FINISH
    }

    private final String base;
    private final String template;
    private final Journal journal;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
    private final Queue<Message> open = new ConcurrentLinkedQueue<>();
    private final AtomicInteger busy = new AtomicInteger();
    private final List<Message> answered = new ArrayList<>();
    private final Map<String, String> firstAnswers = new ConcurrentHashMap<>();
    private final Set<String> owed = ConcurrentHashMap.newKeySet();
    private volatile Phase phase = Phase.WAIT;

    Clients(String base, String template, Path journal, Random seeds) throws IOException {
        this.base = base;
        this.template = template;
        this.journal = new Journal(journal, false);
        for (int i = 0; i < THREADS; i++) {
            var dice = new Random(seeds.nextLong());
            var thread = new Thread(() -> run(dice), "client-" + i);
            thread.setDaemon(true);
            thread.start();
        }
    }

    void enter(Phase next) {
        phase = next;
    }

    boolean hasNothingOpen() {
        return open.isEmpty() && busy.get() == 0;
    }

    /** Messages that the back end must get, because the server has answered for them. */
    Set<String> owed() {
        return owed;
    }

    int answered() {
        synchronized (answered) {
            return answered.size();
        }
    }

    private void run(Random dice) {
        while (true) {
            busy.incrementAndGet();
            var message = next(dice);
            boolean sent = message != null && deliver(message);
            busy.decrementAndGet();
            if (!sent) {
                LockSupport.parkNanos(50_000_000);
            }
        }
    }

    /** First what is open; of the rest 5 % repeat an answered message and 3 % must be refused. */
    private Message next(Random dice) {
        var again = phase == Phase.WAIT ? null : open.poll();
        if (again != null || phase != Phase.LOAD) {
            return again;
        }
        int kind = dice.nextInt(100);
        var message =
                new Message(kind < 50 ? Kind.INBOX : kind < 80 ? Kind.HTTP : Kind.SYNC, Flaw.NONE, Message.uuid());
        int turn = dice.nextInt(100);
        var flaw = turn == 5 ? Flaw.STRANGER : turn == 6 ? Flaw.EXPIRED : turn == 7 ? Flaw.OTHER_CONTENT : Flaw.NONE;
        if (turn > 4 && flaw != Flaw.OTHER_CONTENT) {
            return new Message(message.kind(), flaw, message.id());
        }
        synchronized (answered) {
            if (answered.isEmpty()) {
                return message;
            }
            var earlier = answered.get(dice.nextInt(answered.size()));
            return new Message(earlier.kind(), flaw, earlier.id());
        }
    }

    /** Sends a message once and writes down how it went; false when the server seems to be away. */
    private boolean deliver(Message message) {
        var text = message.text(template, base);
        var outcome = outcome(message, text);
        journal.add(
                message.kind(),
                message.flaw(),
                message.id(),
                Journal.sha256(Message.envelope(text)),
                Journal.sha256(message.payload()),
                outcome);
        if (message.isGood() && OPEN.contains(outcome)) {
            open.add(message);
        } else if (message.isGood() && outcome.equals("yes")) {
            if (message.kind() == Kind.HTTP) {
                owed.add(message.id());
            }
            synchronized (answered) {
                answered.add(message);
            }
        }
        return !OPEN.contains(outcome);
    }

    private String outcome(Message message, String text) {
        try {
            var response = send(HttpRequest.newBuilder(URI.create(base + message.kind().path))
                    .header("Content-Type", "text/xml;charset=UTF-8")
                    .header("SOAPAction", '"' + message.kind().action + '"')
                    .POST(HttpRequest.BodyPublishers.ofString(text)));
            if (response.statusCode() != 200) {
                var code = ERROR_CODE.matcher(response.body());
                return code.find() ? "fault-" + code.group(1) : "http-" + response.statusCode();
            }
            return isRight(message, response.body());
        } catch (IOException e) {
            return "cut";
        }
    }

    /** A synchronous request gets the back end's answer about itself, and a copy of it the same one. */
    private String isRight(Message message, String body) {
        if (message.kind() != Kind.SYNC) {
            return body.contains(">OK</") ? "yes" : "wrong";
        }
        var found = TAKEN.matcher(body);
        if (!found.find() || !found.group().contains(message.id())) {
            return "wrong";
        }
        var first = firstAnswers.putIfAbsent(message.id(), found.group());
        return first == null || first.equals(found.group()) ? "yes" : "other-answer";
    }

    boolean isServerReady() {
        try {
            return send(HttpRequest.newBuilder(URI.create(base + "/health/ready")))
                            .statusCode()
                    == 200;
        } catch (IOException e) {
            return false;
        }
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws IOException {
        try {
            return http.send(request.timeout(Duration.ofSeconds(30)).build(), HttpResponse.BodyHandlers.ofString());
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }
}
