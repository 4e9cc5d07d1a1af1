package attacks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/** Attacks on HTTP itself: framing, slowness, size, number of connections. */
final class HHttp {
    private static final String PATH = "/itk/services/SendCDADocument-v2-0";
    private static final int SECONDS = 20;

    private final Suite suite;
    private final Bed bed;

    private HHttp(Suite suite) {
        this.suite = suite;
        this.bed = suite.bed;
    }

    static void run(Suite suite) throws Exception {
        var family = new HHttp(suite);
        family.framing();
        family.hosts();
        family.sizes();
        family.protocols();
        family.pipelines();
        family.connections();
        family.slowness();
    }

    private Letter letter() {
        return bed.letter();
    }

    /** A letter whose framing is this, and after it a second request that must not be heard. */
    private void framing(String sent, String headers, boolean chunked, String after) {
        var inner = "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n";
        suite.attack("H-01", sent, Expect.that("one answer, 400, 1000 or closed",
                r -> r.answers() <= 1 && r.status() != 200 && r.status() != 202 && !r.all().contains("jvm_heap")), source -> {
            var letter = letter();
            var body = chunked ? "0\r\n\r\n" : letter.text;
            try (var line = bed.line(source)) {
                line.write("POST " + PATH + " HTTP/1.1\r\nHost: 127.0.0.1:" + bed.plain + "\r\nContent-Type: text/xml\r\nSOAPAction: "
                        + letter.soapActions.get(0) + "\r\n" + headers.replace("LENGTH", Integer.toString(letter.body().length))
                        + "\r\n");
                line.write(body + (after == null ? inner : after));
                return line.answers(1500);
            }
        });
    }

    private void framing() {
        framing("Content-Length and chunked", "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", true, null);
        framing("chunked and Content-Length", "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", true, null);
        framing("two different lengths", "Content-Length: LENGTH\r\nContent-Length: 5\r\n", false, null);
        framing("two lengths in one header", "Content-Length: LENGTH, 5\r\n", false, null);
        framing("Transfer-Encoding xchunked", "Transfer-Encoding: xchunked\r\nContent-Length: 5\r\n", true, null);
        framing("Transfer-Encoding chunked, identity", "Transfer-Encoding: chunked, identity\r\n", true, null);
        framing("two Transfer-Encodings", "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n", true, null);
        framing("space before the colon", "Transfer-Encoding : chunked\r\nContent-Length: 5\r\n", true, null);
        framing("tab before chunked, and a length", "Transfer-Encoding:\tchunked\r\nContent-Length: 5\r\n", true, null);
        framing("folded Transfer-Encoding", "Transfer-Encoding:\r\n chunked\r\nContent-Length: 5\r\n", true, null);
        framing("vertical tab in Transfer-Encoding", "Transfer-Encoding: \u000bchunked\r\nContent-Length: 5\r\n", true, null);
        framing("length with a plus", "Content-Length: +LENGTH\r\n", false, null);
        framing("length of -1", "Content-Length: -1\r\n", false, null);
        framing("length 0x10", "Content-Length: 0x10\r\n", false, null);
        framing("length beyond 2^64", "Content-Length: 18446744073709551617\r\n", false, null);
        framing("NUL in a header", "X-A: a\0b\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n", true, null);
        framing("header without a colon", "Transfer-Encoding chunked\r\nContent-Length: 5\r\n", true, null);
        framing("leading space on the first header", " X-A: b\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n", true, null);
        for (var bad : List.of("g\r\n", "0x5\r\n", "-5\r\n", "ffffffffffffffff1\r\n", "\r\n", " 5 5\r\n")) {
            framing("chunk size " + bad.strip().replace('\0', '0'), "Transfer-Encoding: chunked\r\n", false,
                    null, bad);
        }
        raw("line ends of \\n alone, two requests", "GET /health/live HTTP/1.1\nHost: x\n\nGET /metrics HTTP/1.1\nHost: x\n\n", 2);
        raw("chunk extension with NUL, then another request (extensions are skipped, the end is clear)", "POST " + PATH + " HTTP/1.1\r\n"
                + "Host: x\r\nTransfer-Encoding: chunked\r\n\r\n5;\0\r\nhello\r\n0\r\n\r\nGET /metrics HTTP/1.1\r\nHost: x\r\n\r\n", 2);
        raw("\\r\\r\\r as the end of headers (the listener takes it: no shared connections in front, docs/security.md)",
                "GET /health/live HTTP/1.1\r\nHost: x\r\r\rGET /metrics HTTP/1.1\r\nHost: x\r\n\r\n", 2);
        raw("space before the request line", " GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n", 1);
        raw("HTTP/0.9", "GET /health/live\r\n\r\n", 1);
        raw("HTTP/9.9", "GET /health/live HTTP/9.9\r\nHost: x\r\n\r\n", 1);
        raw("no Host", "GET /metrics HTTP/1.1\r\n\r\n", 1);
    }

    private void framing(String sent, String headers, boolean chunked, String after, String size) {
        suite.attack("H-01", sent, Expect.that("one answer, 400, 1000 or closed", r -> r.answers() <= 1 && r.status() != 200), source -> {
            try (var line = bed.line(source)) {
                line.write("POST " + PATH + " HTTP/1.1\r\nHost: 127.0.0.1:" + bed.plain + "\r\nContent-Type: text/xml\r\n" + headers + "\r\n"
                        + size + "hello\r\n0\r\n\r\nGET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
                return line.answers(1500);
            }
        });
    }

    private void raw(String sent, String bytes, int most) {
        suite.attack("H-01", sent, Expect.that("at most " + most + (most == 1 ? " answer" : " answers"), r -> r.answers() <= most), source -> {
            try (var line = bed.line(source)) {
                line.write(bytes);
                return line.answers(1500);
            }
        });
    }

    private void hosts() {
        for (var host : List.of("evil.example", "127.0.0.1:" + bed.plain + "@evil.example", "evil.example:99999", "a b", "<script>", "[::1",
                "evil.example/..", "")) {
            suite.attack("H-03", "WSDL with Host \"" + host + "\"", Expect.that("no WSDL with that host", r -> r.answers() <= 1
                    && (host.isEmpty() || !r.body().contains(host)) && !r.head().contains("evil.example")), source -> {
                try (var line = bed.line(source)) {
                    return line.exchange(("GET " + PATH + "?wsdl HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
                }
            });
        }
        suite.attack("H-03", "two Hosts", Expect.that("no word of the second", r -> !r.all().contains("evil.example")), source -> {
            try (var line = bed.line(source)) {
                return line.exchange(("GET / HTTP/1.1\r\nHost: 127.0.0.1:" + bed.plain + "\r\nHost: evil.example\r\nX-Forwarded-Host:"
                        + " evil.example\r\nConnection: close\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            }
        });
        suite.attack("H-03", "absolute URI of another host", Expect.that("no word of it", r -> !r.all().contains("evil.example")), source -> {
            try (var line = bed.line(source)) {
                return line.exchange(("GET http://evil.example" + PATH + "?wsdl HTTP/1.1\r\nHost: 127.0.0.1:" + bed.plain
                        + "\r\nConnection: close\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            }
        });
    }

    private void sizes() {
        var limited = Expect.that("400, 413, 414, 431 or closed", r -> r.answers() <= 1 && (r.status() == 0 && r.closed()
                || List.of(400, 413, 414, 431).contains(r.status()))).due();
        var header = letter();
        header.headers.add("X-Long: " + "x".repeat(100_000));
        suite.letter("H-04", "header of 100 KB", limited, header);
        var many = letter();
        for (int i = 0; i < 10_000; i++) {
            many.headers.add("X-" + i + ": 1");
        }
        suite.letter("H-04", "10,000 headers", limited, many);
        var cookies = letter();
        cookies.headers.add("Cookie: " + "a=b;".repeat(20_000));
        suite.letter("H-04", "80 KB of cookies", limited, cookies);
        var url = letter();
        url.path += "?" + "x".repeat(1_000_000);
        suite.letter("H-04", "URL of 1 MB", limited, url);
        var query = letter();
        query.path += "?" + "Aa=1&".repeat(10_000);
        suite.letter("H-04", "10,000 query parameters", limited, query);
        var small = letter();
        for (int i = 0; i < 500; i++) {
            small.headers.add("X-" + i + ": 1");
        }
        suite.letter("H-04", "500 headers", limited, small);
    }

    private void protocols() {
        suite.attack("H-06", "HTTP/2 without asking", Expect.that("no HTTP/2", r -> !r.all().startsWith("\0")), source -> {
            try (var line = bed.line(source)) {
                line.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
                return line.answers(1500);
            }
        });
        suite.attack("H-06", "upgrade to h2c", Expect.that("no 101", r -> r.status() != 101), source -> {
            try (var line = bed.line(source)) {
                line.write("GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
                        + "HTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n");
                return line.answers(1500);
            }
        });
        for (int port : new int[] {bed.https, bed.console}) {
            suite.look("H-06", "ALPN h2" + (port == bed.console ? ", console" : ""), "not agreed", () -> SIdentity.shell("echo | timeout 5"
                    + " openssl s_client -connect 127.0.0.1:" + port + " -alpn h2 2>&1").contains("ALPN protocol: h2") ? "h2" : "");
        }
        suite.attack("H-07", "upgrade to websocket", Expect.that("no 101", r -> r.status() != 101), source -> {
            try (var line = bed.line(source)) {
                line.write("GET /itk HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                        + "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n");
                return line.answers(1500);
            }
        });
        suite.attack("H-07", "Expect: something", Expect.that("417 or an answer", r -> r.answers() <= 1), source -> {
            var letter = letter();
            letter.headers.add("Expect: 200-maybe");
            return bed.send(source, letter);
        });
    }

    private void pipelines() {
        suite.look("H-07", "200 times Expect: 100-continue and then nothing", "a good message in 1 s meanwhile", () -> {
            var lines = new ArrayList<Line>();
            try {
                for (int i = 0; i < 200; i++) {
                    var line = bed.line("127.0.0.1");
                    lines.add(line);
                    line.write("POST " + PATH + " HTTP/1.1\r\nHost: x\r\nContent-Type: text/xml\r\nContent-Length: 5000\r\n"
                            + "Expect: 100-continue\r\n\r\n");
                }
                var reply = bed.send(bed.source(), letter());
                return reply.status() == 200 && reply.millis() < 1000 ? "" : reply.brief() + " in " + reply.millis() + " ms";
            } finally {
                lines.forEach(Line::close);
            }
        });
        suite.look("H-07", "1,000 letters in one pipeline, closed after 100 ms", "each is stored wholly or not at all", () -> {
            var source = bed.source();
            try (var line = bed.line(source)) {
                var thread = new Thread(() -> {
                    try {
                        for (int i = 0; i < 1000; i++) {
                            line.write(letter().request());
                        }
                    } catch (IOException e) {
                        // closed
                    }
                });
                thread.setDaemon(true);
                thread.start();
                Health.pause(100);
            }
            Health.pause(500);
            long rows = bed.rows(source).getOrDefault("accepted", 0);
            long whole = bed.count("select count(*) from audit_event e join message m on m.id = e.message_id where e.source = ?"
                    + " and e.type = 'accepted' and exists (select 1 from message_part p where p.message_id = m.id)", source);
            return rows == whole ? "" : rows + " accepted, " + whole + " whole";
        });
    }

    /** H-05 */
    private void connections() {
        suite.look("H-05", "1,000 idle TLS connections without a certificate's end of the handshake, 400 with", "a good message in"
                + " 1 s meanwhile", () -> {
            var lines = new ArrayList<Line>();
            try {
                for (int i = 0; i < 1000; i++) {
                    lines.add(new Line("127.0.0.2", bed.https, null));
                }
                for (int i = 0; i < 400; i++) {
                    var line = bed.secure("127.0.0.2", "tls-b");
                    lines.add(line);
                    line.write(" ");
                }
                var reply = bed.send(bed.source(), letter());
                try (var secure = bed.secure(bed.source(), "tls-a")) {
                    var second = secure.exchange(bed.letter("tls-a", "A1111").request());
                    return reply.status() == 200 && second.status() == 200 && reply.millis() + second.millis() < 2000 ? ""
                            : reply.brief() + " " + reply.millis() + ", " + second.brief() + " " + second.millis() + " ms";
                }
            } finally {
                lines.forEach(Line::close);
            }
        });
        suite.look("H-05", "2,100 connections from one peer to plain HTTP that say nothing", "another peer is served again in 65 s"
                + " (a port takes 2,000; those that say nothing end after 60 s; addresses are bounded by their requests only, so bound"
                + " their connections in the firewall)", () -> {
            var lines = new ArrayList<Line>();
            try {
                for (int i = 0; i < 2100; i++) {
                    lines.add(bed.line("127.0.0.2"));
                }
                try (var line = bed.line(bed.source())) {
                    line.write(letter().request());
                    var reply = line.answer(65_000);
                    return reply.status() == 200 ? "" : reply.brief() + " in " + reply.millis() + " ms";
                }
            } finally {
                lines.forEach(Line::close);
            }
        });
    }

    /** H-02: slowhttptest, and an honest client beside it. */
    private void slowness() throws Exception {
        var alone = honest(3);
        System.out.println("          honest client alone: p99 " + alone + " ms");
        var url = " -u http://127.0.0.1:" + bed.plain + PATH;
        for (var kind : List.of("slow headers: -H -i 5", "slow bodies: -B -i 5 -s 8192 -t POST -f text/xml",
                "slow reads: -X -r 100 -w 1 -y 8 -n 5 -z 8 -k 3 -t GET")) {
            var options = kind.substring(kind.indexOf(": ") + 2);
            suite.look("H-02", "slowhttptest with 500 connections, " + kind.substring(0, kind.indexOf(':')), "honest client's p99 below twice"
                    + " its own alone, or 50 ms", () -> {
                var process = new ProcessBuilder("bash", "-c", "exec slowhttptest -c 500 -r 250 -l " + SECONDS + " -p 3 " + options
                        + (kind.startsWith("slow reads") ? url + "?wsdl" : url)).redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
                Health.pause(4000);
                long beside = honest(SECONDS - 8);
                process.waitFor();
                System.out.println("          honest client beside " + kind.substring(0, kind.indexOf(':')) + ": p99 " + beside + " ms");
                return beside <= Math.max(50, 2 * alone) ? "" : "p99 alone " + alone + " ms, beside it " + beside + " ms";
            });
        }
        suite.attack("H-02", "headers never ended", Expect.that("closed", r -> r.status() != 200 && r.closed()).within(15_000),
                source -> {
            try (var line = bed.line(source)) {
                return line.exchange(out -> {
                    out.write(("POST " + PATH + " HTTP/1.1\r\nHost: x\r\n").getBytes(StandardCharsets.US_ASCII));
                    trickle(out, "X-A: b\r\n");
                });
            }
        });
        suite.attack("H-02", "a body of one byte every 250 ms", Expect.that("closed (needs a deadline for the whole request)",
                r -> r.status() != 200 && r.closed()).within(62_000), source -> {
            try (var line = bed.line(source)) {
                var done = new AtomicBoolean();
                line.write("POST " + PATH + " HTTP/1.1\r\nHost: x\r\nContent-Type: text/xml\r\nContent-Length: 100000\r\n\r\n");
                var thread = new Thread(() -> {
                    try {
                        trickle(line.out(), " ");
                    } catch (IOException e) {
                        done.set(true);
                    }
                });
                thread.setDaemon(true);
                thread.start();
                return line.answers(60_000);
            }
        });
    }

    private static void trickle(java.io.OutputStream out, String piece) throws IOException {
        while (true) {
            Health.pause(250);
            out.write(piece.getBytes(StandardCharsets.US_ASCII));
            out.flush();
        }
    }

    private long honest(int seconds) throws IOException {
        var millis = new long[seconds * 20];
        for (int i = 0; i < millis.length; i++) {
            // slowhttptest comes from 127.0.0.1, which has its share of the requests and no more
            var reply = bed.send("127.0.0.3", letter());
            millis[i] = reply.status() == 200 ? reply.millis() : 99_999;
            Health.pause(Math.max(0, 50 - millis[i]));
        }
        Arrays.sort(millis);
        return millis[millis.length * 99 / 100];
    }
}
