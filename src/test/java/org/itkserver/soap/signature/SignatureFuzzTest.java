package org.itkserver.soap.signature;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.DictionaryEntries;
import com.code_intelligence.jazzer.junit.FuzzTest;
import com.ctc.wstx.stax.WstxInputFactory;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.xml.security.Init;
import org.apache.xml.security.c14n.Canonicalizer;
import org.apache.xml.security.exceptions.XMLSecurityException;
import org.itkserver.directory.Endpoints;
import org.itkserver.directory.Partner;
import org.itkserver.directory.Signing;
import org.itkserver.envelope.EnvelopeRejected;
import org.itkserver.envelope.EnvelopeScanner;
import org.itkserver.envelope.MessageBody;
import org.itkserver.envelope.Messages;
import org.itkserver.envelope.ScanLimits;
import org.itkserver.envelope.ScannedMessage;
import org.itkserver.io.MemoryBudget;
import org.itkserver.testing.DevCerts;
import org.itkserver.testing.JdkXml;
import org.itkserver.testing.Signed;
import org.itkserver.tls.TlsFiles;
import org.itkserver.tls.TlsSettings;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Element;

/**
 * A signed message with pieces cut out, copied, moved and put in: a verdict or a typed refusal; and where the signature is
 * called good, another parser and another canonicalization find in the used Body and Timestamp exactly what was signed.
 */
class SignatureFuzzTest {
    private static final String SOAP = "http://schemas.xmlsoap.org/soap/envelope/";
    private static final int MOST_EDITS = 6;

    @TempDir
    static Path folder;

    private static final EnvelopeScanner SCANNER = new EnvelopeScanner(new WstxInputFactory(), ScanLimits.DEFAULT);
    private static Instant now;
    private static List<String> originals;
    private static byte[] timestamp;
    private static byte[] body;
    private static SignatureVerifier verifier;
    private static Partner partner;

    @BeforeAll
    static void sign() throws Exception {
        Init.init();
        var certs = new DevCerts(folder, "gp");
        now = Instant.now();
        var message = Messages.cda();
        var by = Signed.by(certs.key("gp"), certs.certificate("gp"));
        var good = by.sign(message);
        originals = List.of(
                good,
                by.parts("Timestamp", "Body", "To", "MessageID").sign(message),
                by.parts("Timestamp", "Body").keyInfo(Signed.Key.ISSUER_SERIAL).sign(message));
        timestamp = canonical(used(good, "Timestamp").orElseThrow());
        body = canonical(used(good, "Body").orElseThrow());
        verifier = new SignatureVerifier(
                new WstxInputFactory(),
                new TlsFiles(TlsSettings.of(certs.settings()).orElseThrow(), System::nanoTime),
                1 << 20,
                MemoryBudget.single("signatures", 1 << 23),
                Duration.ofSeconds(5));
        partner = new Partner(
                "gp-system",
                Set.of("Y9999"),
                Set.of("gp-system-1"),
                Set.of(Partner.ANY),
                Set.of(),
                Partner.PositiveAnswer.AUTO,
                false,
                Set.of(),
                Endpoints.NONE,
                Partner.AckForm.AUTO,
                0,
                Set.of(),
                new Signing(Signing.Require.BODY, null, Set.of(certs.fingerprint("gp")), false),
                Set.of());
    }

    @DictionaryEntries({
        "<wsu:Timestamp wsu:Id=\\\"uuid_X\\\">",
        "</wsu:Timestamp>",
        "<soap:Body wsu:Id=\\\"uuid_BODY-0001\\\">",
        "</soap:Body>",
        "<!-- -->",
        "<![CDATA[",
        "]]>",
        " Id=\\\"uuid_BODY-0001\\\"",
        " xml:id=\\\"uuid_BODY-0001\\\"",
        "<?x y?>",
        "&#x41;",
        "\\x0D\\x0A"
    })
    @FuzzTest
    void signature(FuzzedDataProvider data) throws Exception {
        var text = edited(data.pickValue(originals), data);
        try {
            var bytes = MessageBody.of(text.getBytes(StandardCharsets.UTF_8));
            var scanned = SCANNER.scan(bytes);
            if (scanned.version() != null && scanned.security().signed()) {
                verified(text, bytes, scanned);
            }
        } catch (EnvelopeRejected e) {
            assertFalse(e.error().diagnostic().isEmpty());
        }
    }

    /** The originals are good, or the target would prove nothing. */
    @Test
    void whatIsNotEditedIsVerified() throws IOException {
        for (var original : originals.subList(0, 2)) {
            var bytes = MessageBody.of(original.getBytes(StandardCharsets.UTF_8));
            assertEquals(Optional.empty(), objection(bytes, SCANNER.scan(bytes)));
        }
    }

    private static Optional<String> objection(MessageBody bytes, ScannedMessage scanned) {
        return verifier.objection(new SignatureVerifier.Signed(bytes, scanned, partner, null, now));
    }

    private static void verified(String text, MessageBody bytes, ScannedMessage scanned) throws Exception {
        if (objection(bytes, scanned).isPresent()) {
            return;
        }
        assertArrayEquals(timestamp, canonical(used(text, "Timestamp").orElseThrow()), "another Timestamp was used");
        assertArrayEquals(body, canonical(used(text, "Body").orElseThrow()), "another Body was used");
        assertEquals("2026-11-22T10:10:00Z", scanned.security().expires());
        assertEquals(Messages.TRACKING_ID, scanned.requiredHeader().trackingId());
    }

    /** Pieces replaced by others of the same message, or by text. */
    private static String edited(String original, FuzzedDataProvider data) {
        var text = new StringBuilder(original);
        for (int i = data.consumeInt(0, MOST_EDITS); i > 0; i--) {
            int from = data.consumeInt(0, text.length());
            int to = Math.min(text.length(), from + data.consumeInt(0, 2000));
            if (data.consumeBoolean()) {
                int start = data.consumeInt(0, original.length());
                int end = Math.min(original.length(), start + data.consumeInt(0, 4000));
                text.replace(from, data.consumeBoolean() ? to : from, original.substring(start, end));
            } else {
                text.replace(from, data.consumeBoolean() ? to : from, data.consumeString(80));
            }
        }
        return text.toString();
    }

    /** The element that a reader of the protocol uses, found by where it stands. */
    private static Optional<Element> used(String message, @Nullable String name) {
        var text = message.startsWith("\uFEFF") ? message.substring(1) : message;
        var root = JdkXml.tree(text).orElseThrow().getDocumentElement();
        if ("Body".equals(name)) {
            return child(root, SOAP, "Body");
        }
        return child(root, SOAP, "Header")
                .flatMap(header -> child(header, Signed.WSSE, "Security"))
                .flatMap(security -> child(security, Signed.WSU, "Timestamp"));
    }

    private static Optional<Element> child(Element parent, String namespace, String name) {
        return JdkXml.children(parent).stream()
                .filter(e -> name.equals(e.getLocalName()) && namespace.equals(e.getNamespaceURI()))
                .findFirst();
    }

    private static byte[] canonical(Element element) throws XMLSecurityException {
        var out = new ByteArrayOutputStream();
        Canonicalizer.getInstance(Canonicalizer.ALGO_ID_C14N_EXCL_OMIT_COMMENTS).canonicalizeSubtree(element, out);
        return out.toByteArray();
    }
}
