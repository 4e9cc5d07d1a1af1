package attacks;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLSocketFactory;

/**
 * Clients that send or read nothing, or almost nothing, on each port: 500 connections in all, from one address and from ten, each
 * opened again at most once a second. They are a process of their own on one of the cores, as in {@link Flood}.
 */
final class EEdge {
    private static final int CONNECTIONS = 500;
    private static final int SECONDS = Integer.parseInt(System.getenv().getOrDefault("ATTACKS_EDGE_SECONDS", "20"));
    /** Messages a second of the honest partner. */
    private static final int RATE = 20;

    private static final int AFTERWARDS = 5_000;
    /** The pools of the HTTP client and the database may have opened a few connections meanwhile. */
    private static final int SOME_DESCRIPTORS = 10;
    private static final int LONG_TRAIL = 20_000;
    private static final List<String> WAITING =
            List.of("closeAndDrainRequest", "awaitReadable", "awaitWritable", "readBlocking");
    private static final String LETTERS = "/itk/services/SendCDADocument-v2-0";

    /** Where the connections go, and as whom. */
    enum Port {
        PLAIN,
        CONSOLE,
        PARTNERS;

        int number(Bed bed) {
            return switch (this) {
                case PLAIN -> bed.plain;
                case CONSOLE -> bed.console;
                case PARTNERS -> bed.https;
            };
        }

        /** Null for plain HTTP; a trusted certificate that no partner entry names for the partners' port. */
        SSLSocketFactory tls(Bed bed) {
            return switch (this) {
                case PLAIN -> null;
                case CONSOLE -> bed.context(null).getSocketFactory();
                case PARTNERS -> bed.context("stranger").getSocketFactory();
            };
        }
    }

    /** What each connection sends first, and what follows every second: one byte, unless the kind says otherwise. */
    enum Kind {
        GET_WITH_UNREAD_BODY(head("GET /health/ready", "Content-Length: 16000"), Port.values()),
        SIGN_IN_FORM_THAT_DRIPS(
                head("POST /admin/login", "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 4000") + "name=a",
                Port.PLAIN, Port.CONSOLE),
        ASSET_NOT_READ(head("GET /assets/nhsuk-frontend-10.6.1.min.css", "Accept: */*").repeat(40), Port.PLAIN, Port.CONSOLE),
        WSDL_NOT_READ(head("GET " + LETTERS + "?wsdl", "Accept: */*").repeat(200), Port.PLAIN, Port.PARTNERS),
        CHUNKS_THAT_NEVER_COME(
                head("POST /api/messages", "Content-Type: application/json\r\nTransfer-Encoding: chunked"), Port.PLAIN, Port.CONSOLE),
        LARGE_MESSAGE_THAT_STALLS(
                head("POST " + LETTERS, "Content-Type: text/xml\r\nContent-Length: 60000000") + "x".repeat(100_000),
                Port.PLAIN, Port.PARTNERS),
        REFUSED_MESSAGE_THAT_DRIPS(
                head("POST " + LETTERS, "Content-Type: text/xml\r\nContent-Length: 99999999999") + "x".repeat(2_000),
                Port.PLAIN, Port.PARTNERS),
        HALF_OPEN_HANDSHAKE("\u0016\u0003\u0001\u0002\u0000", Port.CONSOLE, Port.PARTNERS),
        API_PAGES_NOT_READ("", Port.PLAIN, Port.CONSOLE) {
            @Override
            String first(Bed bed, Port port) throws IOException {
                return head("GET /api/audit?limit=200", "Authorization: Bearer " + bed.firstRun("api-token")).repeat(40);
            }
        },
        EXPORT_NOT_READ("", Port.PLAIN, Port.CONSOLE) {
            @Override
            String first(Bed bed, Port port) throws Exception {
                return new Exporter(bed, port).request();
            }
        },
        /** A little faster than docs/security.md asks for, so that none is closed for its pace. */
        LARGE_MESSAGE_AT_THE_MINIMUM_PACE(
                head("POST " + LETTERS, "Content-Type: text/xml\r\nContent-Length: 60000000"), Port.PLAIN, Port.PARTNERS) {
            @Override
            int following() {
                return 18 << 10;
            }
        };

        private final String bytes;
        private final List<Port> ports;

        Kind(String bytes, Port... ports) {
            this.bytes = bytes;
            this.ports = List.of(ports);
        }

        /** What a connection sends first. */
        String first(Bed bed, Port port) throws Exception {
            return bytes;
        }

        /** How many bytes follow every second. */
        int following() {
            return 1;
        }

        private static String head(String line, String headers) {
            return line + " HTTP/1.1\r\nHost: 127.0.0.1\r\n" + headers + "\r\n\r\n";
        }
    }

    private final Suite suite;
    private final Bed bed;
    private final long[] alone;

    private EEdge(Suite suite) throws Exception {
        this.suite = suite;
        this.bed = suite.bed;
        bed.rest();
        this.alone = times(SECONDS, new AtomicInteger(), true);
    }

    static void run(Suite suite) throws Exception {
        var family = new EEdge(suite);
        var only = System.getenv().getOrDefault("ATTACKS_EDGE_KIND", "");
        for (var kind : Kind.values()) {
            if (!only.isEmpty() && !kind.name().equals(only)) {
                continue;
            }
            for (var port : kind.ports) {
                for (int addresses : new int[] {1, 10}) {
                    family.attack(kind, port, addresses);
                }
            }
        }
    }

    private void attack(Kind kind, Port port, int addresses) {
        var id = "E-" + (kind.ordinal() + 1);
        var what = kind + ", " + CONNECTIONS + " connections to the port " + port + " from " + addresses + " address"
                + (addresses == 1 ? "" : "es");
        suite.look(id, what, "p99 below twice its own alone or 50 ms, live within 100 ms, no thread waits", () -> {
            if (kind == Kind.EXPORT_NOT_READ) {
                fill();
            }
            bed.rest();
            long open = descriptors();
            var process = new ProcessBuilder("taskset", "-c", "1", "java", "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
                    "-cp", System.getProperty("java.class.path"), "attacks.EEdge", kind.name(), port.name(), "" + addresses)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            try {
                // it says when all its connections were tried
                process.getInputStream().read();
                var slowestLive = new AtomicInteger();
                var beside = times(SECONDS, slowestLive, false);
                var threads = waiting();
                process.getOutputStream().close();
                var held = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
                var said = "alone " + said(alone) + ", beside " + said(beside) + ", live " + slowestLive + " ms, " + held;
                System.out.println("          " + said);
                var wrong = new ArrayList<>(threads);
                if (at(beside, 99) > Math.max(50, 2 * at(alone, 99))) {
                    wrong.add(said);
                }
                if (slowestLive.get() > 100) {
                    wrong.add("live took " + slowestLive + " ms");
                }
                Health.pause(AFTERWARDS);
                if (descriptors() > open + SOME_DESCRIPTORS) {
                    wrong.add("open files and sockets went from " + open + " to " + descriptors());
                }
                if (inFlight() > 0) {
                    wrong.add(inFlight() + " requests are still in flight");
                }
                return String.join("; ", wrong);
            } finally {
                process.destroyForcibly();
            }
        });
    }

    /** Has the trail outgrow what the buffers of a connection hold, so that an export of it waits for its reader. */
    private void fill() throws Exception {
        try (var line = bed.secure(bed.source(), "tls-b")) {
            while (bed.count("select count(*) from audit_event") < LONG_TRAIL) {
                for (int i = 0; i < 500; i++) {
                    line.write(bed.letter("tls-b", "B1111").request());
                    line.answer();
                }
            }
        }
    }

    /** Milliseconds of the honest partner's answers, the shortest first; 99,999 for anything but 200. */
    private long[] times(int seconds, AtomicInteger slowestLive, boolean warm) throws IOException {
        var millis = new long[seconds * RATE];
        try (var line = bed.secure(bed.source(), "tls-b")) {
            if (warm) {
                for (int i = 0; i < 200; i++) {
                    line.write(bed.letter("tls-b", "B1111").request());
                    line.answer();
                }
            }
            for (int i = 0; i < millis.length; i++) {
                long start = System.nanoTime();
                line.write(bed.letter("tls-b", "B1111").request());
                var reply = line.answer();
                millis[i] = reply.status() == 200 ? since(start) : 99_999;
                if (i % RATE == 0) {
                    slowestLive.accumulateAndGet(live(), Math::max);
                }
                Health.pause(Math.max(0, 1000 / RATE - since(start)));
            }
        }
        Arrays.sort(millis);
        return millis;
    }

    private int live() throws IOException {
        long start = System.nanoTime();
        try (var line = bed.line("127.0.0.1")) {
            line.write("GET /health/live HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n");
            return line.answer().status() == 200 ? (int) since(start) : 99_999;
        }
    }

    /** Open files and sockets of the server: connections, spool files and what it always has. */
    private long descriptors() throws IOException {
        try (var all = Files.list(Path.of("/proc/" + bed.pid + "/fd"))) {
            return all.count();
        }
    }

    private long inFlight() throws IOException {
        try (var line = bed.line("127.0.0.1")) {
            line.write("GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n");
            return line.answer().body().lines()
                    .filter(each -> each.startsWith("itk_requests_in_flight "))
                    .mapToLong(each -> (long) Double.parseDouble(each.substring(each.indexOf(' '))))
                    .findFirst()
                    .orElse(99_999);
        }
    }

    private static long since(long start) {
        return (System.nanoTime() - start) / 1_000_000;
    }

    /** The methods that wait for a client, of those that are in a stack now; exports may. */
    private List<String> waiting() throws IOException {
        var process = new ProcessBuilder("jcmd", Long.toString(bed.pid), "Thread.print").redirectErrorStream(true).start();
        var dump = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        var out = new ArrayList<String>();
        for (var stack : dump.split("\n\n")) {
            WAITING.stream()
                    .filter(method -> stack.contains(method) && !stack.startsWith("\"itk-export"))
                    .forEach(method -> out.add("a thread waits in " + method));
        }
        return out;
    }

    private static long at(long[] times, int percent) {
        return times[times.length * percent / 100];
    }

    private static String said(long[] times) {
        return "p50 " + at(times, 50) + ", p99 " + at(times, 99) + " ms";
    }

    // -- the attackers

    /** One hostile connection. */
    private static final class Client {
        private final Kind kind;
        private final Port port;
        private final String address;
        private final int number;
        private final SSLSocketFactory tls;
        private final byte[] first;
        private final byte[] following;
        private Socket socket;

        Client(Kind kind, Port port, int number, SSLSocketFactory tls, String address, byte[] first) {
            this.kind = kind;
            this.port = port;
            this.number = number;
            this.first = first;
            this.following = "x".repeat(kind.following()).getBytes(StandardCharsets.ISO_8859_1);
            this.tls = kind == Kind.HALF_OPEN_HANDSHAKE ? null : tls;
            this.address = address;
        }

        /** Opens the connection, or sends its next bytes. */
        void turn() {
            try {
                if (socket == null) {
                    open();
                } else if (port == Port.PLAIN || tls == null || following.length > 1) {
                    socket.getOutputStream().write(following);
                }
            } catch (IOException e) {
                close();
            }
        }

        private void open() throws IOException {
            var plain = new Socket();
            socket = plain;
            plain.setReceiveBufferSize(2048);
            plain.setSoTimeout(2_000);
            plain.bind(new InetSocketAddress(address, 0));
            plain.connect(new InetSocketAddress("127.0.0.1", number), 2_000);
            if (tls != null) {
                socket = tls.createSocket(plain, "localhost", number, true);
            }
            // what the server does not take must not hold up the others
            plain.setSendBufferSize(256 * 1024);
            socket.getOutputStream().write(first);
        }

        private void close() {
            try {
                if (socket != null) {
                    socket.close();
                }
            } catch (IOException e) {
                // it is gone anyway
            }
            socket = null;
        }
    }

    /** The attack: kind, port and number of addresses; ends with its input. */
    public static void main(String[] args) throws Exception {
        var bed = new Bed();
        var kind = Kind.valueOf(args[0]);
        var port = Port.valueOf(args[1]);
        int addresses = Integer.parseInt(args[2]);
        var tls = port.tls(bed);
        var first = kind.first(bed, port).getBytes(StandardCharsets.ISO_8859_1);
        var pool = Executors.newScheduledThreadPool(32, task -> {
            var thread = new Thread(task);
            thread.setDaemon(true);
            return thread;
        });
        var clients = new ArrayList<Client>();
        var tried = new CountDownLatch(CONNECTIONS);
        for (int i = 0; i < CONNECTIONS; i++) {
            var client = new Client(kind, port, port.number(bed), tls, "127.99.0." + (1 + i % addresses), first);
            clients.add(client);
            pool.scheduleWithFixedDelay(
                    () -> {
                        client.turn();
                        tried.countDown();
                    },
                    i * 2L,
                    1000,
                    TimeUnit.MILLISECONDS);
        }
        tried.await(30, TimeUnit.SECONDS);
        System.out.print(' ');
        System.out.flush();
        System.in.read();
        System.out.println(clients.stream().filter(client -> client.socket != null).count() + " connections held");
        System.out.flush();
        Runtime.getRuntime().halt(0);
    }
}
