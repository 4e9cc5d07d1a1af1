package org.itkserver.envelope;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.ctc.wstx.stax.WstxInputFactory;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** H20: each copy's address list holds only its hop's addresses, and every other byte is as received. */
class HopEnvelopeTest {
    private static final String LIST =
            "<itk:addresslist><itk:address uri=\"urn:nhs-uk:addressing:ods:Z9999:cardiology\"/></itk:addresslist>";
    private static final List<Charset> CHARSETS =
            List.of(StandardCharsets.UTF_8, StandardCharsets.UTF_16BE, StandardCharsets.UTF_16LE);

    @TempDir
    Path spool;

    private final EnvelopeScanner scanner = new EnvelopeScanner(new WstxInputFactory(), ScanLimits.DEFAULT);

    /** The good message with another address list; the payload holds one that looks the same. */
    private static String message(String list) {
        return Messages.cda()
                .replace(LIST, list)
                .replace("<text xsi", "<itk:addresslist><itk:address uri=\"x\"/></itk:addresslist><!-- > --><text xsi");
    }

    private static String envelope(String message) {
        var end = "</itk:DistributionEnvelope>";
        return message.substring(message.indexOf("<itk:DistributionEnvelope"), message.indexOf(end) + end.length());
    }

    private String hop(String message, Charset charset, String hop) throws IOException {
        var mark = charset == StandardCharsets.UTF_8 ? "" : "\uFEFF";
        try (var body = new MessageBody(spool, 1 << 24, -1)) {
            var scanned = scanner.scan(new ByteArrayInputStream((mark + message).getBytes(charset)), body);
            assertEquals(charset, scanned.charset());
            try (var copy = HopEnvelope.of(scanned, body, hop, spool)) {
                var range = copy.range();
                assertEquals(copy.body().size(), range.end() - range.start());
                return new String(copy.body().bytes(range.start(), range.end()), charset);
            }
        }
    }

    private static String address(int number) {
        return "<itk:address uri=\"urn:nhs-uk:addressing:ods:W" + number + "\"/>";
    }

    private static String list(String... addresses) {
        return "<itk:addresslist>" + String.join("", addresses) + "</itk:addresslist>";
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "1", "2", "0,1", "0,2", "1,2", "2,0", "0,1,2"})
    void onlyTheAddressesOfTheHopAreLeft(String hop) throws IOException {
        var kept = Set.of(hop.split(","));
        var expected = IntStream.range(0, 3)
                .filter(i -> kept.contains(String.valueOf(i)))
                .mapToObj(HopEnvelopeTest::address)
                .collect(Collectors.joining());
        var message = message(list(address(0), address(1), address(2)));
        for (var charset : CHARSETS) {
            assertEquals(envelope(message(list(expected))), hop(message, charset, hop));
        }
    }

    @Test
    void withoutHopItIsTheReceivedEnvelope() throws IOException {
        var bytes = Messages.utf8(message(list(address(0), address(1))));
        var body = MessageBody.of(bytes);
        var scanned = scanner.scan(body);
        try (var whole = HopEnvelope.of(scanned, body, null, spool)) {
            assertSame(body, whole.body());
            assertEquals(scanned.requiredEnvelope(), whole.range());
        }
        assertEquals(bytes.length, body.bytes(0, body.size()).length, "the received bytes stay open");
    }

    @Test
    void theCopyIsStillAnEnvelopeOfItsHop() throws IOException {
        var message = message(list(address(0), address(1), address(2)));
        var copy = hop(message, StandardCharsets.UTF_8, "1");
        var wrapped = message.replace(envelope(message), copy);
        var scanned = scanner.scan(MessageBody.of(Messages.utf8(wrapped)));
        assertEquals(
                List.of("urn:nhs-uk:addressing:ods:W1"),
                scanned.requiredHeader().addresses().stream().map(TypedUri::uri).toList());
        assertEquals(null, scanned.schemaProblem());
        assertEquals(1, scanned.payloads().size());
    }

    @Test
    void aLargeOneIsCopiedThroughAFileThatGoes() throws IOException {
        var large = message(list(address(0), address(1))).replace("caf\u00e9", "\u00e9".repeat(1_500_000));
        assertEquals(envelope(large.replace(address(0), "")), hop(large, StandardCharsets.UTF_8, "1"));
        try (var files = Files.list(spool)) {
            assertEquals(0, files.count());
        }
    }

    /** Every way to write an address list that a sender may come up with, at random but the same each time. */
    @Test
    void howeverTheListIsWritten() throws IOException {
        var random = new Random(20);
        for (int round = 0; round < 400; round++) {
            int count = 2 + random.nextInt(4);
            var kept = new TreeSet<Integer>();
            while (kept.isEmpty()) {
                IntStream.range(0, count).filter(i -> random.nextBoolean()).forEach(kept::add);
            }
            var received = new StringBuilder();
            var expected = new StringBuilder();
            for (int i = 0; i < count; i++) {
                var between = between(random);
                received.append(between);
                expected.append(between);
                var address = anyAddress(random, i);
                received.append(address);
                expected.append(kept.contains(i) ? address : "");
            }
            var open = List.of("<itk:addresslist>", "<itk:addresslist >", "<itk:addresslist\n>")
                    .get(random.nextInt(3));
            var close = random.nextBoolean() ? "</itk:addresslist>" : "</itk:addresslist\n>";
            var hop = kept.stream().map(String::valueOf).collect(Collectors.joining(","));
            var charset = CHARSETS.get(random.nextInt(3));
            assertEquals(
                    envelope(message(open + expected + close)),
                    hop(message(open + received + close), charset, hop),
                    "round " + round);
        }
    }

    private static String between(Random random) {
        return List.of(
                        "",
                        "\n   ",
                        "<!-- <itk:address uri=\"urn:x\"/> -->",
                        "<!-- it's > \" -->",
                        "<!---->",
                        "\t<!-- \ud83c\udfe5 caf\u00e9 </itk:addresslist> -->\r\n")
                .get(random.nextInt(6));
    }

    private static String anyAddress(Random random, int number) {
        var uri = "urn:nhs-uk:addressing:ods:W" + number;
        var forms = new ArrayList<String>(List.of(
                "<itk:address uri=\"%s\"/>",
                "<itk:address uri='%s'/>",
                "<itk:address uri=\"%s\"></itk:address>",
                "<itk:address uri=\"%s\"\n></itk:address\t>",
                "<itk:address\n  type='2.16.840.1.113883.2.1.3.2.4.18.22'\n  uri = '%s' />",
                "<itk:address type=\"1.2.3\" uri=\"%s:a>b\"/>",
                "<itk:address uri='%s:\"/>' type='1.2.3'></itk:address>",
                "<other:address xmlns:other=\"urn:nhs-itk:ns:201005\" uri=\"%s\"/>",
                "<address xmlns='urn:nhs-itk:ns:201005' uri='%s'></address>",
                "<itk:address uri=\"%s:\ud83c\udfe5\u00e9\"/>",
                "<itk:address uri=\"%s\"><!-- ' > --></itk:address>"));
        var form = forms.get(random.nextInt(forms.size()));
        var address = form.formatted(uri);
        assertTrue(address.contains(uri));
        return address;
    }
}
