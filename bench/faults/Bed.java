package faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** What a scenario runs on: nodes, a database, a back end, two partner simulators and senders, all in one folder. */
final class Bed implements AutoCloseable {
    private static final String DIRECTORY =
            """
            organisation:
              ods: Z9999
              address: "urn:nhs-uk:addressing:ods:Z9999"
              auditIdentity: "urn:nhs-uk:identity:ods:Z9999:itk"
              username: itk-z9999
            partners:
              - id: gp-system
                ods: [Y9999]
                usernames: [gp-system-1]
                services: ["*"]
                endpoints: { messages: "%1$s/messages", acknowledgements: "%1$s/acks" }
              - id: other-trust
                ods: [X1111]
                usernames: [other-trust-1]
                services: ["*"]
                endpoints: { messages: "%2$s/messages" }
            %3$s
            handlers:
              back-end: { http: "http://127.0.0.1:%4$d/back-end", timeout: PT10S }
            %5$s
            routes:
              - { address: "urn:nhs-uk:addressing:ods:Z9999:back-end", handler: back-end }
              - { address: "urn:nhs-uk:addressing:ods:Z9999:sync", handler: back-end }
              - { address: "urn:nhs-uk:addressing:ods:X1111", partner: other-trust }
            %6$s
            """;

    final Path folder;
    final Random dice;
    final Store store;
    final boolean h2;
    final List<Node> nodes = new ArrayList<>();
    final BackEnd backEnd;
    final Partner gp;
    final Partner other;
    final Clients clients;
    private final StringBuilder partners = new StringBuilder();
    private final StringBuilder handlers = new StringBuilder();
    private final StringBuilder routes = new StringBuilder();
    private boolean ready;

    /** @param settings further settings of the server */
    Bed(Path folder, boolean h2, int nodes, long seed, Map<String, String> settings) throws IOException {
        this.folder = Files.createDirectories(folder);
        this.h2 = h2;
        dice = new Random(seed);
        var all = new HashMap<>(Map.of(
                "ITK_RETRY_FIRST", "PT0.5S", "ITK_RETRY_LONGEST", "PT4S", "ITK_LEASE", "PT30S",
                "ITK_SEND_TIMEOUT", "PT10S"));
        all.putAll(settings);
        var database = folder.getFileName().toString().replaceAll("[^a-z0-9]", "_");
        if (!h2) {
            Store.postgres("postgres").execute("create database " + database);
            all.put("ITK_DB_URL", "jdbc:postgresql://127.0.0.1:" + System.getenv("PG_PORT") + "/" + database);
            all.put("ITK_DB_USER", "itk");
        }
        for (int i = 1; i <= nodes; i++) {
            var own = new HashMap<>(all);
            own.put("ITK_NODE", "n" + i);
            this.nodes.add(new Node(folder, "n" + i, System.getenv("FAULTS_JAR"), own));
        }
        store = h2 ? Store.h2(node().home()) : Store.postgres(database);
        backEnd = new BackEnd(folder.resolve("back-end.log"), dice.nextLong());
        gp = new Partner(folder, "gp", "Y9999", "gp-system-1", node().port);
        other = new Partner(folder, "other", "X1111", "other-trust-1", node().port);
        clients = new Clients(this.nodes.stream().map(Node::base).toList(), folder);
    }

    Node node() {
        return nodes.get(0);
    }

    /** One more partner; messages for {@code ods} go to it. */
    void partner(String id, String ods, String username, String url, String more) {
        partners.append("""
                  - id: %s
                    ods: [%s]
                    usernames: [%s]
                    services: ["*"]
                %s    endpoints: { messages: "%s" }
                """.formatted(id, ods, username, more, url).indent(0));
        routes.append("  - { address: \"urn:nhs-uk:addressing:ods:%s\", partner: %s }\n".formatted(ods, id));
    }

    /** One more handler, with an address of its own. */
    void handler(String name, String timeout) {
        handlers.append("  %s: { http: \"http://127.0.0.1:%d/%s\", timeout: %s }\n"
                .formatted(name, backEnd.port(), name, timeout));
        routes.append("  - { address: \"urn:nhs-uk:addressing:ods:Z9999:%s\", handler: %s }\n".formatted(name, name));
    }

    /** Writes the directory and starts every node; returns the longest time it took. */
    double start() throws IOException {
        prepare();
        double longest = 0;
        for (var node : nodes) {
            longest = Math.max(longest, node.start());
        }
        return longest;
    }

    private void prepare() throws IOException {
        if (ready) {
            return;
        }
        ready = true;
        var text = DIRECTORY.formatted(gp.url(""), other.url(""), partners, backEnd.port(), handlers, routes);
        for (var node : nodes) {
            Files.createDirectories(node.home().resolve("keys"));
            Files.writeString(node.home().resolve("directory.yaml"), text);
            Files.writeString(node.home().resolve("keys/patient-search.key"), "00".repeat(32) + "\n");
        }
    }

    void load() {
        clients.start(8, dice);
        clients.enter(Clients.Phase.LOAD);
    }

    static void await(String what, int seconds, BooleanSupplier condition) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new IllegalStateException("waited " + seconds + " s in vain for " + what);
            }
            Shell.sleep(100);
        }
    }

    /** Everything that was not answered is sent again, and all work is done; then the nodes are stopped. */
    double drain(int seconds) throws IOException {
        long begin = System.nanoTime();
        for (var node : nodes) {
            if (!node.isAlive()) {
                node.start();
            }
        }
        clients.enter(Clients.Phase.FINISH);
        await("every message to be answered", seconds, clients::hasNothingOpen);
        clients.enter(Clients.Phase.WAIT);
        if (h2) {
            drainBlind(seconds);
        } else {
            drainSeen(seconds);
        }
        double took = (System.nanoTime() - begin) / 1e9;
        nodes.forEach(Node::terminate);
        return took;
    }

    /** Partners still send acknowledgements when the work seems done: it must be done for three seconds. */
    private void drainSeen(int seconds) {
        long[] since = {0};
        try {
            await("the work to be done", seconds, () -> {
                if (store.left() != 0) {
                    since[0] = System.nanoTime();
                }
                return since[0] != 0 && System.nanoTime() - since[0] > 3_000_000_000L || since[0] == 0 && first(since);
            });
        } catch (IllegalStateException e) {
            System.out.println("  " + e.getMessage() + ": " + store.left() + " left");
        }
    }

    private static boolean first(long[] since) {
        since[0] = System.nanoTime();
        return false;
    }

    private void drainBlind(int seconds) {
        var last = new String[] {""};
        long[] since = {System.nanoTime()};
        await("the work to stand still", seconds, () -> {
            var now = node().work();
            if (!now.equals(last[0]) || !clients.owed().keySet().stream().allMatch(backEnd::took)) {
                last[0] = now;
                since[0] = System.nanoTime();
            }
            return System.nanoTime() - since[0] > 6_000_000_000L;
        });
    }

    /** Compares the journals with the database. */
    Check check() throws IOException, SQLException {
        store.dump(folder);
        var check = new Check(folder);
        check.run();
        return check;
    }

    @Override
    public void close() {
        clients.close();
        nodes.forEach(Node::close);
        gp.close();
        other.close();
        backEnd.close();
    }
}
