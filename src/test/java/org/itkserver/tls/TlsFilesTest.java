package org.itkserver.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.itkserver.testing.DevCerts;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TlsFilesTest {
    @TempDir
    static Path made;

    @TempDir
    Path folder;

    private static DevCerts certs;
    private static DevCerts others;

    private final Map<String, String> env = new HashMap<>();
    private long nanos;

    @BeforeAll
    static void certify() {
        certs = new DevCerts(made.resolve("certs"), "gp", "leaver");
        others = DevCerts.ofAnotherAuthority(made.resolve("others"), "gp");
    }

    @BeforeEach
    void copy() throws IOException {
        for (var name : new String[] {"server.p12", "truststore.p12", "ca.crl"}) {
            Files.copy(certs.file(name), folder.resolve(name));
        }
        env.putAll(certs.settings());
        env.put("ITK_TLS_KEYSTORE", folder.resolve("server.p12").toString());
        env.put("ITK_TLS_TRUSTSTORE", folder.resolve("truststore.p12").toString());
        env.put("ITK_TLS_CRL", folder.resolve("ca.crl").toString());
    }

    private TlsFiles files() {
        return new TlsFiles(TlsSettings.of(env).orElseThrow(), () -> nanos);
    }

    private void later() {
        nanos += Duration.ofSeconds(2).toNanos();
    }

    private static X509Certificate[] chain(DevCerts from, String name) throws Exception {
        return new X509Certificate[] {from.certificate(name)};
    }

    @Test
    void aCertificateOfTheAuthorityIsGoodWhileItLasts() throws Exception {
        var files = files();
        var lasting = certs.certificate("gp");
        assertEquals(Optional.empty(), files.objection(chain(certs, "gp"), Instant.now()));
        assertEquals(
                Optional.of("EXPIRED"),
                files.objection(
                        chain(certs, "gp"), lasting.getNotAfter().toInstant().plusSeconds(1)));
        assertEquals(1, files.certificates().size());
        assertEquals(1, files.authorities().size());
        assertEquals(1, files.revocationLists().size());
    }

    @Test
    void anotherAuthoritysIsNot() throws Exception {
        assertTrue(files().objection(chain(others, "gp"), Instant.now()).isPresent());
    }

    @Test
    void aListThatIsExchangedCountsWithinASecond() throws Exception {
        var files = files();
        var chain = chain(certs, "leaver");
        assertEquals(Optional.empty(), files.objection(chain, Instant.now()));
        certs.revoke("leaver");
        Files.copy(certs.file("ca.crl"), folder.resolve("ca.crl"), StandardCopyOption.REPLACE_EXISTING);
        assertEquals(Optional.empty(), files.objection(chain, Instant.now()));
        later();
        assertEquals(Optional.of("REVOKED"), files.objection(chain, Instant.now()));
        assertEquals(Optional.empty(), files.objection(chain(certs, "gp"), Instant.now()));
    }

    @Test
    void withoutAListForItsAuthorityNobodyIsGood() throws Exception {
        Files.copy(others.file("ca.crl"), folder.resolve("ca.crl"), StandardCopyOption.REPLACE_EXISTING);
        assertTrue(files().objection(chain(certs, "gp"), Instant.now()).isPresent());
        env.remove("ITK_TLS_CRL");
        assertEquals(Optional.empty(), files().objection(chain(certs, "gp"), Instant.now()));
    }

    @Test
    void aFileThatCannotBeUsedLeavesWhatWasReadBefore() throws Exception {
        var files = files();
        var keystore = folder.resolve("server.p12");
        var kept = Files.readAllBytes(keystore);
        Files.writeString(keystore, "half");
        later();
        assertEquals(
                "ITK_TLS_KEYSTORE=" + keystore + " is not a PKCS12 or JKS store that ITK_TLS_KEYSTORE_PASSWORD opens.",
                files.trouble().orElseThrow());
        assertEquals(Optional.empty(), files.objection(chain(certs, "gp"), Instant.now()));
        Files.write(keystore, kept);
        later();
        assertFalse(files.trouble().isPresent());
    }

    @ParameterizedTest
    @CsvSource({
        "ITK_TLS_KEYSTORE,nowhere.p12,does not exist",
        "ITK_TLS_KEYSTORE,truststore.p12,holds no private key",
        "ITK_TLS_TRUSTSTORE,server.p12,holds no trusted certificate",
        "ITK_TLS_TRUSTSTORE,ca.crl,is not a PKCS12 or JKS store that ITK_TLS_TRUSTSTORE_PASSWORD opens",
        "ITK_TLS_CRL,server.p12,'holds no revocation list, PEM or DER'",
    })
    void aWrongFileIsRefusedByTheNameOfItsSetting(String name, String file, String why) {
        env.put(name, folder.resolve(file).toString());
        var refused = assertThrows(IllegalArgumentException.class, this::files);
        assertEquals(name + "=" + folder.resolve(file) + " " + why + ".", refused.getMessage());
    }

    @Test
    void aWrongPasswordIsRefusedWithoutSayingIt() {
        env.put("ITK_TLS_KEYSTORE_PASSWORD", "hunter2");
        var refused = assertThrows(IllegalArgumentException.class, this::files);
        assertFalse(String.valueOf(refused.getMessage()).contains("hunter2"));
    }

    @Test
    void aPasswordMayComeFromAFile() throws IOException {
        var file = folder.resolve("password");
        Files.writeString(file, DevCerts.PASSWORD + "\n");
        env.remove("ITK_TLS_KEYSTORE_PASSWORD");
        env.put("ITK_TLS_KEYSTORE_PASSWORD_FILE", file.toString());
        assertEquals(1, files().certificates().size());
        env.put("ITK_TLS_KEYSTORE_PASSWORD", "x");
        assertEquals(
                "ITK_TLS_KEYSTORE_PASSWORD and ITK_TLS_KEYSTORE_PASSWORD_FILE are both set.",
                assertThrows(IllegalArgumentException.class, this::files).getMessage());
    }

    @ParameterizedTest
    @CsvSource({"ITK_TLS_TRUSTSTORE", "ITK_TLS_CRL", "ITK_HTTPS_PORT", "ITK_CONSOLE_PORT"})
    void nothingOfTlsIsSetInVain(String name) {
        var refused = assertThrows(IllegalArgumentException.class, () -> TlsSettings.of(Map.of(name, "x")));
        assertEquals(name + " is set but ITK_TLS_KEYSTORE is not.", refused.getMessage());
        assertEquals(Optional.empty(), TlsSettings.of(Map.of()));
    }
}
