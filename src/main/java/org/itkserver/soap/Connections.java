package org.itkserver.soap;

import java.net.URI;
import java.net.http.HttpClient;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.itkserver.tls.TlsFiles;
import org.jspecify.annotations.Nullable;

/**
 * HTTP clients for partners' endpoints: HTTP/1.1, no redirects. Over TLS the server's name must fit its certificate, that must
 * come from an authority we trust and, where the directory names the partner's certificates, be one of these; ours is shown
 * when it is asked for. Thread-safe.
 */
final class Connections {
    private static final Duration CONNECT = Duration.ofSeconds(5);
    private static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};
    private static final String[] SUITES = {
        "TLS_AES_256_GCM_SHA384",
        "TLS_AES_128_GCM_SHA256",
        "TLS_CHACHA20_POLY1305_SHA256",
        "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
        "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
        "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
        "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
        "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
        "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"
    };

    private final @Nullable TlsFiles files;
    private final Function<URI, Set<String>> pinned;
    private final Map<Set<String>, HttpClient> clients = new ConcurrentHashMap<>();

    /**
     * @param files null when TLS is off: then the JDK's own authorities are trusted and no certificate is shown
     * @param pinned names of the certificates that an endpoint may show, as {@link
     *     org.itkserver.directory.ClientCertificate#name} writes them; empty for any that is trusted
     */
    Connections(@Nullable TlsFiles files, Function<URI, Set<String>> pinned) {
        this.files = files;
        this.pinned = pinned;
    }

    HttpClient to(URI endpoint) {
        boolean secure = "https".equals(endpoint.getScheme());
        return clients.computeIfAbsent(secure ? pinned.apply(endpoint) : Set.of(), this::client);
    }

    private HttpClient client(Set<String> names) {
        var builder = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(CONNECT);
        if (files != null) {
            var parameters = new SSLParameters(SUITES, PROTOCOLS);
            builder.sslParameters(parameters).sslContext(context(files, names));
        }
        return builder.build();
    }

    private static SSLContext context(TlsFiles files, Set<String> names) {
        X509ExtendedTrustManager trust = files.trustManager();
        try {
            var context = SSLContext.getInstance("TLS");
            context.init(
                    new KeyManager[] {files.keyManager()},
                    new TrustManager[] {names.isEmpty() ? trust : new PinnedTrust(trust, names)},
                    null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
