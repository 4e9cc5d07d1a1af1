package faults;

import faults.Message.Flaw;
import faults.Message.Kind;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
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
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * Senders. Each answer, or its absence, is in the journal before it counts; what was not answered is sent again later, with
 * the same tracking id and bytes.
 */
final class Clients {
    /** Outcomes after which a sender cannot know, and sends again. */
    static final Set<String> OPEN = Set.of("cut", "fault-2100", "http-503", "http-404");

    private static final Pattern ERROR_CODE = Pattern.compile("ErrorCode[^>]*>(\\d+)<");
    private static final Pattern TAKEN = Pattern.compile("<[^<>]*taken [^>]*>");

    /** What the senders do. */
    enum Phase {
        WAIT,
        LOAD,
        /** Nothing new: only what is not answered yet. */
        FINISH
    }

    private final List<String> bases;
    private final String template = Files.readString(Path.of("samples/send-cda-discharge.xml"));
    private final Journal journal;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
    private final Queue<Message> open = new ConcurrentLinkedQueue<>();
    private final Queue<Message> copies = new ConcurrentLinkedQueue<>();
    private final AtomicInteger busy = new AtomicInteger();
    private final List<Message> answered = new ArrayList<>();
    private final Map<String, String> firstAnswers = new ConcurrentHashMap<>();
    private final Map<String, Long> firstSent = new ConcurrentHashMap<>();
    private final Map<String, Integer> timesSent = new ConcurrentHashMap<>();
    private final Map<String, Message> owed = new ConcurrentHashMap<>();
    private final Map<String, Integer> outcomes = new ConcurrentHashMap<>();
    private volatile Latency latency = new Latency();
    private volatile Phase phase = Phase.WAIT;
    private volatile boolean ended;
    volatile int pause;
    /** Of a hundred messages, how many are sent one to five times more. */
    volatile int copied = 10;

    volatile int patience = 30;

    Clients(List<String> bases, Path folder) throws IOException {
        this.bases = bases;
        journal = new Journal(folder.resolve("client.log"));
    }

    void start(int threads, Random seeds) {
        for (int i = 0; i < threads; i++) {
            var dice = new Random(seeds.nextLong());
            var thread = new Thread(() -> run(dice), "client-" + i);
            thread.setDaemon(true);
            thread.start();
        }
    }

    void close() {
        ended = true;
    }

    void enter(Phase next) {
        phase = next;
    }

    boolean hasNothingOpen() {
        return open.isEmpty() && copies.isEmpty() && busy.get() == 0;
    }

    /** Messages that the back end must get, because the server has answered for them. */
    Map<String, Message> owed() {
        return owed;
    }

    /** Milliseconds since the epoch. */
    Map<String, Long> firstSent() {
        return firstSent;
    }

    int answered() {
        synchronized (answered) {
            return answered.size();
        }
    }

    Map<String, Integer> outcomes() {
        return new java.util.TreeMap<>(outcomes);
    }

    /** Latencies from now on; the ones up to now are returned. */
    Latency nextLatency() {
        var before = latency;
        latency = new Latency();
        return before;
    }

    private void run(Random dice) {
        while (!ended) {
            busy.incrementAndGet();
            var message = next(dice);
            boolean sent = message != null && !OPEN.contains(deliver(message));
            busy.decrementAndGet();
            LockSupport.parkNanos(sent ? pause * 1_000_000L : 200_000_000L);
        }
    }

    /** First what is open, then copies; 3 % of the rest must be refused. */
    private Message next(Random dice) {
        if (phase == Phase.WAIT) {
            return null;
        }
        var again = open.poll();
        if (again == null && (phase == Phase.FINISH || dice.nextInt(100) < copied * 3)) {
            again = copies.poll();
        }
        if (again != null || phase != Phase.LOAD) {
            return again;
        }
        var message = Message.fresh(kind(dice.nextInt(100)));
        int turn = dice.nextInt(100);
        if (turn == 0) {
            return message.with(Flaw.STRANGER);
        } else if (turn == 1) {
            return message.with(Flaw.EXPIRED);
        } else if (turn == 2) {
            synchronized (answered) {
                return answered.isEmpty() ? message : answered.get(dice.nextInt(answered.size())).with(Flaw.OTHER_CONTENT);
            }
        }
        if (dice.nextInt(100) < copied) {
            for (int i = dice.nextInt(5); i >= 0; i--) {
                copies.add(message);
            }
        }
        return message;
    }

    private static Kind kind(int turn) {
        return turn < 25 ? Kind.INBOX
                : turn < 35 ? Kind.INBOX_ACK
                : turn < 60 ? Kind.HTTP : turn < 80 ? Kind.HTTP_ACK : turn < 90 ? Kind.ROUTED : Kind.SYNC;
    }

    /**
     * Sends at a steady rate whatever the answers do; a latency counts from when the message was due to be sent. Returns
     * when every answer is there.
     */
    Latency openLoop(double perSecond, double seconds, int most, Supplier<Message> messages) {
        var out = new Latency();
        var free = new Semaphore(most);
        var pool = Executors.newCachedThreadPool(task -> {
            var thread = new Thread(null, task, "open-loop", 256 << 10);
            thread.setDaemon(true);
            return thread;
        });
        long begin = System.nanoTime();
        for (int i = 0; i < perSecond * seconds; i++) {
            long due = begin + (long) (i / perSecond * 1e9);
            while (System.nanoTime() < due) {
                LockSupport.parkNanos(due - System.nanoTime());
            }
            if (!free.tryAcquire()) {
                out.missed("not sent");
                continue;
            }
            var message = messages.get();
            pool.execute(() -> {
                try {
                    var outcome = deliver(message);
                    out.add((System.nanoTime() - due) / 1e6, outcome);
                } finally {
                    free.release();
                }
            });
        }
        free.acquireUninterruptibly(most);
        pool.shutdown();
        return out;
    }

    /** Sends a message once and writes down how it went. */
    String deliver(Message message) {
        return deliver(message, bases.get((int) (System.nanoTime() / 1000 % bases.size())));
    }

    String deliver(Message message, String base) {
        var text = message.text(template, base);
        long from = System.currentTimeMillis();
        if (message.isGood()) {
            firstSent.putIfAbsent(message.id(), from);
        }
        int copy = timesSent.merge(message.id(), 1, Integer::sum);
        long nanos = System.nanoTime();
        var outcome = outcome(message, text, base);
        latency.add((System.nanoTime() - nanos) / 1e6, outcome);
        journal.add(message.kind(), message.flaw(), message.id(), Journal.sha256(Message.envelope(text)),
                Journal.sha256(message.payload()), outcome, copy, from, System.currentTimeMillis(), message.to());
        outcomes.merge(outcome, 1, Integer::sum);
        if (message.isGood() && OPEN.contains(outcome)) {
            open.add(message);
        } else if (message.isGood() && outcome.equals("yes")) {
            if (message.kind().isHandled()) {
                owed.put(message.id(), message);
            }
            synchronized (answered) {
                answered.add(message);
            }
        }
        return outcome;
    }

    /** Sends a message and does not wait for the answer, which nobody will read; it is sent again later. */
    Socket leave(Message message, String base) throws IOException {
        var text = message.text(template, base);
        var uri = URI.create(base + message.kind().path);
        var body = text.getBytes(StandardCharsets.UTF_8);
        var head = "POST " + uri.getPath() + " HTTP/1.1\r\nHost: " + uri.getAuthority()
                + "\r\nContent-Type: text/xml;charset=UTF-8\r\nSOAPAction: \"" + message.kind().action
                + "\"\r\nContent-Length: " + body.length + "\r\n\r\n";
        long from = System.currentTimeMillis();
        int copy = timesSent.merge(message.id(), 1, Integer::sum);
        journal.add(message.kind(), message.flaw(), message.id(), Journal.sha256(Message.envelope(text)),
                Journal.sha256(message.payload()), "cut", copy, from, from, message.to());
        open.add(message);
        var socket = new Socket("127.0.0.1", uri.getPort());
        socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
        socket.getOutputStream().write(body);
        socket.getOutputStream().flush();
        return socket;
    }

    private String outcome(Message message, String text, String base) {
        try {
            var request = HttpRequest.newBuilder(URI.create(base + message.kind().path))
                    .header("Content-Type", "text/xml;charset=UTF-8")
                    .header("SOAPAction", '"' + message.kind().action + '"')
                    .timeout(Duration.ofSeconds(patience))
                    .POST(HttpRequest.BodyPublishers.ofString(text));
            var response = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
            if (response.statusCode() / 100 != 2) {
                var code = ERROR_CODE.matcher(response.body());
                return code.find() ? "fault-" + code.group(1) : "http-" + response.statusCode();
            }
            return isRight(message, response.body());
        } catch (IOException e) {
            return "cut";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
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
}
