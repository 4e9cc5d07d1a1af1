package org.itkserver.soap;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.ctc.wstx.stax.WstxInputFactory;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Base64;
import java.util.Optional;
import java.util.Set;
import org.itkserver.directory.ClientCertificate;
import org.itkserver.directory.Signing;
import org.itkserver.envelope.EnvelopeScanner;
import org.itkserver.envelope.MessageBody;
import org.itkserver.envelope.ScanLimits;
import org.itkserver.io.MemoryBudget;
import org.itkserver.soap.signature.SignatureVerifier;
import org.itkserver.testing.DevCerts;
import org.itkserver.testing.Partners;
import org.itkserver.testing.Signed;
import org.itkserver.tls.TlsFiles;
import org.itkserver.tls.TlsSettings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

/** A message that the original testbench signed, in a folder outside the project: RSA-SHA1, the Timestamp alone. */
@EnabledIfEnvironmentVariable(named = "ITK_FOREIGN_SAMPLES", matches = ".+")
class ForeignSignatureTest {
    private static final Instant SENT = Instant.parse("2026-11-23T12:00:00Z");

    @TempDir
    Path folder;

    @Test
    void theTestbenchsSignatureIsGoodWhileSha1IsAllowed() throws Exception {
        var file = Path.of(System.getenv("ITK_FOREIGN_SAMPLES"), "gen-tkw-signed-SendCDADocument.xml");
        var message = Files.readAllBytes(file);
        var token = Signed.first(Signed.parse(message), "BinarySecurityToken").getTextContent();
        var signer = (X509Certificate) CertificateFactory.getInstance("X.509")
                .generateCertificate(
                        new ByteArrayInputStream(Base64.getMimeDecoder().decode(token)));
        var certs = new DevCerts(folder.resolve("certs"));
        var trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("signer", signer);
        var store = folder.resolve("trusted.p12");
        try (var out = Files.newOutputStream(store)) {
            trusted.store(out, DevCerts.PASSWORD.toCharArray());
        }
        var files = new TlsFiles(
                new TlsSettings(certs.file("server.p12"), DevCerts.PASSWORD, store, DevCerts.PASSWORD, null),
                System::nanoTime);
        var until = LocalDate.of(2027, 3, 31);
        assertEquals(Optional.empty(), objection(message, files, signer, until));
        var changed = new String(message, StandardCharsets.UTF_8).replace(":16Z</wsu:Expires>", ":17Z</wsu:Expires>");
        assertEquals(
                Optional.of("what it covers was changed"),
                objection(changed.getBytes(StandardCharsets.UTF_8), files, signer, until));
        assertEquals(Optional.of("it signs with SHA-1"), objection(message, files, signer, LocalDate.of(2026, 11, 22)));
    }

    private static Optional<String> objection(
            byte[] message, TlsFiles files, X509Certificate signer, LocalDate sha1Until) throws Exception {
        var signing = new Signing(Signing.Require.TIMESTAMP, sha1Until, Set.of(), false);
        var partner = Partners.of("testbench", "")
                .signs(signing, Set.of(ClientCertificate.of(signer).fingerprint()))
                .build();
        var body = MessageBody.of(message);
        var scanned = new EnvelopeScanner(new WstxInputFactory(), ScanLimits.DEFAULT).scan(body);
        var verifier = new SignatureVerifier(
                new WstxInputFactory(), files, 1 << 23, MemoryBudget.single("signatures", 1 << 26), Duration.ZERO);
        return verifier.objection(new SignatureVerifier.Signed(body, scanned, partner, null, SENT));
    }
}
