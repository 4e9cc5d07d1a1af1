package org.itkserver.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.itkserver.envelope.Sha256;

/** A folder of {@code bin/dev-certs}, and what a test needs of it. */
public final class DevCerts {
    public static final String PASSWORD = "changeit";

    private static final Made SHARED = new Made();
    private static final Made ANOTHER = new Made();

    private final Path folder;

    /** Certificates of the authority that all tests of a JVM share; without names, that of {@code gp-system}. */
    public DevCerts(Path folder, String... partners) {
        this(SHARED, folder, partners);
    }

    private DevCerts(Made made, Path folder, String... partners) {
        this.folder = folder;
        made.copy(folder, partners.length == 0 ? List.of("gp-system") : List.of(partners));
    }

    /** Certificates of another authority. */
    public static DevCerts ofAnotherAuthority(Path folder, String... partners) {
        return new DevCerts(ANOTHER, folder, partners);
    }

    /** What an authority has certified already: each certificate takes a second or two to make. */
    private static final class Made {
        private static final List<String> ALWAYS =
                List.of("ca.p12", "ca.pem", "ca.crl", "truststore.p12", "server.p12", "server.pem");
        private Path folder;

        synchronized void copy(Path to, List<String> partners) {
            try {
                if (folder == null) {
                    folder = Files.createTempDirectory(Path.of("target"), "certs");
                }
                var missing = partners.stream()
                        .filter(name -> !Files.exists(folder.resolve(name + ".pem")))
                        .toList();
                if (!missing.isEmpty()) {
                    command(folder, missing);
                }
                Files.createDirectories(to);
                for (var name : ALWAYS) {
                    Files.copy(folder.resolve(name), to.resolve(name));
                }
                for (var name : partners) {
                    Files.copy(folder.resolve(name + ".p12"), to.resolve(name + ".p12"));
                    Files.copy(folder.resolve(name + ".pem"), to.resolve(name + ".pem"));
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** Puts this partner's certificate on the revocation list. */
    public void revoke(String partner) {
        command(folder, List.of("--revoke", partner));
    }

    private static void command(Path folder, List<String> arguments) {
        var command = new ArrayList<String>();
        command.add("bash");
        command.add(Path.of(System.getProperty("itk.basedir", "."), "bin", "dev-certs")
                .toAbsolutePath()
                .toString());
        command.add(folder.toString());
        command.addAll(arguments);
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment()
                .merge("PATH", Path.of(System.getProperty("java.home"), "bin") + ":", (path, java) -> java + path);
        run(builder);
    }

    private static void run(ProcessBuilder builder) {
        try {
            var process = builder.start();
            var text = new String(process.getInputStream().readAllBytes());
            if (!process.waitFor(180, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new IllegalStateException(text);
            }
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    public Path file(String name) {
        return folder.resolve(name);
    }

    /** What the server is told of the folder, by the names of its settings. */
    public Map<String, String> settings() {
        return Map.of(
                "ITK_TLS_KEYSTORE", file("server.p12").toString(),
                "ITK_TLS_KEYSTORE_PASSWORD", PASSWORD,
                "ITK_TLS_TRUSTSTORE", file("truststore.p12").toString(),
                "ITK_TLS_TRUSTSTORE_PASSWORD", PASSWORD,
                "ITK_TLS_CRL", file("ca.crl").toString());
    }

    public X509Certificate certificate(String name) throws GeneralSecurityException, IOException {
        return (X509Certificate) store(name).getCertificate(name);
    }

    public String fingerprint(String name) throws GeneralSecurityException, IOException {
        return Sha256.hex(certificate(name).getEncoded());
    }

    private KeyStore store(String name) throws GeneralSecurityException, IOException {
        return KeyStore.getInstance(file(name + ".p12").toFile(), PASSWORD.toCharArray());
    }

    public PrivateKey key(String name) {
        try {
            return (PrivateKey) store(name).getKey(name, PASSWORD.toCharArray());
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** One more partner, whose key is RSA of so many bits. */
    public void rsa(String name, int bits) {
        rsa(name, bits, 90);
    }

    /** @param days how long the certificate is good */
    public void rsa(String name, int bits, int days) {
        var store = file(name + ".p12").toString();
        keytool(
                "-genkeypair",
                "-keystore",
                store,
                "-storetype",
                "PKCS12",
                "-alias",
                name,
                "-keyalg",
                "RSA",
                "-keysize",
                Integer.toString(bits),
                "-dname",
                "CN=" + name + ", O=ITK development");
        keytool(
                "-certreq",
                "-keystore",
                store,
                "-alias",
                name,
                "-file",
                file(name + ".csr").toString());
        keytool(
                "-gencert",
                "-keystore",
                file("ca.p12").toString(),
                "-alias",
                "ca",
                "-rfc",
                "-validity",
                Integer.toString(days),
                "-infile",
                file(name + ".csr").toString(),
                "-outfile",
                file(name + ".pem").toString());
        keytool(
                "-importcert",
                "-keystore",
                store,
                "-alias",
                "authority",
                "-noprompt",
                "-file",
                file("ca.pem").toString());
        keytool(
                "-importcert",
                "-keystore",
                store,
                "-alias",
                name,
                "-noprompt",
                "-file",
                file(name + ".pem").toString());
    }

    private static void keytool(String... arguments) {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(List.of("-J-XX:TieredStopAtLevel=1", "-storepass", PASSWORD));
        command.addAll(List.of(arguments));
        run(new ProcessBuilder(command).redirectErrorStream(true));
    }

    /** Trusts the authority; shows the certificate of this name, or none when it is null. */
    public SSLContext context(String name) throws GeneralSecurityException, IOException {
        KeyManager[] keys = null;
        if (name != null) {
            var factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            factory.init(store(name), PASSWORD.toCharArray());
            keys = factory.getKeyManagers();
        }
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store("truststore"));
        var context = SSLContext.getInstance("TLS");
        context.init(keys, trust.getTrustManagers(), null);
        return context;
    }
}
