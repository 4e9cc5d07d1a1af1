package attacks;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/** What surrounds the application: ports, process, files, database role, what it connects to. */
final class MPlatform {
    private final Suite suite;
    private final Bed bed;

    private MPlatform(Suite suite) {
        this.suite = suite;
        this.bed = suite.bed;
    }

    static void run(Suite suite) throws Exception {
        var family = new MPlatform(suite);
        family.ports();
        family.secrets();
        family.serialized();
        family.database();
        family.files();
    }

    private void ports() {
        suite.look("M-01", "ports that listen (ss)", "plain HTTP, partners, console; on 127.0.0.1", () -> {
            var found = new TreeSet<String>();
            for (var line : SIdentity.shell("ss -Hltnp").lines().filter(l -> l.contains("pid=" + bed.pid + ",")).toList()) {
                found.add(line.trim().split("\\s+")[3].replace("[::ffff:127.0.0.1]", "127.0.0.1"));
            }
            var due = new TreeSet<>(List.of("127.0.0.1:" + bed.plain, "127.0.0.1:" + bed.https, "127.0.0.1:" + bed.console));
            return found.equals(due) ? "" : found.toString();
        });
        for (int port : new int[] {9990, 9993, 4447, 8009, 1099, 5005, 9092}) {
            suite.look("M-01", "port " + port, "not the server's", () -> SIdentity.shell("ss -Hltnp 'sport = :" + port + "'")
                    .contains("pid=" + bed.pid + ",") ? "listens" : "");
        }
        suite.look("M-02", "the process's arguments", "no debugger, no remote management", () -> {
            var arguments = Files.readString(Path.of("/proc/" + bed.pid + "/cmdline")).replace('\0', ' ');
            return arguments.matches(".*(jdwp|jmxremote|-agentlib|HeapDumpOnOutOfMemory).*") ? arguments : "";
        });
        suite.attack("M-02", "GET /health/ready", Expect.that("up or down, no detail", r -> r.status() == 200 && r.body().length() < 40
                && !r.body().contains("postgres")), source -> get(source, "/health/ready"));
        for (var path : List.of("/metrics", "/admin/login", "/api/openapi.yaml")) {
            suite.attack("M-02", "GET " + path + " on the partners' port", Expect.that("404", r -> r.status() == 404), source -> {
                try (var line = bed.secure(source, "tls-a")) {
                    return line.exchange(("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
                }
            });
        }
    }

    private Reply get(String source, String path) throws Exception {
        try (var line = bed.line(source)) {
            return line.exchange(("GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1:" + bed.plain + "\r\nConnection: close\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
        }
    }

    private void secrets() {
        suite.look("M-03", "passwords and tokens in arguments, log and figures", "nowhere", () -> {
            var places = Files.readString(Path.of("/proc/" + bed.pid + "/cmdline")) + Files.readString(bed.log)
                    + get(bed.source(), "/metrics").all();
            for (var secret : List.of("changeit", bed.firstRun("admin-password"), bed.firstRun("api-token"))) {
                if (places.contains(secret)) {
                    return secret.substring(0, 3) + "... is there";
                }
            }
            return "";
        });
        suite.look("M-03", "the API's token and the console's password in the database", "as digests only", () -> {
            var dump = SIdentity.shell("'" + Bed.env("PG_BIN") + "/pg_dump' --data-only -U itk '"
                    + Bed.env("ATTACKS_DATABASE").replace("jdbc:", "") + "' -t admin_user -t api_client -t 'person*' 2>&1");
            return dump.contains(bed.firstRun("api-token")) || dump.contains(bed.firstRun("admin-password")) ? "in clear" : "";
        });
    }

    private void serialized() {
        var object = new byte[] {(byte) 0xAC, (byte) 0xED, 0, 5, 's', 'r', 0, 17};
        for (var path : List.of("/itk/services/SendCDADocument-v2-0", "/api/messages", "/admin/login", "/invoker/JMXInvokerServlet", "/",
                "/wildfly-services/ejb")) {
            suite.attack("M-05", "a serialized Java object to " + path, Expect.that("4xx, 503 or 303", r -> r.status() >= 303 && r.status() < 500
                    || r.status() == 503), source -> {
                var letter = bed.letter();
                letter.path = path;
                letter.contentType = "application/x-java-serialized-object";
                letter.bytes = object;
                return bed.send(source, letter);
            });
        }
        suite.look("M-05", "modules of the server", "no messaging, no remoting of objects, no management console", () -> {
            var log = Files.readString(bed.log);
            return log.matches("(?s).*(ActiveMQ|Artemis|EJB3|iiop).*") ? "the log names one" : "";
        });
    }

    private void database() {
        suite.elsewhere("M-04", "H2's console, server and URL", "none is started and no URL is taken: ITK_DB_URL must be jdbc:postgresql:"
                + " (LaunchSettingsTest)");
        suite.elsewhere("M-06", "the application's role", "DatabaseRolesTest: with ITK_DB_OWNER_USER it may insert and read the trail only");
    }

    private void files() {
        suite.look("M-07", "files of ITK_HOME that others may read or write", "none but directory.yaml, made by the operator", () -> {
            var bad = new ArrayList<String>();
            try (var all = Files.walk(bed.home)) {
                for (var file : all.filter(Files::isRegularFile).toList()) {
                    var rights = PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
                    var name = bed.home.relativize(file).toString();
                    boolean secret = !name.matches("directory\\.yaml|installation|node-id|.*\\.pub\\.pem|seal-anchors.*");
                    if (rights.charAt(7) == 'w' || secret && !rights.endsWith("------")) {
                        bad.add(name + " " + rights);
                    }
                }
            }
            return bad.isEmpty() ? "" : bad.toString();
        });
        suite.look("M-08", "connections that the server made in this run (ss)", "to PostgreSQL only", () -> {
            var own = List.of(":" + bed.plain, ":" + bed.https, ":" + bed.console);
            var database = Bed.env("ATTACKS_DATABASE").replaceAll(".*:(\\d+)/.*", ":$1");
            return String.join("; ", SIdentity.shell("ss -Htnp").lines().filter(line -> line.contains("pid=" + bed.pid + ","))
                    .map(line -> line.trim().split("\\s+")).filter(w -> own.stream().noneMatch(w[3]::endsWith) && !w[4].endsWith(database)
                            && !w[4].endsWith("127.0.0.1:9")).map(w -> w[3] + " to " + w[4]).toList());
        });
        suite.elsewhere("M-09", "what the jar contains", "THIRD-PARTY, made and checked by the build");
    }
}
