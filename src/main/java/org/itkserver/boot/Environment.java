package org.itkserver.boot;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * The {@code ITK_*} environment variables: which there are, and what is wrong with the ones that are set. A variable that is blank
 * counts as not set. Uses the JDK alone: it runs before the server starts.
 */
public final class Environment {
    private static final String PREFIX = "ITK_";
    private static final String FILE = "_FILE";
    private static final String PORT = "_PORT";

    /** Secrets, which may also be named by the path of a file, in {@code NAME_FILE}. */
    private static final Set<String> SECRETS = Set.of(
            "ITK_DB_PASSWORD", "ITK_DB_OWNER_PASSWORD", "ITK_TLS_KEYSTORE_PASSWORD", "ITK_TLS_TRUSTSTORE_PASSWORD");

    private static final Set<String> NAMES = Set.of(
            "ITK_ADOPT_SEARCH_KEY",
            "ITK_ALERT_MAIL_TO",
            "ITK_ALERT_WEBHOOK",
            "ITK_ALLOW_PLAIN_HTTP",
            "ITK_BIND",
            "ITK_BYTES_IN_FLIGHT",
            "ITK_CLOCK_SKEW",
            "ITK_CONNECTIONS_PER_ADDRESS",
            "ITK_CONSOLE_PORT",
            "ITK_CONTENT_KEYS",
            "ITK_CONTENT_KEY_FILE",
            "ITK_DB_OWNER_USER",
            "ITK_DB_URL",
            "ITK_DB_USER",
            "ITK_HOME",
            "ITK_HTTPS_PORT",
            "ITK_HTTP_PORT",
            "ITK_LEASE",
            "ITK_LOG",
            "ITK_LOG_LEVEL",
            "ITK_MAX_MESSAGE",
            "ITK_MAX_SIGNED",
            "ITK_NODE",
            "ITK_PROXY_CERTIFICATES",
            "ITK_PROXY_HEADER",
            "ITK_PUBLIC_URL",
            "ITK_QUEUE_TIMEOUT",
            "ITK_REQUESTS",
            "ITK_REQUESTS_PER_PEER",
            "ITK_RESET_ADMIN",
            "ITK_RETENTION_INTERVAL",
            "ITK_RETRY_ATTEMPTS",
            "ITK_RETRY_FIRST",
            "ITK_RETRY_LONGEST",
            "ITK_SEAL_ANCHORS",
            "ITK_SEAL_KEY",
            "ITK_SEND_TIMEOUT",
            "ITK_SMTP_FROM",
            "ITK_SMTP_HOST",
            "ITK_SMTP_PORT",
            "ITK_SPOOL",
            "ITK_SYNC_DEADLINE",
            "ITK_TLS_CRL",
            "ITK_TLS_KEYSTORE",
            "ITK_TLS_TRUSTSTORE",
            "ITK_TO_ALIASES");

    /** All settings, and the names of the files of secrets. */
    private static final Set<String> KNOWN = known();

    /** Variables of the tools beside the server, which reach it when they start it. */
    private static final Set<String> TOOLS =
            Set.of("ITK_FOREIGN_SAMPLES", "ITK_JAR", "ITK_PORT", "ITK_TEST_MANAGEMENT");

    /** What Kubernetes sets in each pod for a Service whose name begins with itk. */
    private static final Pattern SERVICE_LINK =
            Pattern.compile(".*_(SERVICE_HOST|SERVICE_PORT(_.*)?|PORT_\\d+_(TCP|UDP)(_.*)?)");

    private static final Pattern SERVICE_ADDRESS = Pattern.compile("(tcp|udp)://.*");

    private final Map<String, String> values = new HashMap<>();
    private final List<String> mistakes = new ArrayList<>();
    private final Set<String> ignored = new TreeSet<>();

    private Environment() {}

    /** @param env all variables of the process */
    public static Environment of(Map<String, String> env) {
        var out = new Environment();
        for (var name : new TreeSet<>(env.keySet())) {
            if (name.startsWith(PREFIX)) {
                out.add(name, env.get(name));
            }
        }
        return out;
    }

    private void add(String name, String value) {
        if (name.endsWith(PORT) && SERVICE_ADDRESS.matcher(value).matches()) {
            // of a Service with the name itk-http, for example
            ignored.add(name);
        } else if (isKnown(name)) {
            if (!value.isBlank()) {
                values.put(name, value);
            }
        } else if (TOOLS.contains(name)) {
            values.put(name, value);
        } else if (SERVICE_LINK.matcher(name).matches()
                || SERVICE_ADDRESS.matcher(value).matches()) {
            ignored.add(name);
        } else {
            mistakes.add(
                    name + " is not a setting; did you mean " + nearest(name) + "? Correct the name, or unset it.");
        }
    }

    private static Set<String> known() {
        var out = new TreeSet<>(NAMES);
        out.addAll(SECRETS);
        SECRETS.forEach(name -> out.add(name + FILE));
        return out;
    }

    private static boolean isKnown(String name) {
        return KNOWN.contains(name);
    }

    /** The variables that are set, by name; none is blank. */
    public Map<String, String> values() {
        return Map.copyOf(values);
    }

    /** One sentence for each variable that is not a setting. */
    public List<String> mistakes() {
        return List.copyOf(mistakes);
    }

    /** Names of variables that Kubernetes set and the server ignores. */
    public Set<String> ignored() {
        return ignored;
    }

    private static String nearest(String name) {
        return Nearest.of(name, KNOWN);
    }
}
