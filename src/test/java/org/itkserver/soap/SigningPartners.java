package org.itkserver.soap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.LocalDate;
import java.util.HashSet;
import org.itkserver.directory.ClientCertificate;
import org.itkserver.directory.Signing;
import org.itkserver.testing.DevCerts;
import org.itkserver.testing.Signed;
import org.itkserver.tls.TlsFiles;
import org.itkserver.tls.TlsSettings;
import org.jspecify.annotations.Nullable;

/** Certificates of partners that sign, made once, and what is said of their messages. */
final class SigningPartners {
    static final DevCerts CERTS = new DevCerts(folder(), "gp", "other", "leaver");
    /** Of another authority, with the same name. */
    static final DevCerts OTHERS = DevCerts.ofAnotherAuthority(folder(), "gp");

    static final CheckedMessages CHECKED;

    static {
        CERTS.rsa("old", 2048);
        CERTS.rsa("weak", 1024);
        CERTS.revoke("leaver");
        CHECKED = checked(1 << 23);
    }

    private static final String DENIED = "The sender is not known or not allowed to do this.";

    private SigningPartners() {}

    private static Path folder() {
        try {
            return Files.createTempDirectory(Path.of("target"), "signing").resolve("certs");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @param most size of the largest signed message, in bytes */
    static CheckedMessages checked(long most) {
        return new CheckedMessages(
                new TlsFiles(TlsSettings.of(CERTS.settings()).orElseThrow(), System::nanoTime), most);
    }

    static Signed by(String name) {
        return Signed.by(CERTS.key(name), certificate(CERTS, name));
    }

    static X509Certificate certificate(DevCerts of, String name) {
        try {
            return of.certificate(name);
        } catch (GeneralSecurityException | IOException e) {
            throw new AssertionError(e);
        }
    }

    static Signing signing(Signing.Require require, @Nullable LocalDate sha1Until, String... names) {
        var fingerprints = new HashSet<String>();
        for (var name : names) {
            fingerprints.add(ClientCertificate.of(certificate(CERTS, name)).fingerprint());
        }
        return new Signing(require, sha1Until, fingerprints, false);
    }

    static Signing mustSignTheBody() {
        return signing(Signing.Require.BODY, null, "gp");
    }

    static Signing allMay(Signing.Require require) {
        return signing(require, null, "gp", "old", "weak", "leaver");
    }

    static void accepted(String message, Signing signing) {
        var verdict = CHECKED.check(message, signing);
        assertTrue(verdict.accepted(), verdict::toString);
    }

    /** 3000 with the one text, and what the trail is told. */
    static void denied(String reason, String message, Signing signing) {
        var verdict = CHECKED.check(message, signing);
        assertEquals("3000", verdict.code(), verdict::toString);
        assertEquals(DENIED, verdict.text());
        assertTrue(String.valueOf(verdict.reason()).contains(reason), verdict::toString);
    }

    static void invalid(String text, String message, Signing signing) {
        var verdict = CHECKED.check(message, signing);
        assertEquals("1000", verdict.code(), verdict::toString);
        assertTrue(verdict.text().contains(text), verdict::toString);
    }
}
