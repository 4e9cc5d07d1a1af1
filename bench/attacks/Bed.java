package attacks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** The server under attack and what stands around it, as {@code run} has started them. */
final class Bed {
    /** Planted in what is sent; to be found in no log, fault, figure or audit row. */
    static final List<String> PATIENT = List.of("9990000018", "Zyxwvut-Planted", "QQ1 9ZZ");

    static final char[] PASSWORD = "changeit".toCharArray();

    final Path folder = Path.of(env("ATTACKS_FOLDER"));
    final Path home = folder.resolve("server/home");
    final int plain = number("ATTACKS_PLAIN");
    final int https = number("ATTACKS_HTTPS");
    final int console = number("ATTACKS_CONSOLE");
    final long pid = number("ATTACKS_PID");
    final Path certs = folder.resolve("certs");
    final Path log = folder.resolve("server.log");
    final String base = "http://127.0.0.1:" + plain;
    final String secureBase = "https://localhost:" + https;
    final Canary canary;
    final Health health;
    private final Connection database;
    private final AtomicInteger sources = new AtomicInteger();

    Bed() throws IOException, SQLException {
        canary = new Canary(folder);
        health = new Health(pid, log, List.of(canary.token, PATIENT.get(1), PATIENT.get(2)));
        database = DriverManager.getConnection(env("ATTACKS_DATABASE"), "itk", "");
    }

    static String env(String name) {
        return java.util.Objects.requireNonNull(System.getenv(name), name);
    }

    private static int number(String name) {
        return Integer.parseInt(env(name));
    }

    /** An address on loopback that nobody has called from. */
    String source() {
        int n = sources.incrementAndGet();
        return "127." + number("ATTACKS_FAMILY") + "." + (n / 250 + 1) + "." + (n % 250 + 1);
    }

    Line line(String source) throws IOException {
        return new Line(source, plain, null);
    }

    KeyStore store(String name) throws GeneralSecurityException, IOException {
        return KeyStore.getInstance(certs.resolve(name + ".p12").toFile(), PASSWORD);
    }

    /**
     * A certificate of the right authority with something wrong about it.
     *
     * @param subject CN of the partner it is for
     * @param key options of keytool that say what the key is
     * @param options of keytool that say what is wrong
     * @return the name of its store
     */
    String made(String name, String subject, String key, String... options) throws Exception {
        var store = " -storepass changeit -keypass changeit ";
        SIdentity.shell("cd '" + certs + "' && keytool -genkeypair -keystore " + name + ".p12 -storetype PKCS12 -alias " + name + " -keyalg "
                + key + " -dname 'CN=" + subject + ", O=ITK development'" + store + "&& keytool -certreq -keystore " + name
                + ".p12 -alias " + name + store + "| keytool -gencert -keystore ca.p12 -alias ca -storepass changeit -rfc "
                + String.join(" ", options) + " >" + name + ".pem && cat " + name + ".pem ca.pem >chain && keytool -importcert -keystore "
                + name + ".p12 -alias " + name + " -file chain -noprompt" + store);
        return name;
    }

    /** A connection with this partner's certificate, or with none when it is null. */
    Line secure(String source, String partner) throws IOException {
        return new Line(source, https, context(partner));
    }

    SSLContext context(String partner) {
        try {
            KeyManager[] keys = null;
            if (partner != null) {
                var factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
                factory.init(store(partner), PASSWORD);
                keys = factory.getKeyManagers();
            }
            var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(store("truststore"));
            var out = SSLContext.getInstance("TLS");
            out.init(keys, trust.getTrustManagers(), null);
            return out;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    Reply send(String source, Letter letter) throws IOException {
        try (var line = line(source)) {
            return line.exchange(letter.request());
        }
    }

    Letter letter() {
        return Letter.discharge(base);
    }

    /** A good letter from the partner of this certificate, over TLS. */
    Letter letter(String partner, String ods) {
        return Letter.discharge(secureBase).from(partner + "-1", ods);
    }

    /** Has the database write what cases before have left to be written, so that the next one measures itself. */
    void rest() throws SQLException {
        try (var checkpoint = database.createStatement()) {
            checkpoint.execute("checkpoint");
        }
    }

    /** How many audit rows of each type name this source. */
    Map<String, Integer> rows(String source) throws SQLException {
        var out = new TreeMap<String, Integer>();
        try (var select = database.prepareStatement("select type, count(*) from audit_event where source = ? group by type")) {
            select.setString(1, source);
            var rows = select.executeQuery();
            while (rows.next()) {
                out.put(rows.getString(1), rows.getInt(2));
            }
        }
        return out;
    }

    long count(String sql, String... arguments) throws SQLException {
        return Long.parseLong(value(sql, arguments));
    }

    String value(String sql, String... arguments) throws SQLException {
        try (var select = database.prepareStatement(sql)) {
            for (int i = 0; i < arguments.length; i++) {
                select.setString(i + 1, arguments[i]);
            }
            var rows = select.executeQuery();
            return rows.next() ? String.valueOf(rows.getString(1)) : "";
        }
    }

    /** A value of first-run.txt. */
    String firstRun(String name) throws IOException {
        return Files.readAllLines(home.resolve("first-run.txt")).stream()
                .filter(line -> line.startsWith(name + "="))
                .findFirst()
                .orElseThrow()
                .substring(name.length() + 1);
    }
}
