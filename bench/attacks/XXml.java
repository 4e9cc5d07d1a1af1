package attacks;

import java.io.IOException;
import java.io.OutputStream;
import java.io.StringReader;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import javax.xml.parsers.SAXParserFactory;
import org.xml.sax.InputSource;
import org.xml.sax.helpers.DefaultHandler;

/** Attacks on the parser. */
final class XXml {
    /** The server answers most in a few; the machine is shared with the attacker and a database. */
    private static final long AT_ONCE = 500;

    private static final int FUZZED = 2000;

    private final Suite suite;
    private final Bed bed;

    private XXml(Suite suite) {
        this.suite = suite;
        this.bed = suite.bed;
    }

    static void run(Suite suite) throws Exception {
        var family = new XXml(suite);
        family.entities();
        family.depthAndNumbers();
        family.sizes();
        family.encodings();
        family.structure();
        family.grammars();
        family.fuzz();
    }

    private void invalid(String id, String sent, Letter letter) {
        suite.letter(id, sent, Expect.invalid().within(AT_ONCE), letter);
    }

    private void accepted(String id, String sent, Letter letter) {
        suite.letter(id, sent, Expect.accepted(), letter);
    }

    private Letter letter() {
        return bed.letter();
    }

    private Letter prologue(String xml) {
        return letter().prologue(xml);
    }

    private void entities() throws IOException {
        var file = bed.canary.file;
        var url = bed.canary.url();
        invalid("X-01", "entity that names a file, used in the payload",
                prologue("<!DOCTYPE e [<!ENTITY x SYSTEM \"file://" + file + "\">]>").payload("<t>&x;</t>"));
        invalid("X-01", "entity that names a file, used in Username",
                prologue("<!DOCTYPE e [<!ENTITY x SYSTEM \"file://" + file + "\">]>").text("wsse:Username", "&x;"));
        invalid("X-02", "external document type", prologue("<!DOCTYPE e SYSTEM \"" + url + "e.dtd\">"));
        invalid("X-02", "parameter entity", prologue("<!DOCTYPE e [<!ENTITY % p SYSTEM \"" + url + "\"> %p;]>"));
        invalid("X-02", "style sheet instruction", prologue("<?xml-stylesheet type=\"text/xsl\" href=\"" + url + "\"?>"));
        accepted("X-02", "XInclude in the payload", letter().payload("<xi:include xmlns:xi=\"http://www.w3.org/2001/XInclude\""
                + " href=\"" + url + "\" parse=\"text\"/>"));
        accepted("X-02", "schemaLocation in the payload",
                letter().swap("classCode=\"DOCCLIN\"", "classCode=\"DOCCLIN\" xsi:schemaLocation=\"urn:hl7-org:v3 " + url + "\""));
        accepted("X-02", "schemaLocation on the envelope", letter().swap("<soap:Envelope",
                "<soap:Envelope xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:schemaLocation=\"urn:a " + url + "\""));
        var laughs = new StringBuilder("<!DOCTYPE e [<!ENTITY a \"ha\">");
        for (char c = 'b'; c < 'l'; c++) {
            laughs.append("<!ENTITY ").append(c).append(" \"").append(("&" + (char) (c - 1) + ";").repeat(10)).append("\">");
        }
        invalid("X-03", "billion laughs", prologue(laughs + "]>").payload("<t>&k;</t>"));
        invalid("X-03", "one entity of 100 KB used 50,000 times",
                prologue("<!DOCTYPE e [<!ENTITY a \"" + "a".repeat(100_000) + "\">]>").payload("<t>" + "&a;".repeat(50_000) + "</t>"));
        var inner = "<!DOCTYPE e [<!ENTITY x SYSTEM \"file://" + file + "\"><!ENTITY y SYSTEM \"" + url + "\">]><e>&x;&y;</e>";
        accepted("X-04", "document type in a base64 payload",
                letter().content(Base64.getEncoder().encodeToString(inner.getBytes(StandardCharsets.UTF_8))));
        accepted("X-04", "document type in CDATA of the payload", letter().payload("<t><![CDATA[" + inner + "]]></t>"));
        suite.elsewhere("X-04", "such a payload opened in the console", "PayloadViewsTest, ClinicalDocument reads with the"
                + " scanner's parser: no document types");
        suite.look("X-04", "what was stored of these", "nothing holds the token", () -> bed.count(
                        "select count(*) from audit_event where position(? in detail) > 0 or position(? in coalesce(actor, '')) > 0",
                        bed.canary.token, bed.canary.token) == 0 ? "" : "the token is in the trail");
    }

    private void depthAndNumbers() {
        invalid("X-05", "100,000 elements nested, unclosed", letter().payload("<a>".repeat(100_000)));
        suite.attack("X-05", "elements nested without end", Expect.invalid(), source -> {
            var letter = letter();
            letter.headers.add("Transfer-Encoding: chunked");
            try (var line = bed.line(source)) {
                return line.exchange(out -> {
                    out.write(letter.head().getBytes(StandardCharsets.UTF_8));
                    chunk(out, letter.text.substring(0, letter.text.indexOf("<typeId")));
                    for (int i = 0; i < 20_000; i++) {
                        chunk(out, "<a>".repeat(1000));
                    }
                });
            }
        });
        invalid("X-05", "65 deep", letter().payload("<a>".repeat(60) + "</a>".repeat(60)));
        suite.letter("X-06", "5,000,000 empty elements, 20 MB", Expect.invalid().within(8000),
                letter().payload("<a/>".repeat(5_000_000)));
        suite.letter("X-06", "1,000,000 empty elements", Expect.accepted()
                .because("below the limit of 2,000,000"), letter().payload("<a/>".repeat(1_000_000)));
        invalid("X-06", "array of 100,000 items in the SOAP header",
                letter().block("<x xmlns=\"urn:x\">" + "<i>1</i>".repeat(100_000) + "</x>"));
        var attributes = new StringBuilder("<t");
        for (int i = 0; i < 100_000; i++) {
            attributes.append(" a").append(i).append("=\"1\"");
        }
        invalid("X-07", "100,000 attributes on one element", letter().payload(attributes + "/>"));
        invalid("X-07", "attribute of 64 KB", letter().payload("<t a=\"" + "v".repeat(65_536) + "\"/>"));
        var colliding = new StringBuilder();
        for (int i = 0; i < 1 << 16; i++) {
            var name = new StringBuilder();
            for (int bit = 0; bit < 16; bit++) {
                name.append((i >> bit & 1) == 0 ? "Aa" : "BB");
            }
            colliding.append(' ').append(name).append("=\"\"");
        }
        invalid("X-07", "65,536 attribute names with one hash", letter().payload("<t" + colliding + "/>"));
        invalid("X-07", "65,536 element names with one hash",
                letter().payload(colliding.toString().replace(" ", "<").replace("=\"\"", "/>")));
        suite.letter("X-07", "1,500 element names with one hash", Expect.accepted().within(1000),
                letter().payload(colliding.substring(0, 1500 * 36).replace(" ", "<").replace("=\"\"", "/>")));
        var spaces = new StringBuilder();
        for (int i = 0; i < 10_000; i++) {
            spaces.append(" xmlns:n").append(i).append("=\"urn:").append(i).append('"');
        }
        invalid("X-08", "10,000 namespaces on one element", letter().payload("<t" + spaces + "/>"));
        var prefixes = new StringBuilder();
        for (int i = 0; i < 100_000; i++) {
            prefixes.append("<p").append(i).append(":t xmlns:p").append(i).append("=\"urn:").append(i).append("\"/>");
        }
        invalid("X-08", "100,000 elements, each with a prefix of its own", letter().payload(prefixes.toString()));
        accepted("X-08", "a prefix declared anew for each of 1,500 elements", letter().payload("<q:t xmlns:q=\"urn:q\"/>".repeat(1500)));
    }

    private static void chunk(OutputStream out, String text) throws IOException {
        out.write((Integer.toHexString(text.length()) + "\r\n" + text + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
    }

    private void sizes() {
        invalid("X-09", "element name of 1 MB", letter().payload("<" + "n".repeat(1_000_000) + "/>"));
        invalid("X-09", "prefix of 1 MB", letter().payload("<" + "p".repeat(1_000_000) + ":n/>"));
        invalid("X-09", "attribute name of 1 MB", letter().payload("<t " + "n".repeat(1_000_000) + "=\"\"/>"));
        invalid("X-09", "processing instruction name of 1 MB in the payload", letter().payload("<?" + "n".repeat(1_000_000) + "?>"));
        suite.attack("X-10", "1 GB in chunks", Expect.http(413), source -> {
            var letter = letter();
            letter.headers.add("Transfer-Encoding: chunked");
            try (var line = bed.line(source)) {
                return line.exchange(out -> {
                    out.write(letter.head().getBytes(StandardCharsets.UTF_8));
                    chunk(out, letter.text.substring(0, letter.text.indexOf("<typeId")) + "<t>");
                    var piece = "a".repeat(1 << 20);
                    for (int i = 0; i < 1024; i++) {
                        chunk(out, piece);
                    }
                });
            }
        });
        var announced = letter();
        announced.headers.add("Content-Length: 1000000000000");
        suite.letter("X-10", "Content-Length of 10^12", Expect.http(413), announced);
        suite.look("X-10", "spool files after it", "none", () -> {
            try (var files = java.nio.file.Files.list(bed.home.resolve("tmp"))) {
                var left = files.toList();
                return left.isEmpty() ? "" : "left: " + left;
            }
        });
    }

    private void encoding(String sent, Expect expect, Charset charset, String type, String declaration) {
        var letter = letter();
        letter.text = letter.text.replaceFirst("<\\?xml[^>]*>", declaration);
        letter.contentType = type;
        letter.bytes = letter.text.getBytes(charset);
        suite.letter("X-11", sent, expect, letter);
    }

    private void encodings() {
        encoding("UTF-16 with a mark, declared", Expect.accepted(), StandardCharsets.UTF_16, "text/xml;charset=utf-16",
                "<?xml version=\"1.0\" encoding=\"UTF-16\"?>");
        encoding("UTF-16 bytes under charset UTF-8", Expect.invalid(), StandardCharsets.UTF_16, "text/xml;charset=utf-8",
                "<?xml version=\"1.0\" encoding=\"UTF-16\"?>");
        encoding("UTF-7 declared in the document", Expect.invalid(), StandardCharsets.UTF_8, "text/xml",
                "<?xml version=\"1.0\" encoding=\"UTF-7\"?>");
        encoding("EBCDIC", Expect.invalid(), Charset.forName("IBM037"), "text/xml", "<?xml version=\"1.0\" encoding=\"IBM037\"?>");
        encoding("UTF-32", Expect.invalid(), Charset.forName("UTF-32"), "text/xml", "<?xml version=\"1.0\" encoding=\"UTF-32\"?>");
        encoding("ISO-8859-1 declared", Expect.invalid(), StandardCharsets.ISO_8859_1, "text/xml",
                "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>");
        for (var bad : Map.of("NUL", "\u0000", "U+FFFE", "\ufffe", "U+0001", "\u0001", "reference to NUL", "&#0;",
                "reference to a surrogate", "&#xD800;").entrySet()) {
            invalid("X-11", bad.getKey(), letter().payload("<t>" + bad.getValue() + "</t>"));
        }
        for (var bad : Map.of("overlong UTF-8", new int[] {0xC0, 0xAF}, "lone surrogate in UTF-8", new int[] {0xED, 0xA0, 0x80},
                "bytes beyond U+10FFFF", new int[] {0xF4, 0x90, 0x80, 0x80}, "UTF-8 cut off", new int[] {0xE2, 0x82}).entrySet()) {
            var letter = letter().payload("<t>@</t>");
            var latin = new StringBuilder();
            for (int b : bad.getValue()) {
                latin.append((char) b);
            }
            letter.bytes = new String(letter.text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1)
                    .replace("<t>@</t>", "<t>" + latin + "</t>").getBytes(StandardCharsets.ISO_8859_1);
            invalid("X-11", bad.getKey(), letter);
        }
    }

    private void structure() {
        var service = Letter.SERVICES + "SendCDADocument-v2-0";
        accepted("X-12", "character references in Action", letter().text("wsa:Action", service.replace("D", "&#68;")));
        invalid("X-12", "references escaped twice in Action", letter().text("wsa:Action", service.replace("D", "&amp;#68;")));
        invalid("X-12", "CDATA in Action", letter().text("wsa:Action", "<![CDATA[" + service + "]]>"));
        invalid("X-12", "comment in Action", letter().text("wsa:Action", service.replace("CDA", "C<!-- -->DA")));
        var tracking = letter();
        tracking.swap("trackingid=\"" + tracking.trackingId(), "trackingid=\"&#32;" + tracking.trackingId());
        invalid("X-12", "reference to a space in the tracking id", tracking);
        var cut = letter();
        cut.text = cut.text.substring(0, cut.text.length() / 2);
        invalid("X-13", "cut in the middle", cut);
        for (var junk : new String[] {"junk", "<a/>", "<!-- ok --><?p?><a/>", "\u0000"}) {
            var letter = letter();
            letter.text = letter.text + junk;
            invalid("X-13", "after the end: " + junk.replace('\u0000', '0'), letter);
        }
        var two = letter();
        two.text = two.text + two.text.replaceFirst("<\\?xml[^>]*>", "");
        invalid("X-13", "two envelopes", two);
        var space = letter();
        space.text = "\n" + space.text;
        invalid("X-13", "line break before the declaration", space);
        var empty = letter();
        empty.text = "";
        invalid("X-13", "nothing", empty);
    }

    /** no schema is run on what comes in; what the grammars of the headers cost on hostile values. */
    private void grammars() {
        for (var value : new String[] {"a:".repeat(400) + " ", "urn:nhs-uk:identity:ods:" + "a:".repeat(400) + " ",
            "urn:nhs-uk:addressing:ods:" + "a:".repeat(450) + "!", "-".repeat(1000), "1.".repeat(500)}) {
            var name = value.substring(0, Math.min(30, value.length())) + "...";
            boolean another = value.startsWith("urn:"); // it names another organisation, which is judged first
            suite.letter("X-14", "audit identity " + name, (another ? Expect.denied() : Expect.invalid()).within(AT_ONCE),
                     letter().swap("urn:nhs-uk:identity:ods:Y9999:ward-4:dr-exampleton", value));
            invalid("X-14", "address " + name, letter().swap("urn:nhs-uk:addressing:ods:Z9999:cardiology", value));
            invalid("X-14", "MessageID " + name, letter().text("wsa:MessageID", value));
            invalid("X-14", "Created " + name, letter().text("wsu:Created", value));
        }
        suite.elsewhere("X-15", "style sheets and XPath on hostile documents", "nothing in this server runs either");
    }

    /** a few bytes of each message are changed; the JDK's parser says what is no XML. */
    private void fuzz() {
        var counts = new TreeMap<Integer, Integer>();
        suite.look("X-16", FUZZED + " letters with 0.1 to 2 % of their bits changed", "never 200 for what is no XML", () -> {
            var random = new Random(16);
            var parsers = SAXParserFactory.newInstance();
            parsers.setNamespaceAware(true);
            parsers.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
            for (int i = 0; i < FUZZED; i++) {
                var letter = letter();
                letter.bytes = letter.text.getBytes(StandardCharsets.UTF_8);
                // half of them with a single change, which is more often still a message
                int changes = i % 2 == 0 ? 1 : (int) (letter.bytes.length * 8 * (0.001 + random.nextDouble() * 0.019));
                for (int n = 0; n < changes; n++) {
                    letter.bytes[random.nextInt(letter.bytes.length)] ^= (byte) (1 << random.nextInt(8));
                }
                var reply = bed.send(bed.source(), letter);
                counts.merge(reply.status(), 1, Integer::sum);
                if (reply.status() != 200 && (reply.status() != 500 || !reply.faultCode().matches("Client|MustUnderstand|VersionMismatch"))) {
                    return "letter " + i + ": " + reply.brief();
                }
                if (reply.status() == 200 && !isXml(parsers, letter.bytes)) {
                    return "letter " + i + " is no XML and was accepted";
                }
            }
            return "";
        });
        System.out.println("          answers: " + counts);
    }

    private static boolean isXml(SAXParserFactory parsers, byte[] bytes) throws Exception {
        try {
            parsers.newSAXParser().parse(new java.io.ByteArrayInputStream(bytes), new DefaultHandler() {
                @Override
                public InputSource resolveEntity(String publicId, String systemId) {
                    return new InputSource(new StringReader(""));
                }
            });
            return true;
        } catch (org.xml.sax.SAXException | IOException e) {
            return false;
        }
    }
}
