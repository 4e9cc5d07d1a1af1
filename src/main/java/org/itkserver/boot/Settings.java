package org.itkserver.boot;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.itkserver.connector.AlertMail;
import org.itkserver.delivery.RetrySchedule;
import org.itkserver.directory.ClientCertificate;
import org.itkserver.http.AdmissionPolicy;
import org.itkserver.soap.Proxies;
import org.itkserver.store.DatabaseSettings;
import org.itkserver.tls.Secrets;
import org.itkserver.tls.SettingFile;
import org.jspecify.annotations.Nullable;

/**
 * The {@code ITK_*} environment variables the application reads, once, at start.
 *
 * @param home {@code ITK_HOME}: data, directory, keys
 * @param listeners {@code ITK_BIND}, {@code ITK_*_PORT}, {@code ITK_TLS_*}
 * @param database {@code ITK_DB_*}
 * @param publicUrl {@code ITK_PUBLIC_URL}: base address partners use, null when not set
 * @param toAliases {@code ITK_TO_ALIASES}: further base addresses
 * @param maxMessage {@code ITK_MAX_MESSAGE} in bytes
 * @param maxSigned {@code ITK_MAX_SIGNED} in bytes: largest message with a signature, in or out
 * @param node {@code ITK_NODE}, null for the id kept in the home folder
 * @param clockSkew {@code ITK_CLOCK_SKEW}
 * @param syncDeadline {@code ITK_SYNC_DEADLINE}: longest wait of a synchronous request
 * @param sendTimeout {@code ITK_SEND_TIMEOUT}: longest wait for a partner's whole answer
 * @param lease {@code ITK_LEASE}: how long a node that died or froze keeps its work
 * @param queueTimeout {@code ITK_QUEUE_TIMEOUT}: how long a message taken from a queue is out of sight
 * @param resetAdmin {@code ITK_RESET_ADMIN}: the admin whose password is lost, null for nobody
 * @param adoptedSearchKey {@code ITK_ADOPT_SEARCH_KEY}: fingerprint of the key for searches that is to be the right one, null for none
 * @param sealKey {@code ITK_SEAL_KEY}: the key that signs audit seals
 * @param sealAnchors {@code ITK_SEAL_ANCHORS}: where the newest seal is noted outside the database
 * @param contentKeys {@code ITK_CONTENT_KEY_FILE}, {@code ITK_CONTENT_KEYS}: contents are encrypted at rest, null for not
 * @param alertWebhook {@code ITK_ALERT_WEBHOOK}: who is told of alerts, null for nobody
 * @param alertMail {@code ITK_ALERT_MAIL_TO}, {@code ITK_SMTP_*}: who is told by e-mail, null for nobody
 * @param retentionInterval {@code ITK_RETENTION_INTERVAL}: from one run of the destruction to the next
 * @param admission {@code ITK_REQUESTS}, {@code ITK_REQUESTS_PER_PEER}, {@code ITK_BYTES_IN_FLIGHT}, {@code ITK_SPOOL}
 * @param proxies {@code ITK_PROXY_CERTIFICATES}, {@code ITK_PROXY_HEADER}
 * @param retries {@code ITK_RETRY_FIRST}, {@code ITK_RETRY_LONGEST}, {@code ITK_RETRY_ATTEMPTS}
 */
record Settings(
        Path home,
        Listeners listeners,
        DatabaseSettings database,
        @Nullable String publicUrl,
        List<String> toAliases,
        long maxMessage,
        long maxSigned,
        @Nullable String node,
        Duration clockSkew,
        Duration syncDeadline,
        Duration sendTimeout,
        Duration lease,
        Duration queueTimeout,
        @Nullable String resetAdmin,
        @Nullable String adoptedSearchKey,
        Path sealKey,
        Path sealAnchors,
        @Nullable ContentKeyFiles contentKeys,
        @Nullable URI alertWebhook,
        AlertMail.@Nullable Settings alertMail,
        Duration retentionInterval,
        AdmissionPolicy.Limits admission,
        Proxies proxies,
        RetrySchedule retries) {

    private static final int POOL = 8;
    /** For waits within the handling of one message. */
    private static final Duration LONGEST_WAIT = Duration.ofDays(1);

    private static final Duration LONGEST_PERIOD = Duration.ofDays(365);

    /**
     * @param env as {@link Environment#values()} has it
     * @throws IllegalArgumentException with one line for each variable that is wrong
     */
    static Settings of(Map<String, String> env) {
        var mistakes = new Mistakes();
        var home = mistakes.or(Path.of("itk-home"), () -> home(env));
        var settings = new Settings(
                home,
                mistakes.orNull(() -> Listeners.of(env)),
                mistakes.orNull(() -> database(env, home)),
                mistakes.orNull(() -> BaseAddress.one(env, "ITK_PUBLIC_URL")),
                mistakes.orNull(() -> BaseAddress.several(env, "ITK_TO_ALIASES")),
                mistakes.or(1L, () -> size(env, "ITK_MAX_MESSAGE", "64MB")),
                mistakes.or(1L, () -> size(env, "ITK_MAX_SIGNED", "8MB")),
                mistakes.orNull(() -> node(env, home)),
                mistakes.orNull(() -> duration(env, "ITK_CLOCK_SKEW", "PT5M", LONGEST_WAIT)),
                mistakes.orNull(() -> duration(env, "ITK_SYNC_DEADLINE", "PT20S", LONGEST_WAIT)),
                mistakes.orNull(() -> sendTimeout(env)),
                mistakes.orNull(() -> lease(env)),
                mistakes.orNull(() -> duration(env, "ITK_QUEUE_TIMEOUT", "PT10M", LONGEST_PERIOD)),
                env.get("ITK_RESET_ADMIN"),
                env.get("ITK_ADOPT_SEARCH_KEY"),
                mistakes.orNull(() -> path(env, "ITK_SEAL_KEY", home.resolve("seal-key.pem"))),
                mistakes.orNull(() -> path(env, "ITK_SEAL_ANCHORS", home.resolve("seal-anchors.log"))),
                mistakes.orNull(() -> ContentKeyFiles.of(env, home)),
                mistakes.orNull(() -> webhook(env.get("ITK_ALERT_WEBHOOK"))),
                mistakes.orNull(() -> mail(env)),
                mistakes.orNull(() -> retentionInterval(env)),
                mistakes.orNull(() -> admission(env)),
                mistakes.orNull(() -> proxies(env)),
                mistakes.orNull(() -> retries(env)));
        mistakes.throwIfAny();
        return settings;
    }

    /**
     * The home folder.
     *
     * @throws IllegalArgumentException when the value of {@code ITK_HOME} cannot be a path
     */
    static Path home(Map<String, String> env) {
        return SettingFile.path("ITK_HOME", env.getOrDefault("ITK_HOME", "itk-home"))
                .toAbsolutePath()
                .normalize();
    }

    /** In a home that was used, a name may be from before the rule; then the database is asked ({@link Agreement}). */
    private static @Nullable String node(Map<String, String> env, Path home) {
        var node = env.get("ITK_NODE");
        if (node != null
                && !NodeName.isGood(node)
                && !(NodeName.isPossible(node) && Files.isDirectory(home.resolve("keys")))) {
            throw new IllegalArgumentException(NodeName.mistake("ITK_NODE=", node));
        }
        return node;
    }

    /** The database that the environment names. */
    static DatabaseSettings database(Map<String, String> env, Path home) {
        var url = env.get("ITK_DB_URL");
        if (url == null) {
            if (home.toString().indexOf(';') >= 0) {
                throw new IllegalArgumentException("ITK_HOME=" + home
                        + " holds a ';', which the path of the embedded database must not have: name another folder.");
            }
            return DatabaseSettings.embedded(home.resolve("data").resolve("itk"));
        }
        var user = env.get("ITK_DB_USER");
        var owner = env.get("ITK_DB_OWNER_USER");
        return new DatabaseSettings(
                DatabaseUrl.checked(url),
                user,
                Secrets.of(env, "ITK_DB_PASSWORD"),
                POOL,
                owner == null ? null : new DatabaseSettings.Owner(owner, Secrets.of(env, "ITK_DB_OWNER_PASSWORD")));
    }

    static Path path(Map<String, String> env, String name, Path otherwise) {
        var value = env.get(name);
        if (value == null) {
            return otherwise;
        }
        if (value.isBlank()) {
            throw new IllegalArgumentException(name + " is set but names no file");
        }
        return SettingFile.path(name, value).toAbsolutePath().normalize();
    }

    /**
     * Whether {@code /metrics} needs no token: only this machine reaches it, and no proxy that others reach stands in front. A public
     * URL of another host says that there is one.
     */
    boolean areFiguresOpen() {
        return listeners.isLoopback()
                && proxies.certificates().isEmpty()
                && (publicUrl == null
                        || Listeners.isLoopback(
                                String.valueOf(URI.create(publicUrl).getHost())));
    }

    private static @Nullable URI webhook(@Nullable String value) {
        if (value == null) {
            return null;
        }
        try {
            var url = new URI(value);
            boolean port = url.getPort() < 0 || BaseAddress.isPort(url.getPort());
            if (List.of("http", "https").contains(String.valueOf(url.getScheme())) && url.getHost() != null && port) {
                return url;
            }
        } catch (URISyntaxException e) {
            // refused below
        }
        // not the value: such an address often holds a secret
        throw new IllegalArgumentException("ITK_ALERT_WEBHOOK is not an http or https URL");
    }

    private static AlertMail.@Nullable Settings mail(Map<String, String> env) {
        var to = env.get("ITK_ALERT_MAIL_TO");
        if (to == null) {
            return null;
        }
        var host = env.get("ITK_SMTP_HOST");
        if (host == null || host.isBlank()) {
            throw new IllegalArgumentException("ITK_ALERT_MAIL_TO needs ITK_SMTP_HOST");
        }
        int port = port(env.getOrDefault("ITK_SMTP_PORT", "25"));
        var from = mailAddress("ITK_SMTP_FROM", env.getOrDefault("ITK_SMTP_FROM", ""));
        return new AlertMail.Settings(
                host,
                port,
                from,
                Arrays.stream(to.split(","))
                        .map(address -> mailAddress("ITK_ALERT_MAIL_TO", address.trim()))
                        .toList());
    }

    private static int port(String value) {
        int port = value.matches("[0-9]{1,5}") ? Integer.parseInt(value) : 0;
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException("ITK_SMTP_PORT=" + value + " is not a port");
        }
        return port;
    }

    private static String mailAddress(String name, String address) {
        if (!address.matches("[!-~&&[^@,;<>()\"\\\\]]{1,64}@[A-Za-z0-9.-]{1,190}")) {
            throw new IllegalArgumentException(name + " is not an e-mail address");
        }
        return address;
    }

    /** {@code x.pub.pem} beside {@code x.pem}. */
    static Path publicKey(Path file) {
        var name = String.valueOf(file.getFileName());
        var stem = name.endsWith(".pem") ? name.substring(0, name.length() - 4) : name;
        return file.resolveSibling(stem + ".pub.pem");
    }

    private static Proxies proxies(Map<String, String> env) {
        var names = env.get("ITK_PROXY_CERTIFICATES");
        if (names == null) {
            return Proxies.NONE;
        }
        if (!env.containsKey("ITK_TLS_KEYSTORE")) {
            throw new IllegalArgumentException("ITK_PROXY_CERTIFICATES is set but ITK_TLS_KEYSTORE is not");
        }
        var header = env.getOrDefault("ITK_PROXY_HEADER", Proxies.NONE.header());
        if (!header.matches("[A-Za-z0-9-]{1,64}")) {
            throw new IllegalArgumentException("ITK_PROXY_HEADER is not the name of a header");
        }
        var out = new HashSet<String>();
        for (var name : names.split(";")) {
            out.add(ClientCertificate.name(name.trim())
                    .orElseThrow(() -> new IllegalArgumentException("ITK_PROXY_CERTIFICATES holds " + name.trim()
                            + ", which is neither a SHA-256 fingerprint nor a distinguished name")));
        }
        return new Proxies(out, header);
    }

    private static AdmissionPolicy.Limits admission(Map<String, String> env) {
        int requests = number(env, "ITK_REQUESTS", 512);
        var bytes = env.get("ITK_BYTES_IN_FLIGHT");
        return new AdmissionPolicy.Limits(
                requests,
                number(env, "ITK_REQUESTS_PER_PEER", Math.max(1, requests / 2)),
                number(env, "ITK_CONNECTIONS_PER_ADDRESS", 256),
                bytes == null ? Runtime.getRuntime().maxMemory() / 4 : size(env, "ITK_BYTES_IN_FLIGHT", ""),
                size(env, "ITK_SPOOL", "1GB"),
                size(env, "ITK_MAX_MESSAGE", "64MB"),
                env.containsKey("ITK_TLS_KEYSTORE"));
    }

    private static RetrySchedule retries(Map<String, String> env) {
        var usual = RetrySchedule.DEFAULT;
        return new RetrySchedule(
                duration(env, "ITK_RETRY_FIRST", usual.first().toString(), LONGEST_WAIT),
                duration(env, "ITK_RETRY_LONGEST", usual.longest().toString(), LONGEST_PERIOD),
                number(env, "ITK_RETRY_ATTEMPTS", usual.attempts()));
    }

    /** A claim that ends while its attempt still runs would have the attempt made twice. */
    private static Duration lease(Map<String, String> env) {
        var lease = duration(env, "ITK_LEASE", "PT2M", LONGEST_WAIT);
        var longest = sendTimeout(env);
        if (lease.compareTo(longest.multipliedBy(2)) < 0) {
            throw new IllegalArgumentException(
                    "ITK_LEASE=" + lease + " is less than twice ITK_SEND_TIMEOUT=" + longest);
        }
        return lease;
    }

    private static Duration sendTimeout(Map<String, String> env) {
        return duration(env, "ITK_SEND_TIMEOUT", "PT30S", LONGEST_WAIT);
    }

    private static Duration retentionInterval(Map<String, String> env) {
        var interval = duration(env, "ITK_RETENTION_INTERVAL", "PT1H", LONGEST_PERIOD);
        if (interval.toSeconds() < 1 || interval.toDays() > 7) {
            throw new IllegalArgumentException("ITK_RETENTION_INTERVAL=" + interval + " is not between PT1S and P7D");
        }
        return interval;
    }

    private static int number(Map<String, String> env, String name, int otherwise) {
        var value = env.getOrDefault(name, Integer.toString(otherwise));
        if (!value.matches("[1-9][0-9]{0,3}")) {
            throw new IllegalArgumentException(name + "=" + value + " is not a number from 1 to 9999");
        }
        return Integer.parseInt(value);
    }

    private static long size(Map<String, String> env, String name, String otherwise) {
        var value = env.getOrDefault(name, otherwise);
        try {
            var bytes = size(value);
            if (bytes > 0) {
                return bytes;
            }
        } catch (IllegalArgumentException | ArithmeticException e) {
            // refused below
        }
        throw new IllegalArgumentException(
                name + "=" + value + " is not a size: write it like 64MB (units B, KB, MB, GB).");
    }

    static long size(String text) {
        var upper = text.toUpperCase(Locale.ROOT).trim();
        var units = Map.of("KB", 1L << 10, "MB", 1L << 20, "GB", 1L << 30);
        for (var unit : units.entrySet()) {
            if (upper.endsWith(unit.getKey())) {
                return Math.multiplyExact(Long.parseLong(upper.substring(0, upper.length() - 2)), unit.getValue());
            }
        }
        return Long.parseLong(upper.endsWith("B") ? upper.substring(0, upper.length() - 1) : upper);
    }

    /** @param longest a longer one is refused; no sum of such durations overflows, in nanoseconds or in a database's time */
    private static Duration duration(Map<String, String> env, String name, String otherwise, Duration longest) {
        var value = env.getOrDefault(name, otherwise);
        var duration = Durations.positive(value)
                .orElseThrow(() -> new IllegalArgumentException(name + "=" + value
                        + " is not a positive duration: write it like 2s, 5m, 1h or 30d, or like " + otherwise + "."));
        if (duration.compareTo(longest) > 0) {
            throw new IllegalArgumentException(
                    name + "=" + value + " is too long: it may be " + longest.toDays() + "d at most.");
        }
        return duration;
    }
}
