package attacks;

import java.nio.charset.StandardCharsets;
import java.util.List;

/** Attachments, of which ITK has none, and media types that are not what they say. */
final class AAttachments {
    private final Suite suite;
    private final Bed bed;

    private AAttachments(Suite suite) {
        this.suite = suite;
        this.bed = suite.bed;
    }

    static void run(Suite suite) throws Exception {
        var family = new AAttachments(suite);
        family.multipart();
        family.types();
    }

    private void typed(String id, String sent, Expect expect, String type, String body) {
        var letter = bed.letter();
        letter.contentType = type;
        letter.bytes = body == null ? null : body.getBytes(StandardCharsets.UTF_8);
        suite.letter(id, sent, expect, letter);
    }

    private void multipart() {
        var soap = bed.letter().text;
        var part = "--b\r\nContent-Type: text/xml\r\nContent-ID: <root>\r\n\r\n" + soap + "\r\n";
        var related = "multipart/related; type=\"text/xml\"; start=\"<root>\"; boundary=b";
        typed("A-01", "SOAP with an attachment", Expect.http(415), related,
                part + "--b\r\nContent-ID: <a>\r\n\r\nattachment\r\n--b--\r\n");
        typed("A-01", "100,000 parts", Expect.http(415), related, part + "--b\r\n\r\n\r\n".repeat(100_000) + "--b--");
        typed("A-01", "no closing boundary", Expect.http(415), related, part);
        typed("A-01", "a part header of 10 KB, folded 1,000 times", Expect.http(415), related,
                "--b\r\nX: " + ("y".repeat(10) + "\r\n ").repeat(1000) + "\r\n\r\n" + soap + "\r\n--b--");
        typed("A-01", "boundary of 5 KB", Expect.http(415), "multipart/related; boundary=" + "b".repeat(5000), part);
        typed("A-01", "MTOM", Expect.http(415), "multipart/related; type=\"application/xop+xml\"; start-info=\"text/xml\"; boundary=b", part);
        typed("A-01", "a form", Expect.http(415), "multipart/form-data; boundary=b", part);
        suite.attack("A-01", "a part of 1 GB", Expect.http(415), source -> {
            var letter = bed.letter();
            letter.contentType = related;
            letter.headers.add("Transfer-Encoding: chunked");
            try (var line = bed.line(source)) {
                return line.exchange(out -> {
                    out.write(letter.head().getBytes(StandardCharsets.UTF_8));
                    var piece = ("100000\r\n" + "a".repeat(1 << 20) + "\r\n").getBytes(StandardCharsets.US_ASCII);
                    for (int i = 0; i < 1024; i++) {
                        out.write(piece);
                    }
                });
            }
        });
        for (var href : List.of("file://" + bed.canary.file, bed.canary.url(), "cid:root")) {
            suite.letter("A-01", "xop:Include of " + href.replaceAll("(:/*).*", "$1") + " in the payload", Expect.accepted()
                    .because("content like any other; nobody follows it"), bed.letter().payload(
                    "<xop:Include xmlns:xop=\"http://www.w3.org/2004/08/xop/include\" href=\"" + href + "\"/>"));
        }
        suite.look("A-01", "temporary files after it", "none", () -> {
            for (var folder : List.of(bed.home.resolve("tmp"), bed.folder.resolve("server/tmp"))) {
                try (var files = java.nio.file.Files.list(folder)) {
                    var left = files.filter(file -> !file.getFileName().toString().matches("wildfly-.*|hsperf.*|jboss.*|vertx.*|.java_pid.*|itk-wsdl.*"))
                            .toList();
                    if (!left.isEmpty()) {
                        return "left: " + left;
                    }
                }
            }
            return "";
        });
    }

    private void types() {
        for (var type : List.of("application/json", "text/html", "text/plain", "application/xml", "application/octet-stream",
                "application/x-java-serialized-object", "application/x-www-form-urlencoded", "application/fastinfoset",
                "text/xml-external-parsed-entity", "text/xmlx", "text/ xml", "image/svg+xml", "*/*", ";", "text/xml, text/html",
                "text/xml;charset=utf-7", "text/xml;charset=utf-32", "text/xml;charset=x", "text/xml;charset=\"utf-8")) {
            var expect = type.endsWith("\"utf-8") ? Expect.that("200 or 415", r -> r.status() == 200 || r.status() == 415)
                    : Expect.http(415);
            typed("A-02", type, expect, type, null);
        }
        typed("A-02", "no Content-Type", Expect.http(415), null, null);
        typed("A-02", "SOAP 1.2's media type at a SOAP 1.1 address", Expect.fault("VersionMismatch", "1000"),
                "application/soap+xml;charset=utf-8", null);
        typed("A-02", "charset UTF-16 over UTF-8", Expect.invalid(), "text/xml;charset=utf-16", null);
        typed("A-02", "two charsets", Expect.accepted().because("the first counts, and the bytes must agree"),
                "text/xml;charset=utf-8;charset=utf-16", null);
        suite.letter("A-02", "two Content-Type headers", Expect.that("400, 415, 500 or 200", r -> r.answers() == 1), twoTypes());
    }

    private Letter twoTypes() {
        var out = bed.letter();
        out.headers.add("Content-Type: application/json");
        return out;
    }
}
