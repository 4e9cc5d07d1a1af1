package org.itkserver.tls;

import java.security.KeyStore;
import java.security.Provider;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactorySpi;
import javax.net.ssl.ManagerFactoryParameters;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactorySpi;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Gives the server's listeners managers that follow the files: algorithm {@code ITK} of key and trust manager factories. Reads
 * the process environment once.
 */
public final class TlsProvider extends Provider {
    private static final long serialVersionUID = 1L;
    private static final String ALGORITHM = "ITK";

    public TlsProvider() {
        super("ITK-TLS", "1", "keys and trusted certificates of the ITK transport server");
        putService(new Service(this, "KeyManagerFactory", ALGORITHM, Keys.class.getName(), null, null) {
            @Override
            public Object newInstance(@Nullable Object parameter) {
                return new Keys();
            }
        });
        putService(new Service(this, "TrustManagerFactory", ALGORITHM, Trust.class.getName(), null, null) {
            @Override
            public Object newInstance(@Nullable Object parameter) {
                return new Trust();
            }
        });
    }

    /** Made when it is first used; one for both listeners. */
    private static final class Holder {
        static final Optional<TlsFiles> FILES = TlsSettings.of(withoutBlanks(System.getenv()))
                .map(settings -> new TlsFiles(settings, System::nanoTime));
    }

    private static final class Keys extends KeyManagerFactorySpi {
        @Override
        protected void engineInit(@Nullable KeyStore store, char @Nullable [] password) {}

        @Override
        protected void engineInit(@Nullable ManagerFactoryParameters parameters) {}

        @Override
        protected KeyManager[] engineGetKeyManagers() {
            return new KeyManager[] {
                Holder.FILES.map(TlsFiles::keyManager).orElseGet(() -> new FollowingKeyManager(TlsProvider::noKeys))
            };
        }
    }

    private static final class Trust extends TrustManagerFactorySpi {
        @Override
        protected void engineInit(@Nullable KeyStore store) {}

        @Override
        protected void engineInit(@Nullable ManagerFactoryParameters parameters) {}

        @Override
        protected TrustManager[] engineGetTrustManagers() {
            return new TrustManager[] {
                Holder.FILES
                        .map(TlsFiles::trustManager)
                        .orElseGet(() -> new FollowingTrustManager(TlsProvider::noTrust))
            };
        }
    }

    /** With TLS off the listener is not bound, so nobody asks. */
    private static X509ExtendedKeyManager noKeys() {
        throw new IllegalStateException("TLS is off");
    }

    private static X509ExtendedTrustManager noTrust() {
        throw new IllegalStateException("TLS is off");
    }

    private static Map<String, String> withoutBlanks(Map<String, String> env) {
        var out = new HashMap<>(env);
        out.values().removeIf(String::isBlank);
        return out;
    }
}
