package org.itkserver.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.InvalidAlgorithmParameterException;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertStore;
import java.security.cert.CertificateFactory;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.X509CRL;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.CertPathTrustManagerParameters;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * What the files held when they were read. Immutable and thread-safe.
 */
final class Material {
    private static final long JUDGED_FOR = 60_000;
    private static final int MOST_JUDGED = 1000;
    private static final int MOST_STORE = 16_000_000;
    private static final int MOST_CRL = 64_000_000;

    private final KeyStore keys;
    private final X509ExtendedKeyManager keyManager;
    private final X509ExtendedTrustManager trustManager;
    private final PKIXBuilderParameters pkix;
    private final List<X509CRL> crls;
    private final Map<List<X509Certificate>, Judged> judged = new ConcurrentHashMap<>();

    private Material(
            KeyStore keys,
            X509ExtendedKeyManager keyManager,
            X509ExtendedTrustManager trustManager,
            PKIXBuilderParameters pkix,
            List<X509CRL> crls) {
        this.keys = keys;
        this.keyManager = keyManager;
        this.trustManager = trustManager;
        this.pkix = pkix;
        this.crls = crls;
    }

    /** @throws IllegalArgumentException naming the setting whose file cannot be used, and why */
    static Material read(TlsSettings settings) {
        var keys = store("ITK_TLS_KEYSTORE", settings.keystore(), settings.keystorePassword());
        var trusted = store("ITK_TLS_TRUSTSTORE", settings.truststore(), settings.truststorePassword());
        var crls = settings.crl() == null ? List.<X509CRL>of() : crls(settings.crl());
        try {
            if (!hasKey(keys)) {
                throw new IllegalArgumentException(
                        "ITK_TLS_KEYSTORE=" + settings.keystore() + " holds no private key.");
            }
            var pkix = pkix(settings, trusted, crls);
            var keyFactory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keyFactory.init(keys, settings.keystorePassword().toCharArray());
            var trustFactory = TrustManagerFactory.getInstance("PKIX");
            trustFactory.init(new CertPathTrustManagerParameters(pkix));
            return new Material(
                    keys,
                    only(X509ExtendedKeyManager.class, keyFactory.getKeyManagers()),
                    only(X509ExtendedTrustManager.class, trustFactory.getTrustManagers()),
                    pkix,
                    crls);
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("ITK_TLS_KEYSTORE=" + settings.keystore()
                    + " holds a key that cannot be read with the store's password.");
        }
    }

    private static PKIXBuilderParameters pkix(TlsSettings settings, KeyStore trusted, List<X509CRL> crls)
            throws GeneralSecurityException {
        try {
            var pkix = new PKIXBuilderParameters(trusted, new X509CertSelector());
            pkix.setRevocationEnabled(settings.crl() != null);
            pkix.addCertStore(CertStore.getInstance("Collection", new CollectionCertStoreParameters(crls)));
            return pkix;
        } catch (InvalidAlgorithmParameterException e) {
            throw new IllegalArgumentException(
                    "ITK_TLS_TRUSTSTORE=" + settings.truststore() + " holds no trusted certificate.");
        }
    }

    private static KeyStore store(String name, Path file, String password) {
        try {
            SettingFile.check(file, MOST_STORE);
            return KeyStore.getInstance(file.toFile(), password.toCharArray());
        } catch (SettingFile.Unusable e) {
            throw new IllegalArgumentException(name + "=" + file + " " + e.getMessage() + ".");
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalArgumentException(
                    name + "=" + file + " is not a PKCS12 or JKS store that " + name + "_PASSWORD opens.");
        }
    }

    private static List<X509CRL> crls(Path file) {
        try {
            var in = new ByteArrayInputStream(SettingFile.bytes(file, MOST_CRL));
            var out = new ArrayList<X509CRL>();
            for (var crl : CertificateFactory.getInstance("X.509").generateCRLs(in)) {
                out.add((X509CRL) crl);
            }
            if (!out.isEmpty()) {
                return List.copyOf(out);
            }
        } catch (SettingFile.Unusable e) {
            throw new IllegalArgumentException("ITK_TLS_CRL=" + file + " " + e.getMessage() + ".");
        } catch (GeneralSecurityException e) {
            // refused below
        }
        throw new IllegalArgumentException("ITK_TLS_CRL=" + file + " holds no revocation list, PEM or DER.");
    }

    private static boolean hasKey(KeyStore keys) throws KeyStoreException {
        for (var alias : java.util.Collections.list(keys.aliases())) {
            if (keys.isKeyEntry(alias)) {
                return true;
            }
        }
        return false;
    }

    private static <T> T only(Class<T> type, Object[] managers) {
        return Arrays.stream(managers)
                .filter(type::isInstance)
                .map(type::cast)
                .findFirst()
                .orElseThrow();
    }

    X509ExtendedKeyManager keyManager() {
        return keyManager;
    }

    X509ExtendedTrustManager trustManager() {
        return trustManager;
    }

    List<X509CRL> crls() {
        return crls;
    }

    /** The first key of ours and its certificate. */
    TlsFiles.Identity identity() throws KeyStoreException {
        for (var alias : java.util.Collections.list(keys.aliases())) {
            var key = keys.isKeyEntry(alias) ? keyManager.getPrivateKey(alias) : null;
            var chain = key == null ? null : keyManager.getCertificateChain(alias);
            if (key != null && chain != null) {
                return new TlsFiles.Identity(key, chain[0]);
            }
        }
        throw new KeyStoreException("no key");
    }

    /** Our own certificates and the authorities'. */
    Collection<X509Certificate> certificates() throws KeyStoreException {
        var out = new ArrayList<X509Certificate>();
        for (var alias : java.util.Collections.list(keys.aliases())) {
            if (keys.getCertificate(alias) instanceof X509Certificate own) {
                out.add(own);
            }
        }
        return out;
    }

    /** The authorities that partners' certificates come from. */
    List<X509Certificate> authorities() {
        return pkix.getTrustAnchors().stream()
                .map(anchor -> anchor.getTrustedCert())
                .filter(Objects::nonNull)
                .toList();
    }

    /**
     * Why a peer's certificates are not good at a time, null when they are. A connection outlives the files it was made with;
     * this is for what came in over it later.
     */
    @Nullable
    String objection(X509Certificate[] chain, Date at) {
        // the same certificate may come alone, in a signature, or with those above it
        var path = List.of(chain);
        var before = judged.get(path);
        if (before != null && Math.abs(at.getTime() - before.at()) < JUDGED_FOR) {
            return before.objection();
        }
        if (judged.size() >= MOST_JUDGED) {
            judged.clear();
        }
        var now = new Judged(judge(chain, at), at.getTime());
        judged.put(path, now);
        return now.objection();
    }

    /** A verdict, so that a path is not looked at again for every message. */
    private record Judged(@Nullable String objection, long at) {}

    private @Nullable String judge(X509Certificate[] chain, Date at) {
        try {
            var parameters = (PKIXBuilderParameters) pkix.clone();
            parameters.setDate(at);
            var path = CertificateFactory.getInstance("X.509").generateCertPath(withoutAnchors(chain));
            if (!path.getCertificates().isEmpty()) {
                CertPathValidator.getInstance("PKIX").validate(path, parameters);
            }
            return null;
        } catch (CertPathValidatorException e) {
            return String.valueOf(e.getReason());
        } catch (GeneralSecurityException e) {
            return "UNREADABLE";
        }
    }

    /** A path ends before its anchor; peers often send the anchor too. */
    private List<X509Certificate> withoutAnchors(X509Certificate[] chain) {
        var anchors = authorities();
        return Arrays.stream(chain)
                .filter(certificate -> certificate.equals(chain[0]) || !anchors.contains(certificate))
                .toList();
    }
}
