package org.itkserver.tls;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStoreException;
import java.security.PrivateKey;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * The files of mutual TLS as they are now: looked at again once a second, when somebody asks. A file that cannot be used leaves
 * what was read before in force. Thread-safe.
 */
public final class TlsFiles {
    private static final long LOOK_AGAIN = Duration.ofSeconds(1).toNanos();

    private final TlsSettings settings;
    private final LongSupplier nanos;
    private volatile Material material;
    private volatile @Nullable String trouble;
    private volatile long looked;
    private List<String> stamp;

    /**
     * @param nanos a clock that only goes forward, in nanoseconds
     * @throws IllegalArgumentException naming the setting whose file cannot be used, and why
     */
    public TlsFiles(TlsSettings settings, LongSupplier nanos) {
        this.settings = settings;
        this.nanos = nanos;
        stamp = stamp();
        looked = nanos.getAsLong();
        material = Material.read(settings);
    }

    /** Why the files as they are now cannot be used; empty when they are in use. */
    public Optional<String> trouble() {
        current();
        return Optional.ofNullable(trouble);
    }

    /** A key manager that follows the files. */
    public X509ExtendedKeyManager keyManager() {
        return new FollowingKeyManager(() -> current().keyManager());
    }

    /** A trust manager that follows the files. */
    public X509ExtendedTrustManager trustManager() {
        return new FollowingTrustManager(() -> current().trustManager());
    }

    /**
     * Why a peer's certificates, which were good when the connection was made, are not good now.
     *
     * @param chain the peer's own certificate first
     * @return a word of the JDK, such as REVOKED or EXPIRED; empty when they are good
     */
    public Optional<String> objection(X509Certificate[] chain, Instant now) {
        return Optional.ofNullable(current().objection(chain, Date.from(now)));
    }

    /** Our key, and the certificate that goes with it. */
    public record Identity(PrivateKey key, X509Certificate certificate) {
        @Override
        public String toString() {
            return "key of " + certificate.getSubjectX500Principal();
        }
    }

    /** The first key of ours and its certificate, both of one moment. */
    public Identity identity() {
        try {
            return current().identity();
        } catch (KeyStoreException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Our own certificates. */
    public Collection<X509Certificate> certificates() {
        try {
            return current().certificates();
        } catch (KeyStoreException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The authorities that partners' certificates come from. */
    public List<X509Certificate> authorities() {
        return current().authorities();
    }

    /** The revocation lists. */
    public List<X509CRL> revocationLists() {
        return current().crls();
    }

    private Material current() {
        if (nanos.getAsLong() - looked > LOOK_AGAIN) {
            lookAgain();
        }
        return material;
    }

    private synchronized void lookAgain() {
        if (nanos.getAsLong() - looked <= LOOK_AGAIN) {
            return;
        }
        var now = stamp();
        if (!now.equals(stamp)) {
            try {
                material = Material.read(settings);
                trouble = null;
            } catch (IllegalArgumentException e) {
                trouble = e.getMessage();
            }
            stamp = now;
        }
        looked = nanos.getAsLong();
    }

    private List<String> stamp() {
        var out = new ArrayList<String>();
        out.add(stamp(settings.keystore()));
        out.add(stamp(settings.truststore()));
        if (settings.crl() != null) {
            out.add(stamp(settings.crl()));
        }
        return out;
    }

    private static String stamp(Path file) {
        try {
            return Files.getLastModifiedTime(file) + " " + Files.size(file);
        } catch (IOException e) {
            return "missing";
        }
    }
}
