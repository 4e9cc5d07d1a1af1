package attacks;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Compression, base64, counts that lie, and too much at once. */
final class DCompression {
    private final Suite suite;
    private final Bed bed;

    private DCompression(Suite suite) {
        this.suite = suite;
        this.bed = suite.bed;
    }

    static void run(Suite suite) throws Exception {
        var family = new DCompression(suite);
        family.encodings();
        family.payloads();
        family.base64();
        family.counts();
        family.atOnce();
        new Flood(suite).run();
    }

    private Letter letter() {
        return bed.letter();
    }

    private static byte[] bomb(int megabytes) throws IOException {
        var out = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(out, 65_536)) {
            var zeros = new byte[1 << 20];
            for (int i = 0; i < megabytes; i++) {
                gzip.write(zeros);
            }
        }
        return out.toByteArray();
    }

    private static byte[] gzip(byte[] bytes) throws IOException {
        var out = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(out)) {
            gzip.write(bytes);
        }
        return out.toByteArray();
    }

    private void encodings() throws IOException {
        var bomb = bomb(2048);
        for (var encoding : List.of("gzip", "deflate", "br", "gzip, gzip", "x-gzip", "identity, gzip", "zstd")) {
            var letter = letter();
            letter.headers.add("Content-Encoding: " + encoding);
            letter.bytes = encoding.equals("gzip, gzip") ? gzip(bomb) : bomb;
            suite.letter("D-01", "Content-Encoding " + encoding + ", 2 MB that stand for 2 GB", Expect.http(415), letter);
        }
        var two = letter();
        two.headers.addAll(List.of("Content-Encoding: identity", "Content-Encoding: gzip"));
        two.bytes = bomb;
        suite.letter("D-01", "two Content-Encoding headers, the second gzip", Expect.that("415 or 1000",
                r -> r.status() == 415 || r.status() == 500 && r.errorCode().equals("1000")), two);
        var transfer = letter();
        transfer.headers.add("Transfer-Encoding: gzip, chunked");
        transfer.bytes = "0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
        suite.letter("D-01", "Transfer-Encoding gzip, chunked", Expect.that("400, 415, 501 or 1000", r -> r.status() != 200
                && r.answers() <= 1), transfer);
        var bare = letter();
        bare.bytes = bomb;
        suite.letter("D-01", "a gzip body without saying so", Expect.invalid(), bare);
    }

    private Letter payload(byte[] content) {
        return letter().content(Base64.getEncoder().encodeToString(content)).swap("mimetype=\"text/xml\"",
                "compressed=\"true\" mimetype=\"text/xml\"");
    }

    private void payloads() throws Exception {
        var bomb = payload(bomb(2048));
        suite.letter("D-02", "payload of 2 MB that stands for 2 GB", Expect.accepted(), bomb);
        suite.letter("D-02", "gzip in gzip", Expect.accepted(), payload(gzip(bomb(1024))));
        var zip = new ByteArrayOutputStream();
        try (var out = new ZipOutputStream(zip)) {
            for (int i = 0; i < 20_000; i++) {
                out.putNextEntry(new ZipEntry("../../../../tmp/evil-" + i));
            }
        }
        suite.letter("D-02", "zip with 20,000 entries whose names lead out", Expect.accepted(), payload(zip.toByteArray()));
        var api = bed.firstRun("api-token");
        suite.look("D-02", "the first of them by the REST API", "an error or no more than 64 MB", () -> {
            try (var line = new Line(bed.source(), bed.plain, null)) {
                line.write("GET /api/messages/" + bomb.trackingId() + "/payloads/0 HTTP/1.1\r\nHost: 127.0.0.1:" + bed.plain
                        + "\r\nAuthorization: Bearer " + api + "\r\nConnection: close\r\n\r\n");
                var reply = line.answers(10_000);
                return reply.status() != 0 && reply.all().length() <= 66 << 20 ? "" : reply.brief() + ", " + reply.all().length() + " bytes";
            }
        });
        suite.elsewhere("D-02", "and in the console", "PayloadViewsTest: a view is capped, a download is as it came");
    }

    private void base64() {
        for (var bad : List.of("====", "QUJD=QUJD", "QUJ", "Q", "QUJD!", "QUJD-_-_", "QUJDRA=", "QUJDRB==", "\u0430\u0430\u0430\u0430")) {
            suite.letter("D-03", "base64 payload \"" + bad + "\"", Expect.that("200, 1000 or 2200: never 2100", r -> r.status() == 200
                    || r.status() == 500 && r.errorCode().matches("1000|2200")), letter().content(bad));
        }
        suite.letter("D-03", "30 MB of white space", Expect.accepted().because("judged by the handler, which reads it as a stream"),
                letter().content(" ".repeat(30 << 20)));
        suite.letter("D-03", "1,000,000 lines of one character", Expect.accepted(), letter().content("Q\n".repeat(1_000_000)));
        suite.elsewhere("D-03", "what a handler gets of these", "PayloadStreamsTest: an error, in constant memory");
    }

    private void counts() {
        suite.letter("D-04", "manifest count of 10^9", Expect.invalid(), letter().swap("manifest count=\"1\"", "manifest count=\"1000000000\""));
        suite.letter("D-04", "payloads count of 2^31", Expect.invalid(), letter().swap("payloads count=\"1\"", "payloads count=\"2147483648\""));
        suite.letter("D-04", "payloads count of -1", Expect.invalid(), letter().swap("payloads count=\"1\"", "payloads count=\"-1\""));
        suite.letter("D-04", "100,000 payloads", Expect.invalid(), letter().swap("</itk:payloads>",
                "<itk:payload id=\"a\">x</itk:payload>".repeat(100_000) + "</itk:payloads>"));
        var items = new StringBuilder();
        var payloads = new StringBuilder();
        for (int i = 0; i < 400; i++) {
            items.append("<itk:manifestitem id=\"a").append(i).append("\" mimetype=\"text/xml\"")
                    .append(" profileid=\"urn:nhs-en:profile:dischargeReport-v6-1\"/>");
            payloads.append("<itk:payload id=\"a").append(i).append("\"><a/></itk:payload>");
        }
        suite.letter("D-04", "401 payloads with their manifest items", Expect.accepted(), letter()
                .swap("</itk:manifest>", items + "</itk:manifest>").swap("manifest count=\"1\"", "manifest count=\"401\"")
                .swap("</itk:payloads>", payloads + "</itk:payloads>").swap("payloads count=\"1\"", "payloads count=\"401\""));
        suite.letter("D-04", "two payloads with one id", Expect.invalid(), letter().swap("</itk:payloads>", letter().text
                .replaceAll("(?s).*(<itk:payload id.*</itk:payload>).*", "$1") + "</itk:payloads>"));
    }

    /** D-05: 64 messages of 20 MB at once: each is accepted or told to come again. */
    private void atOnce() {
        suite.look("D-05", "64 messages of 20 MB at once, heap of 512 MB", "each 200, 503 or 2100; a good message in 1 s meanwhile", () -> {
            bed.rest();
            var filling = "QUJD".repeat(5 << 20);
            var pool = Executors.newFixedThreadPool(64);
            var all = new ArrayList<CompletableFuture<String>>();
            for (int i = 0; i < 64; i++) {
                var head = letter().content("@");
                all.add(CompletableFuture.supplyAsync(() -> {
                    try (var line = bed.line("127.0.0.1")) {
                        head.headers.add("Content-Length: " + (head.text.length() - 1 + filling.length()));
                        int at = head.text.indexOf('@');
                        return line.exchange(out -> {
                            out.write(head.head().getBytes(StandardCharsets.US_ASCII));
                            out.write(head.text.substring(0, at).getBytes(StandardCharsets.US_ASCII));
                            out.write(filling.getBytes(StandardCharsets.US_ASCII));
                            out.write(head.text.substring(at + 1).getBytes(StandardCharsets.US_ASCII));
                        }).brief();
                    } catch (IOException e) {
                        return "closed";
                    }
                }, pool));
            }
            long slowest = 0;
            for (int i = 0; i < 20; i++) {
                var small = bed.send(bed.source(), letter());
                slowest = Math.max(slowest, small.status() == 200 ? small.millis() : 99_999);
                Health.pause(50);
            }
            var answers = new TreeMap<String, Integer>();
            all.forEach(each -> answers.merge(each.join(), 1, Integer::sum));
            pool.shutdown();
            System.out.println("          answers: " + answers + ", slowest good message " + slowest + " ms");
            return answers.keySet().stream().allMatch(answer -> answer.matches("200|503|500 Server 2100")) && slowest < 1000
                    ? "" : answers + ", slowest good message " + slowest + " ms";
        });
    }
}
