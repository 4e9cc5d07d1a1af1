package org.itkserver.boot.launch;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.itkserver.boot.ConfigurationCheck;
import org.itkserver.boot.Environment;
import org.itkserver.tls.Secrets;
import org.itkserver.tls.SettingFile;
import org.itkserver.tls.TlsFiles;
import org.itkserver.tls.TlsSettings;
import org.wildfly.core.jar.runtime.BootableServerConfigurator;
import org.wildfly.core.jar.runtime.Configuration;

/**
 * Turns the {@code ITK_*} environment variables into server arguments before the server starts, and prints one sentence
 * for each mistake (exit code 78).
 *
 * <p>Called once, by the bootable JAR's start-up, on its main thread, before the deployment exists. Its module has the classes
 * that read settings and directory, and neither CXF nor a database driver nor a logger.
 */
public final class LaunchSettings implements BootableServerConfigurator {

    /** sysexits.h EX_CONFIG: something was found in an unconfigured or misconfigured state. */
    static final int EXIT_CONFIG = 78;

    /** The argument that only checks settings and directory. */
    static final String CHECK = "--check";

    private static final FileAttribute<Set<PosixFilePermission>> OWNER_FOLDER =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    private static final long LEAST_SPACE = 32L << 20;
    private static final Map<String, String> LEVELS =
            Map.of("error", "ERROR", "warn", "WARN", "info", "INFO", "debug", "DEBUG");
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
    public Configuration configure(List<String> arguments, Path installed) throws Exception {
        try {
            return configured(arguments, installed);
        } catch (RuntimeException e) {
            System.err.println("itk-transport-server: " + unexpected(e));
            new Installation(installed).delete();
            Runtime.getRuntime().halt(EXIT_CONFIG);
            throw e;
        }
    }

    /** For an exception that no rule foresees; its own text may hold a path or a value. */
    private static String unexpected(RuntimeException e) {
        return "The settings cannot be used (" + e.getClass().getSimpleName()
                + "): correct the settings that were changed last, or report this to the project.";
    }

    private static Configuration configured(List<String> arguments, Path installed) throws Exception {
        // a client would have the server repeat the costly half of a TLS 1.2 handshake as often as it likes
        System.setProperty("jdk.tls.rejectClientInitiatedRenegotiation", "true");
        growCommonPool();
        var installation = new Installation(installed);
        var environment = Environment.of(System.getenv());
        var env = environment.values();
        var out = new ArrayList<String>();
        var mistakes = new ArrayList<>(environment.mistakes());
        unknownArguments(arguments).ifPresent(mistakes::add);
        mistakes.addAll(mistakes(env, out));
        boolean check = arguments.contains(CHECK);
        if (mistakes.isEmpty() && !check) {
            try {
                var home = home(env);
                Files.createDirectories(home, OWNER_FOLDER);
                HomeLock.take(home);
                installation.replace(home.resolve("installation"));
            } catch (BadSetting e) {
                mistakes.add(e.getMessage());
            } catch (IOException e) {
                mistakes.add("ITK_HOME=" + home(env) + " cannot be written to: " + e + ".");
            }
        }
        if (!mistakes.isEmpty() || check) {
            mistakes.forEach(mistake -> System.err.println("itk-transport-server: " + mistake));
            if (mistakes.isEmpty()) {
                System.out.println("itk-transport-server: settings and directory.yaml are right.");
            }
            installation.delete();
            Runtime.getRuntime().halt(mistakes.isEmpty() ? 0 : EXIT_CONFIG);
        }
        environment
                .ignored()
                .forEach(name -> System.err.println(
                        "itk-transport-server: ignoring " + name + ", which Kubernetes sets for a Service."));
        installation.deleteAfterTheStop(LONGEST_STOP);
        return new Configuration(out, managementForTests(env));
    }

    /**
     * WildFly has arguments that would have no effect here, such as -b, and ends with a stack trace at one it does not know.
     *
     * @return one sentence about all of them; empty when each is known
     */
    static Optional<String> unknownArguments(List<String> arguments) {
        var unknown = arguments.stream()
                .filter(argument -> !argument.equals(CHECK) && !argument.matches("-D.+"))
                .toList();
        return unknown.isEmpty()
                ? Optional.empty()
                : Optional.of("the arguments \"" + String.join(" ", unknown) + "\" are not known: use " + CHECK
                        + ", --help, --version or -DNAME=VALUE, and ITK_ environment variables for settings.");
    }

    /** With a common pool of one thread, as on two processors, the HTTP client starts a thread for each message it sends. */
    private static void growCommonPool() {
        var parallelism = "java.util.concurrent.ForkJoinPool.common.parallelism";
        if (System.getProperty(parallelism) == null && Runtime.getRuntime().availableProcessors() <= 2) {
            System.setProperty(parallelism, "2");
        }
    }

    /**
     * Everything that can be known to be wrong before the server starts, without changing anything.
     *
     * @param env the settings
     * @param out gets the server arguments that these settings stand for
     * @return one sentence for each mistake
     */
    static List<String> mistakes(Map<String, String> env, List<String> out) {
        var mistakes = new LinkedHashSet<String>();
        collect(mistakes, () -> listeners(env, out));
        out.add("-Djboss.tx.node.id=itk");
        collect(mistakes, () -> logging(env, out));
        collect(mistakes, () -> checkHome(env));
        collect(mistakes, () -> checkDatabase(env));
        collect(mistakes, () -> checkOwner(env));
        collect(mistakes, () -> checkSizes(env));
        var names = mistakes.stream().map(LaunchSettings::variable).toList();
        // the same variable is not reported twice in two ways
        ConfigurationCheck.mistakes(env).stream()
                .filter(mistake -> !names.contains(variable(mistake)))
                .forEach(mistakes::add);
        if (mistakes.isEmpty()) {
            collect(mistakes, () -> checkPorts(env));
        }
        return List.copyOf(mistakes);
    }

    private static String variable(String mistake) {
        return mistake.split("[ =,]", 2)[0];
    }

    private interface Step {
        void run() throws BadSetting;
    }

    private static void collect(Set<String> mistakes, Step step) {
        try {
            step.run();
        } catch (BadSetting | IllegalArgumentException e) {
            mistakes.add(String.valueOf(e.getMessage()));
        }
    }

    /**
     * The server arguments that settings without a mistake stand for.
     *
     * @throws BadSetting with the first mistake
     */
    static List<String> arguments(Map<String, String> env) throws BadSetting {
        var out = new ArrayList<String>();
        var mistakes = mistakes(env, out);
        if (!mistakes.isEmpty()) {
            throw new BadSetting(mistakes.get(0));
        }
        return out;
    }

    /** Plain HTTP on loopback alone; with TLS, two ports instead of it. Both, or plain HTTP elsewhere, must be asked for. */
    private static void listeners(Map<String, String> env, List<String> out) throws BadSetting {
        var bind = env.getOrDefault("ITK_BIND", "127.0.0.1");
        var address = address(bind);
        boolean tls = tls(env);
        var plain = env.getOrDefault("ITK_ALLOW_PLAIN_HTTP", "false");
        if (!plain.equals("true") && !plain.equals("false")) {
            throw new BadSetting("ITK_ALLOW_PLAIN_HTTP=" + plain + " is neither true nor false: choose one of them.");
        }
        boolean plainAsked = plain.equals("true");
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

    private static void logging(Map<String, String> env, List<String> out) throws BadSetting {
        var format = env.getOrDefault("ITK_LOG", "text");
        if (!format.equals("text") && !format.equals("json")) {
            throw new BadSetting("ITK_LOG=" + format + " is neither text nor json: choose one of them.");
        }
        var level = LEVELS.get(env.getOrDefault("ITK_LOG_LEVEL", "info"));
        if (level == null) {
            throw new BadSetting("ITK_LOG_LEVEL=" + env.get("ITK_LOG_LEVEL")
                    + " is not a level: choose error, warn, info or debug (which shows WildFly's messages too).");
        }
        out.add("-Ditk.log.json=" + format.equals("json"));
        out.add("-Ditk.log.text=" + format.equals("text"));
        out.add("-Ditk.log.level=" + level);
        out.add("-Ditk.log.server=" + (level.equals("DEBUG") ? "INFO" : "WARN"));
    }

    private static Path home(Map<String, String> env) {
        return SettingFile.path("ITK_HOME", env.getOrDefault("ITK_HOME", "itk-home"));
    }

    private static void checkHome(Map<String, String> env) throws BadSetting {
        var home = home(env).toAbsolutePath().normalize();
        var folder = home;
        while (folder != null && !Files.exists(folder)) {
            folder = folder.getParent();
        }
        if (folder == null || !Files.isDirectory(folder)) {
            throw new BadSetting("ITK_HOME=" + home + " cannot be created as a directory: " + folder
                    + " is not one. Name another folder.");
        }
        if (!Files.isWritable(folder)) {
            throw new BadSetting("ITK_HOME=" + home
                    + " cannot be written to: give the server's user permission to write " + folder + ".");
        }
        try {
            long free = Files.getFileStore(folder).getUsableSpace();
            if (free < LEAST_SPACE) {
                throw new BadSetting("The disk of ITK_HOME=" + home + " is full: " + (free >> 20) + " MB are free, and "
                        + (LEAST_SPACE >> 20) + " MB are needed. Free some space, or name a folder on another disk.");
            }
        } catch (IOException e) {
            throw new BadSetting("ITK_HOME=" + home + " cannot be used: " + e + ".");
        }
    }

    /** A listener that cannot have its port would leave a server that nobody reaches. */
    private static void checkPorts(Map<String, String> env) throws BadSetting {
        var bind = env.getOrDefault("ITK_BIND", "127.0.0.1");
        boolean tls = tls(env);
        if (!tls || "true".equals(env.get("ITK_ALLOW_PLAIN_HTTP"))) {
            checkPort(bind, "ITK_HTTP_PORT", port(env, "ITK_HTTP_PORT", 8080));
        }
        if (tls) {
            checkPort(bind, "ITK_HTTPS_PORT", port(env, "ITK_HTTPS_PORT", 8443));
            checkPort(bind, "ITK_CONSOLE_PORT", port(env, "ITK_CONSOLE_PORT", 8444));
        }
    }

    private static void checkPort(String bind, String name, int port) throws BadSetting {
        try (var socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(address(bind), port));
        } catch (IOException e) {
            throw new BadSetting(name + "=" + port + " cannot be used on " + bind + " (" + e.getMessage()
                    + "): stop the program that has the port, or choose another one.");
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
