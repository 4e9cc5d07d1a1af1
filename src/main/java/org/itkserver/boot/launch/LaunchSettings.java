package org.itkserver.boot.launch;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.itkserver.tls.Secrets;
import org.itkserver.tls.TlsFiles;
import org.itkserver.tls.TlsSettings;
import org.wildfly.core.jar.runtime.BootableServerConfigurator;
import org.wildfly.core.jar.runtime.Configuration;

/**
 * Turns the {@code ITK_*} environment variables into server arguments before the server starts, and refuses values that
 * contradict each other with one sentence that names the variable (exit code 78).
 *
 * <p>Called once, by the bootable JAR's start-up, on its main thread. Knows nothing of the application: it runs before
 * the deployment exists and sees only the JDK.
 */
public final class LaunchSettings implements BootableServerConfigurator {

    /** sysexits.h EX_CONFIG: something was found in an unconfigured or misconfigured state. */
    static final int EXIT_CONFIG = 78;

    private static final Duration LONGEST_STOP = Duration.ofSeconds(60);
    private static final Pattern SIZE = Pattern.compile("[1-9][0-9]{0,9}(B|KB|MB|GB)?");
    private static final List<String> SIZES =
            List.of("ITK_MAX_MESSAGE", "ITK_MAX_SIGNED", "ITK_BYTES_IN_FLIGHT", "ITK_SPOOL");

    /** A setting that stops the start; the message is one sentence and names the variable. */
    static final class BadSetting extends Exception {
        private static final long serialVersionUID = 1L;

        BadSetting(String message) {
            super(message);
        }
    }

    @Override
    public Configuration configure(List<String> arguments, Path home) throws Exception {
        // a client would have the server repeat the costly half of a TLS 1.2 handshake as often as it likes
        System.setProperty("jdk.tls.rejectClientInitiatedRenegotiation", "true");
        var installation = new Installation(home);
        try {
            var env = System.getenv();
            var out = new Configuration(arguments(env), managementForTests(env));
            installation.replace(home(env).resolve("installation"));
            installation.deleteAfterTheStop(LONGEST_STOP);
            return out;
        } catch (BadSetting e) {
            System.err.println("itk-transport-server: " + e.getMessage());
            installation.delete();
            Runtime.getRuntime().halt(EXIT_CONFIG);
            throw e;
        }
    }

    /**
     * @param env the environment
     * @return the server arguments these settings stand for
     * @throws BadSetting naming the variable and the rule it breaks
     */
    static List<String> arguments(Map<String, String> env) throws BadSetting {
        var out = new ArrayList<String>();
        listeners(env, out);
        out.add("-Djboss.tx.node.id=itk");
        boolean json = isLogJson(env);
        out.add("-Ditk.log.json=" + json);
        out.add("-Ditk.log.text=" + !json);
        checkHome(env);
        checkDatabase(env);
        checkOwner(env);
        checkSizes(env);
        checkUrls(env);
        return out;
    }

    /** Plain HTTP on loopback alone; with TLS, two ports instead of it. Both, or plain HTTP elsewhere, must be asked for. */
    private static void listeners(Map<String, String> env, List<String> out) throws BadSetting {
        var bind = env.getOrDefault("ITK_BIND", "127.0.0.1");
        var address = address(bind);
        boolean tls = tls(env);
        boolean plainAsked = "true".equals(env.get("ITK_ALLOW_PLAIN_HTTP"));
        if (!tls && !address.isLoopbackAddress() && !plainAsked) {
            throw new BadSetting("ITK_BIND=" + bind + " is not a loopback address and plain HTTP identifies nobody:"
                    + " set ITK_TLS_KEYSTORE and ITK_TLS_TRUSTSTORE, or ITK_ALLOW_PLAIN_HTTP=true if a proxy or tunnel"
                    + " in front of it protects the messages.");
        }
        int http = port(env, "ITK_HTTP_PORT", 8080);
        int https = port(env, "ITK_HTTPS_PORT", 8443);
        int console = port(env, "ITK_CONSOLE_PORT", 8444);
        if (tls && (https == console || plainAsked && (http == https || http == console))) {
            throw new BadSetting("ITK_HTTP_PORT, ITK_HTTPS_PORT and ITK_CONSOLE_PORT must be different ports.");
        }
        out.add("-Ditk.bind=" + address.getHostAddress());
        out.add("-Ditk.http.enabled=" + (!tls || plainAsked));
        out.add("-Ditk.http.port=" + http);
        out.add("-Ditk.https.enabled=" + tls);
        out.add("-Ditk.https.port=" + https);
        out.add("-Ditk.console.port=" + console);
    }

    /** Whether TLS is on; every file of it is read once, so that no listener comes up that refuses everybody. */
    private static boolean tls(Map<String, String> env) throws BadSetting {
        try {
            var settings = TlsSettings.of(env);
            settings.ifPresent(found -> new TlsFiles(found, System::nanoTime));
            return settings.isPresent();
        } catch (IllegalArgumentException e) {
            throw new BadSetting(e.getMessage());
        }
    }

    private static InetAddress address(String bind) throws BadSetting {
        try {
            return InetAddress.getByName(bind);
        } catch (UnknownHostException e) {
            throw new BadSetting("ITK_BIND=" + bind + " is not an address of this machine that can be resolved.");
        }
    }

    private static int port(Map<String, String> env, String name, int otherwise) throws BadSetting {
        var value = env.get(name);
        if (value == null) {
            return otherwise;
        }
        try {
            int port = Integer.parseInt(value);
            if (port > 0 && port < 65536) {
                return port;
            }
        } catch (NumberFormatException e) {
            // refused below
        }
        throw new BadSetting(name + "=" + value + " is not a port number from 1 to 65535.");
    }

    private static boolean isLogJson(Map<String, String> env) throws BadSetting {
        var value = env.getOrDefault("ITK_LOG", "text");
        if (!value.equals("text") && !value.equals("json")) {
            throw new BadSetting("ITK_LOG=" + value + " is neither text nor json.");
        }
        return value.equals("json");
    }

    private static Path home(Map<String, String> env) {
        return Path.of(env.getOrDefault("ITK_HOME", "itk-home"));
    }

    private static void checkHome(Map<String, String> env) throws BadSetting {
        var home = home(env);
        try {
            Files.createDirectories(home);
        } catch (IOException e) {
            throw new BadSetting("ITK_HOME=" + home + " cannot be created as a directory.");
        }
        if (!Files.isWritable(home)) {
            throw new BadSetting("ITK_HOME=" + home + " cannot be written to.");
        }
    }

    /** Whether a secret is set, by value or by file; the file is read once. */
    private static boolean secret(Map<String, String> env, String name) throws BadSetting {
        try {
            return Secrets.of(env, name) != null;
        } catch (IllegalArgumentException e) {
            throw new BadSetting(e.getMessage());
        }
    }

    private static void checkDatabase(Map<String, String> env) throws BadSetting {
        secret(env, "ITK_DB_PASSWORD");
        var url = env.get("ITK_DB_URL");
        if (url != null && !url.startsWith("jdbc:postgresql:")) {
            throw new BadSetting(
                    "ITK_DB_URL must start with jdbc:postgresql: (leave it unset for the embedded H2 file).");
        }
        if (url == null && env.containsKey("ITK_DB_USER")) {
            throw new BadSetting("ITK_DB_USER is set but ITK_DB_URL is not: the embedded H2 file takes no user.");
        }
    }

    /** Two roles, or one: an owner that is the application's own role would protect nothing. */
    private static void checkOwner(Map<String, String> env) throws BadSetting {
        var owner = env.get("ITK_DB_OWNER_USER");
        if (owner == null) {
            if (secret(env, "ITK_DB_OWNER_PASSWORD")) {
                throw new BadSetting("ITK_DB_OWNER_PASSWORD is set but ITK_DB_OWNER_USER is not.");
            }
        } else if (!env.containsKey("ITK_DB_URL")) {
            throw new BadSetting("ITK_DB_OWNER_USER is set but ITK_DB_URL is not: the embedded H2 file has no roles.");
        } else if (owner.isBlank() || env.getOrDefault("ITK_DB_USER", owner).equals(owner)) {
            throw new BadSetting("ITK_DB_OWNER_USER must be another role than ITK_DB_USER, which must be set too.");
        }
    }

    private static void checkSizes(Map<String, String> env) throws BadSetting {
        for (var name : SIZES) {
            var value = env.get(name);
            if (value != null && !SIZE.matcher(value).matches()) {
                throw new BadSetting(name + "=" + value + " is not a size such as 64MB (units: B, KB, MB, GB).");
            }
        }
    }

    private static void checkUrls(Map<String, String> env) throws BadSetting {
        for (var name : List.of("ITK_PUBLIC_URL", "ITK_TO_ALIASES")) {
            for (var url : env.getOrDefault(name, "").split(",")) {
                if (!url.isBlank() && !url.trim().matches("https?://[^/?#@\\s]+/?")) {
                    throw new BadSetting(
                            name + "=" + url.trim() + " is not a base address such as https://itk.example.nhs.uk.");
                }
            }
        }
    }

    /** Arquillian needs a management interface; the product never opens one. Loopback only, and only for a test run. */
    private static List<String> managementForTests(Map<String, String> env) {
        if (!"true".equals(env.get("ITK_TEST_MANAGEMENT"))) {
            return List.of();
        }
        return List.of("/core-service=management/management-interface=http-interface:add("
                + "http-authentication-factory=management-http-authentication,socket-binding=management-http,"
                + "http-upgrade={enabled=true,sasl-authentication-factory=management-sasl-authentication})");
    }
}
