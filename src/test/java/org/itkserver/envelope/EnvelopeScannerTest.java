package org.itkserver.envelope;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.ctc.wstx.stax.WstxInputFactory;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EnvelopeScannerTest {
    private final EnvelopeScanner scanner = new EnvelopeScanner(new WstxInputFactory(), ScanLimits.DEFAULT);

    @TempDir
    Path spool;

    private MessageBody body;

    private ScannedMessage scan(byte[] bytes) throws IOException {
        body = new MessageBody(spool, 64 << 20, -1);
        return scanner.scan(new ByteArrayInputStream(bytes), body);
    }

    private ScannedMessage scan(String message) throws IOException {
        return scan(Messages.utf8(message));
    }

    private String cut(ScannedMessage.Range range) {
        return new String(body.bytes(range.start(), range.end()), StandardCharsets.UTF_8);
    }

    /** The parser takes them for spaces; another one that gets the stored or forwarded bytes does not. */
    @ParameterizedTest
    @ValueSource(strings = {"\u0018", "\u0001", "\u0000", "\u000b"})
    void controlCharactersInTheDeclarationAreNoSpaces(String control) throws IOException {
        var declaration = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";
        assertNotNull(scan(declaration + Messages.cda()));
        var message = declaration.replace(" encoding", control + "encoding") + Messages.cda();
        assertThrows(EnvelopeRejected.class, () -> scan(message));
    }

    @Test
    void readsEveryHeaderOfAGoodMessage() throws IOException {
        var message = scan(Messages.cda());

        assertEquals(SoapVersion.SOAP_11, message.version());
        assertEquals(
                "9C1E52C0-7B1D-4D5A-9A31-0D5C2C7F1A01", message.addressing().messageId());
        assertEquals(Messages.SERVICE, message.addressing().action());
        assertEquals("2026-11-22T10:10:00Z", message.security().expires());
        assertEquals("gp-system-1", message.security().username());
        var header = message.requiredHeader();
        assertEquals(Messages.TRACKING_ID, header.trackingId());
        assertEquals(
                "urn:nhs-uk:addressing:ods:Z9999:cardiology",
                header.addresses().get(0).uri());
        assertEquals(1, header.manifestCount());
        assertEquals(
                "urn:nhs-itk:interaction:primaryRecipientDischargeReport-v1-0",
                header.interaction().orElseThrow());
        assertEquals("9990000018", message.nhsNumber());
        assertNull(message.schemaProblem());
        assertNull(message.soapProblem());
        assertNull(message.repeated());
        assertNull(message.blankHeaderAttribute());
    }

    @Test
    void cutsTheEnvelopeOutOfTheOriginalBytes() throws IOException {
        var text = Messages.cda()
                .replace("<itk:DistributionEnvelope>", "<!-- \u20ac \ud83d\ude00 --><itk:DistributionEnvelope>");
        var message = scan(text);

        assertEquals(
                text.substring(
                        text.indexOf("<itk:DistributionEnvelope>"), text.indexOf("</itk:DistributionEnvelope>") + 27),
                cut(message.requiredEnvelope()));
    }

    @Test
    void cutsThePayloadAndKnowsTheNamespacesItInherits() throws IOException {
        var text = Messages.cda();
        var message = scan(text);
        var part = message.payloads().get(0);
        var root = part.root();

        assertNotNull(root);
        assertEquals(
                text.substring(text.indexOf("<ClinicalDocument"), text.indexOf("</ClinicalDocument>") + 19),
                cut(new ScannedMessage.Range(root.start(), root.end())));
        assertEquals("<ClinicalDocument", cut(new ScannedMessage.Range(root.start(), root.afterName())));
        assertEquals(
                "http://www.w3.org/2001/XMLSchema-instance", root.inherited().get("xsi"));
        assertEquals(Namespaces.ITK, root.inherited().get("itk"));
        assertFalse(root.inherited().containsKey(""));
    }

    @Test
    void aBigMessageGoesToASpoolFileThatIsDeleted() throws IOException {
        var filler = "<p>caf\u00e9 &amp; more</p>".repeat(120_000);
        var text = Messages.cda().replace("<recordTarget>", filler + "<recordTarget>");
        var message = scan(text);
        var root = message.payloads().get(0).root();

        assertNotNull(root);
        assertEquals(1, spool.toFile().list().length);
        var cut = cut(new ScannedMessage.Range(root.start(), root.end()));
        assertTrue(cut.startsWith("<ClinicalDocument") && cut.endsWith("</ClinicalDocument>"));
        assertEquals(text.getBytes(StandardCharsets.UTF_8).length, body.size());
        body.close();
        assertEquals(0, spool.toFile().list().length);
    }

    @Test
    void spoolFilesAreReadableByTheirOwnerOnly() throws IOException {
        scan(Messages.cda().replace("<recordTarget>", "x".repeat(2 << 20) + "<recordTarget>"));
        try (var files = Files.list(spool)) {
            assertEquals("[OWNER_READ, OWNER_WRITE]", sorted(files.findFirst().orElseThrow()));
        }
        body.close();
    }

    private static String sorted(Path file) throws IOException {
        return new java.util.TreeSet<>(Files.getPosixFilePermissions(file)).toString();
    }

    @Test
    void readsUtf16() throws IOException {
        var text = "\ufeff" + Messages.cda();
        var bytes = text.getBytes(StandardCharsets.UTF_16LE);
        var message = scan(bytes);
        var range = message.requiredEnvelope();

        assertEquals(Messages.TRACKING_ID, message.requiredHeader().trackingId());
        var cut = new String(body.bytes(range.start(), range.end()), StandardCharsets.UTF_16LE);
        assertTrue(cut.startsWith("<itk:DistributionEnvelope>") && cut.endsWith("</itk:DistributionEnvelope>"));
    }

    @Test
    void theDigestIsOfTheEnvelopeAsSent() throws Exception {
        var text = Messages.cda();
        var message = scan(text);
        var range = message.requiredEnvelope();
        var expected = java.security.MessageDigest.getInstance("SHA-256").digest(Messages.utf8(cut(range)));

        assertArrayEquals(expected, body.sha256(range.start(), range.end()));
    }

    /** H18: names of an encoding are read as the JDK knows them; one that contradicts the bytes is refused. */
    @ParameterizedTest
    @CsvSource({
        "UTF8, UTF-8, true",
        "utf8, UTF-8, true",
        "us-ascii, UTF-8, true",
        "UTF_16, UTF-16LE, true",
        "utf-16, UTF-16BE, true",
        "UTF-16LE, UTF-16LE, true",
        "UTF-16BE, UTF-16LE, false",
        "UTF-16LE, UTF-16BE, false",
        "UTF-8, UTF-16BE, false",
        "UTF-16, UTF-8, false",
        "no such, UTF-8, false"
    })
    void aDeclaredEncodingMustBeThatOfTheBytes(String declared, String charset, boolean accepted) throws IOException {
        var text = "<?xml version=\"1.0\" encoding=\"" + declared + "\"?>" + Messages.cda();
        var bytes = text.getBytes(Charset.forName(charset));
        if (accepted) {
            assertNotNull(scanner.scan(MessageBody.of(bytes)));
        } else {
            assertThrows(EnvelopeRejected.class, () -> scanner.scan(MessageBody.of(bytes)));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<!DOCTYPE x><a/>",
                "<!DOCTYPE e [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><a>&x;</a>",
                "<?xml version=\"1.1\"?><a/>",
                "<?xml-stylesheet href=\"http://127.0.0.1:7777\"?><a/>",
                "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a/>",
                "<a><b></a>",
                "<a/><b/>",
                "<a/>junk",
                "<a>&undefined;</a>",
                " <?xml version=\"1.0\"?><a/>",
                "<a",
                "{}",
                ""
            })
    void whatIsNotPlainXmlIsRefused(String text) {
        var rejected = assertThrows(EnvelopeRejected.class, () -> scan(text));
        assertEquals(ErrorCode.INVALID_MESSAGE, rejected.error().code());
    }

    @Test
    void badUtf8IsRefusedWhereverItStands() {
        var bytes = Messages.utf8(Messages.cda().replace("caf\u00e9", "cafX"));
        bytes[new String(bytes, StandardCharsets.ISO_8859_1).indexOf("cafX") + 3] = (byte) 0xE9;
        var rejected = assertThrows(EnvelopeRejected.class, () -> scan(bytes));
        assertTrue(
                rejected.error().diagnostic().contains("UTF-8"),
                rejected.error().diagnostic());
    }

    @Test
    void noncharactersAreRefused() {
        assertThrows(EnvelopeRejected.class, () -> scan(Messages.cda().replace("caf\u00e9", "\ufffe")));
        assertThrows(EnvelopeRejected.class, () -> scan(Messages.cda().replace("caf\u00e9", "\u0000")));
    }

    @Test
    void limitsAreRefusedWithoutReadingOn() {
        var deep = Messages.cda().replace("<recordTarget>", "<a>".repeat(100_000));
        assertThrows(EnvelopeRejected.class, () -> scan(deep));
        assertTrue(body.size() < 64 * 1024, "read " + body.size());

        var attributes = new StringBuilder("<a");
        for (int i = 0; i < 65; i++) {
            attributes.append(" a").append(i).append("='1'");
        }
        assertThrows(
                EnvelopeRejected.class,
                () -> scan(Messages.cda().replace("<recordTarget>", attributes + "/><recordTarget>")));
        var spaces = new StringBuilder("<a");
        for (int i = 0; i < 33; i++) {
            spaces.append(" xmlns:n").append(i).append("='urn:").append(i).append("'");
        }
        assertThrows(
                EnvelopeRejected.class,
                () -> scan(Messages.cda().replace("<recordTarget>", spaces + "/><recordTarget>")));
        assertThrows(
                EnvelopeRejected.class,
                () -> scan(Messages.cda().replace("<recordTarget>", "<" + "n".repeat(257) + "/><recordTarget>")));
        assertThrows(
                EnvelopeRejected.class,
                () -> scan(
                        Messages.cda().replace("<recordTarget>", "<a b='" + "v".repeat(65_536) + "'/><recordTarget>")));
        assertThrows(
                EnvelopeRejected.class, () -> scan(Messages.cda().replace("<wsa:To>", "<wsa:To>" + "t".repeat(1025))));
    }

    @Test
    void namesInsideTheTagAreBoundToo() {
        var name = "n".repeat(257);
        for (var content : List.of("<a " + name + "='1'/>", "<?" + name + "?>")) {
            assertThrows(
                    EnvelopeRejected.class,
                    () -> scan(Messages.cda().replace("<recordTarget>", content + "<recordTarget>")));
        }
    }

    /** All of them have one hash, which made each cost as much as all before it. */
    @Test
    void tooManyDifferentNamesAreRefused() throws IOException {
        var names = new StringBuilder();
        for (int i = 0; i < 1 << 14; i++) {
            names.append('<');
            for (int bit = 0; bit < 14; bit++) {
                names.append((i >> bit & 1) == 0 ? "Aa" : "BB");
            }
            names.append("/>");
        }
        assertThrows(
                EnvelopeRejected.class, () -> scan(Messages.cda().replace("<recordTarget>", names + "<recordTarget>")));
        scan(Messages.cda().replace("<recordTarget>", "<a b='1'/>".repeat(20_000) + "<recordTarget>"));
    }

    @Test
    void anEndlessNameDoesNotFillTheHeap() {
        var endless = new InputStream() {
            private long sent;

            @Override
            public int read() {
                return sent++ == 0 ? '<' : 'a';
            }
        };
        body = new MessageBody(spool, Long.MAX_VALUE, -1);
        assertThrows(EnvelopeRejected.class, () -> scanner.scan(endless, body));
        assertTrue(body.size() < 4 << 20, "read " + body.size());
        body.close();
    }

    @Test
    void anIdentityBearingHeaderHoldsPlainTextOnly() {
        assertThrows(EnvelopeRejected.class, () -> scan(Messages.cda().replace("gp-system-1", "gp-<!-- -->system-1")));
        assertThrows(
                EnvelopeRejected.class, () -> scan(Messages.cda().replace("gp-system-1", "<![CDATA[gp-system-1]]>")));
    }

    @Test
    void aCharacterReferenceIsDecodedOnce() throws IOException {
        assertEquals(
                "gp-system-1",
                scan(Messages.cda().replace("gp-system-1", "gp-syste&#109;-1"))
                        .security()
                        .username());
        assertEquals(
                "&#109;",
                scan(Messages.cda().replace("gp-system-1", "&amp;#109;"))
                        .security()
                        .username());
    }

    @Test
    void aBlockForAnotherActorIsNotOurs() throws IOException {
        var other =
                "<wsse:Security soap:actor=\"urn:other\" soap:mustUnderstand=\"1\"/><wsa:To soap:actor=\"urn:other\">x</wsa:To>";
        var message = scan(Messages.cda().replace("<wsse:Security>", other + "<wsse:Security>"));

        assertNull(message.repeated());
        assertTrue(message.notUnderstood().isEmpty());
        assertEquals("gp-system-1", message.security().username());
    }

    @Test
    void reportsWhatOccursTwice() throws IOException {
        assertEquals(
                "To",
                scan(Messages.cda().replace("<wsse:Security>", "<wsa:To>x</wsa:To><wsse:Security>"))
                        .repeated());
        assertEquals(
                "Security",
                scan(Messages.cda().replace("<wsse:Security>", "<wsse:Security/><wsse:Security>"))
                        .repeated());
    }
}
