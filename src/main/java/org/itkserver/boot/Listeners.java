package org.itkserver.boot;

import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.itkserver.tls.TlsSettings;
import org.jspecify.annotations.Nullable;

/**
 * Where the server listens. What is wrong with the settings was refused before the application starts.
 *
 * @param bind {@code ITK_BIND}
 * @param plain {@code ITK_HTTP_PORT}, null when there is no plain HTTP
 * @param partners {@code ITK_HTTPS_PORT}: ITK addresses over mutual TLS, null when TLS is off
 * @param people {@code ITK_CONSOLE_PORT}: console and REST API over TLS, null when TLS is off
 * @param tls the files of TLS, null when it is off
 */
record Listeners(
        String bind,
        @Nullable String plain,
        @Nullable String partners,
        @Nullable String people,
        @Nullable TlsSettings tls) {
    private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");

    /** @throws IllegalArgumentException naming the variable that is wrong */
    static Listeners of(Map<String, String> env) {
        var tls = TlsSettings.of(env).orElse(null);
        boolean plain = tls == null || "true".equals(env.get("ITK_ALLOW_PLAIN_HTTP"));
        return new Listeners(
                env.getOrDefault("ITK_BIND", "127.0.0.1"),
                plain ? env.getOrDefault("ITK_HTTP_PORT", "8080") : null,
                tls == null ? null : env.getOrDefault("ITK_HTTPS_PORT", "8443"),
                tls == null ? null : env.getOrDefault("ITK_CONSOLE_PORT", "8444"),
                tls);
    }

    /** Whether this is an address of one of them. */
    boolean isAt(URI uri) {
        var port = Integer.toString(uri.getPort());
        return Stream.of(plain, partners, people).anyMatch(port::equals)
                && (LOOPBACK.contains(uri.getHost()) || bind.equals(uri.getHost()));
    }

    /** How many there are. */
    int count() {
        return (int) Stream.of(plain, partners, people).filter(Objects::nonNull).count();
    }

    /** Whether only this machine reaches them. */
    boolean isLoopback() {
        return isLoopback(bind);
    }

    /** Whether a host or address is this machine's own. */
    static boolean isLoopback(String host) {
        var plainHost = host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
        return plainHost.equals("localhost") || plainHost.equals("::1") || plainHost.matches("127(\\.[0-9]{1,3}){3}");
    }

    /** Base URL of the console. */
    String console() {
        return plain == null ? "https://" + bind + ":" + people + "/" : "http://" + bind + ":" + plain + "/";
    }

    @Override
    public String toString() {
        var plainUrl = plain == null ? List.<String>of() : List.of("http://" + bind + ":" + plain + "/");
        var tlsUrls = tls == null
                ? List.<String>of()
                : List.of(
                        "https://" + bind + ":" + partners + "/itk (partners)",
                        "https://" + bind + ":" + people + "/ (console and API)");
        return String.join(
                ", ", Stream.concat(plainUrl.stream(), tlsUrls.stream()).toList());
    }
}
