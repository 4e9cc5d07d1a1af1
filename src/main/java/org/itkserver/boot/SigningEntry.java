package org.itkserver.boot;

import java.io.ByteArrayInputStream;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.itkserver.directory.ClientCertificate;
import org.itkserver.directory.Signing;
import org.itkserver.tls.SettingFile;
import org.jspecify.annotations.Nullable;

/** Reads {@code signing:} of a partner in {@code directory.yaml}. */
final class SigningEntry {
    private static final int LARGEST = 1_000_000;
    private static final Set<String> REQUIRE = Set.of("none", "timestamp", "body");

    private SigningEntry() {}

    /** Whether an item of {@code certificates} names a PEM file. */
    static boolean isFile(String text) {
        return text.endsWith(".pem") || text.endsWith(".crt") || text.endsWith(".cer");
    }

    /** The certificates in the files that {@code certificates} names. */
    static List<X509Certificate> files(YamlMap map, Path folder) {
        var out = new ArrayList<X509Certificate>();
        for (var text : map.texts("certificates")) {
            if (isFile(text)) {
                out.add(certificate(map, folder, text));
            }
        }
        return out;
    }

    private static X509Certificate certificate(YamlMap map, Path folder, String text) {
        try {
            var bytes = SettingFile.bytes(folder.resolve(text), LARGEST);
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(bytes));
        } catch (SettingFile.Unusable e) {
            throw map.wrong("certificates", "names the file " + text + ", which " + e.getMessage());
        } catch (InvalidPathException e) {
            throw map.wrong("certificates", "names the file " + text + ", which cannot be read");
        } catch (CertificateException e) {
            throw map.wrong("certificates", "names the file " + text + ", which holds no X.509 certificate in PEM");
        }
    }

    /**
     * @param names the fingerprints and subjects in its {@code certificates}
     * @param files the certificates in the files there
     */
    static Signing read(YamlMap map, Set<String> names, List<X509Certificate> files) {
        var certificates = new HashSet<>(names);
        files.forEach(file -> certificates.add(ClientCertificate.of(file).fingerprint()));
        var require = map.optional("require").orElse("none");
        if (!REQUIRE.contains(require)) {
            throw map.wrong(
                    "require", "must be one of " + REQUIRE.stream().sorted().toList() + ", not " + require);
        }
        var signing = new Signing(
                Signing.Require.valueOf(require.toUpperCase(Locale.ROOT)),
                date(map),
                certificates,
                map.truth("sign"),
                files);
        map.end();
        return signing;
    }

    private static @Nullable LocalDate date(YamlMap map) {
        var text = map.optional("sha1Until").orElse(null);
        try {
            return text == null ? null : LocalDate.parse(text);
        } catch (DateTimeParseException e) {
            throw map.wrong("sha1Until", "must be a date such as 2027-03-31");
        }
    }
}
