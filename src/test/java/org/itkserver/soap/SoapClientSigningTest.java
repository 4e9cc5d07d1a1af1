package org.itkserver.soap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.ctc.wstx.stax.WstxInputFactory;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.wss4j.common.crypto.Merlin;
import org.apache.wss4j.dom.WSConstants;
import org.apache.wss4j.dom.WSDataRef;
import org.apache.wss4j.dom.engine.WSSConfig;
import org.apache.wss4j.dom.engine.WSSecurityEngine;
import org.apache.wss4j.dom.engine.WSSecurityEngineResult;
import org.apache.wss4j.dom.handler.RequestData;
import org.itkserver.directory.Signing;
import org.itkserver.envelope.EnvelopeScanner;
import org.itkserver.envelope.MessageBody;
import org.itkserver.envelope.Messages;
import org.itkserver.envelope.ScanLimits;
import org.itkserver.exchange.Transport;
import org.itkserver.io.MemoryBudget;
import org.itkserver.soap.signature.SignatureVerifier;
import org.itkserver.testing.DevCerts;
import org.itkserver.testing.Partners;
import org.itkserver.testing.SettableClock;
import org.itkserver.tls.TlsFiles;
import org.itkserver.tls.TlsSettings;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What we sign is good to us and to others, and the bytes inside stay as they are. */
class SoapClientSigningTest {
    @TempDir
    static Path folder;

    private static DevCerts certs;

    private final EnvelopeScanner scanner = new EnvelopeScanner(new WstxInputFactory(), ScanLimits.DEFAULT);
    private final SettableClock clock = new SettableClock(Instant.now());

    @BeforeAll
    static void certify() {
        certs = new DevCerts(folder.resolve("certs"));
        certs.rsa("old", 2048);
    }

    private static TlsFiles files(String keystore) {
        var settings = new HashMap<>(certs.settings());
        settings.put("ITK_TLS_KEYSTORE", certs.file(keystore + ".p12").toString());
        return new TlsFiles(TlsSettings.of(settings).orElseThrow(), System::nanoTime);
    }

    private Transport.Letter forward(String message, Charset charset) throws Exception {
        var body = new MessageBody(Path.of("target"), 1 << 22, -1);
        var scanned = scanner.scan(new ByteArrayInputStream(message.getBytes(charset)), body);
        return new Transport.Letter(
                Messages.SERVICE,
                "SENT-TRACKING-ID",
                null,
                body,
                scanned.requiredEnvelope(),
                scanned.inherited(),
                scanned.charset(),
                false);
    }

    private Transport.Result send(URI endpoint, @Nullable TlsFiles files, Transport.Letter letter) {
        return Letters.client(clock, Duration.ofSeconds(10), files, uri -> Set.of(), uri -> true)
                .send(endpoint, "us", letter);
    }

    private Optional<String> objection(byte[] sent, TlsFiles files, String signer) throws Exception {
        var signing = new Signing(Signing.Require.BODY, null, Set.of(), false);
        var partner = Partners.of("us", "")
                .signs(signing, Set.of(certs.fingerprint(signer)))
                .build();
        var body = MessageBody.of(sent);
        var verifier = new SignatureVerifier(
                new WstxInputFactory(), files, 1 << 20, MemoryBudget.single("signatures", 1 << 23), Duration.ZERO);
        return verifier.objection(
                new SignatureVerifier.Signed(body, scanner.scan(body), partner, null, clock.instant()));
    }

    /** What WSS4J says is covered. */
    private static Set<String> covered(byte[] sent) throws Exception {
        var crypto = new Merlin();
        crypto.setTrustStore(
                KeyStore.getInstance(certs.file("truststore.p12").toFile(), DevCerts.PASSWORD.toCharArray()));
        var data = new RequestData();
        data.setWssConfig(WSSConfig.getNewInstance());
        data.setSigVerCrypto(crypto);
        data.setAllowUsernameTokenNoPassword(true);
        var document = Letters.parse(sent);
        var results = new WSSecurityEngine().processSecurityHeader(document, data);
        var out = new HashSet<String>();
        for (WSSecurityEngineResult result : results.getActionResults().get(WSConstants.SIGN)) {
            @SuppressWarnings("unchecked")
            var references = (List<WSDataRef>) result.get(WSSecurityEngineResult.TAG_DATA_REF_URIS);
            references.forEach(r -> out.add(r.getProtectedElement().getLocalName()));
        }
        return out;
    }

    @ParameterizedTest
    @CsvSource({"server, UTF-8", "server, UTF-16LE", "server, UTF-16BE", "old, UTF-8"})
    void aSignedForwardIsGoodToUsAndToOthers(String key, String charset) throws Exception {
        var files = files(key);
        // space and characters that a serializer would write in another way
        var message = Messages.cda().replace("caf\u00e9", "caf\u00e9 &#13;\n\t&gt;&quot;<![CDATA[<x>]]>");
        var bom = charset.equals("UTF-8") ? "" : "\uFEFF";
        try (var peer = RawPeer.answering(Letters.TAKEN)) {
            var letter = forward(bom + message, Charset.forName(charset));
            assertInstanceOf(Transport.Taken.class, send(peer.uri(), files, letter));
            var sent = peer.only().body();
            assertEquals(Optional.empty(), objection(sent, files, key));
            assertEquals(Set.of("Timestamp", "Body"), covered(sent));
            int start = message.indexOf("<itk:DistributionEnvelope");
            var envelope = message.substring(start, message.indexOf("</itk:DistributionEnvelope>"));
            assertTrue(new String(sent, Charset.forName(charset)).contains(envelope), "the bytes are unchanged");
        }
    }

    @Test
    void whatDeclaresOurPrefixesOtherwiseIsSignedToo() throws Exception {
        var files = files("server");
        var message = Messages.cda().replace("<soap:Envelope ", "<soap:Envelope xmlns:x=\"urn:x\" ");
        var other = message.replace("xmlns:wsu=", "xmlns:u=")
                .replace("wsu:", "u:")
                .replace("<soap:Body>", "<soap:Body xmlns:wsu=\"urn:other\" xmlns:ds=\"urn:ds\" xmlns=\"urn:d\">");
        try (var peer = RawPeer.answering(Letters.TAKEN)) {
            assertInstanceOf(Transport.Taken.class, send(peer.uri(), files, forward(other, StandardCharsets.UTF_8)));
            var sent = peer.only().body();
            assertEquals(Optional.empty(), objection(sent, files, "server"));
            assertEquals(Set.of("Timestamp", "Body"), covered(sent));
        }
    }

    @Test
    void whatIsChangedOnTheWayIsSeen() throws Exception {
        var files = files("server");
        try (var peer = RawPeer.answering(Letters.TAKEN)) {
            send(peer.uri(), files, forward(Messages.cda(), StandardCharsets.UTF_8));
            var changed = new String(peer.only().body(), StandardCharsets.UTF_8).replace("9990000018", "9990000026");
            assertEquals(
                    Optional.of("what it covers was changed"),
                    objection(changed.getBytes(StandardCharsets.UTF_8), files, "server"));
        }
    }

    @Test
    void whatIsTooLargeToSignIsNotSent() throws Exception {
        try (var peer = RawPeer.answering(Letters.TAKEN)) {
            var large = Letters.letter("<a>" + "x".repeat((int) Letters.MOST_SIGNED) + "</a>", false);
            var result = assertInstanceOf(Transport.Unsendable.class, send(peer.uri(), files("server"), large));
            assertTrue(result.reason().contains("larger than ITK_MAX_SIGNED, 100000 bytes"), result.reason());
        }
    }

    @Test
    void withoutAKeyItWaits() throws Exception {
        try (var peer = RawPeer.answering(Letters.TAKEN)) {
            var result =
                    assertInstanceOf(Transport.NotNow.class, send(peer.uri(), null, Letters.letter("<a/>", false)));
            assertTrue(result.reason().contains("ITK_TLS_KEYSTORE"), result.reason());
        }
    }
}
