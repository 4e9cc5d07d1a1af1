package org.itkserver.boot;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PublicKey;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.itkserver.audit.Anchor;
import org.itkserver.audit.SealKey;
import org.itkserver.audit.StoreUnavailable;
import org.itkserver.audit.verify.Check;
import org.itkserver.audit.verify.Report;
import org.itkserver.audit.verify.Verifier;
import org.itkserver.store.OfflineTrail;
import org.jspecify.annotations.Nullable;

/** The command that checks an audit trail; see {@code bin/verify-audit}. It writes to no database and no file. */
public final class VerifyAudit {
    static final int INTACT = 0;
    static final int BROKEN = 1;
    static final int UNUSABLE = 2;

    private static final String USAGE =
            """
            usage: bin/verify-audit [--since YYYY-MM-DD] [--node NODE] [--public-key FILE]... [--anchors FILE]... [--payloads]

            Checks the audit trail in the database of ITK_DB_URL, ITK_DB_USER, ITK_DB_PASSWORD, or in the H2 file in ITK_HOME.
              --since       only what was sealed on this day (UTC) or later
              --node        only this node
              --public-key  who may have signed; default: seal-key.pub.pem in ITK_HOME. A key that is only in the database,
                            or that is not known at all, makes the result "not checked"
              --anchors     what to compare with; default: seal-anchors.log in ITK_HOME when it is there
              --payloads    also hash the stored bytes of every message; encrypted ones need ITK_CONTENT_KEY_FILE
            Exit code: 0 intact, 1 broken, 2 not checked (a key is not confirmed, rows wait for their seal, nothing could be
            read) or wrong usage.""";

    private final Map<String, String> env;
    private final PrintStream out;

    /** @param env the environment, for the settings of the database and the home folder */
    VerifyAudit(Map<String, String> env, PrintStream out) {
        this.env = Map.copyOf(env);
        this.out = out;
    }

    /** Checks, prints, and ends the process with the exit code. */
    public static void main(String[] arguments) {
        System.exit(new VerifyAudit(Environment.of(System.getenv()).values(), System.out).run(List.of(arguments)));
    }

    /** Wrong usage; the message is for people. */
    private static final class Usage extends Exception {
        private static final long serialVersionUID = 1L;

        Usage(String message) {
            super(message);
        }
    }

    private static final class Options {
        private final List<Path> keys = new ArrayList<>();
        private final List<Path> anchors = new ArrayList<>();
        private @Nullable Instant since;
        private @Nullable String node;
        private boolean payloads;
    }

    /** @return the exit code */
    int run(List<String> arguments) {
        if (arguments.contains("--help")) {
            out.println(USAGE);
            return INTACT;
        }
        try {
            var home = Path.of(env.getOrDefault("ITK_HOME", "itk-home"));
            var check = check(options(arguments), home);
            var settings = Settings.database(env, home.toAbsolutePath().normalize());
            var keys = check.payloads() ? ContentKeyFiles.open(ContentKeyFiles.of(env, home)) : null;
            try (var trail = new OfflineTrail(settings, keys)) {
                out.println("checking the audit trail in " + settings);
                long start = System.nanoTime();
                var report = new Verifier(trail.source(), check).run();
                new ReportPrinter(out).print(report, check, System.nanoTime() - start);
                return result(report, check);
            }
        } catch (Usage e) {
            out.println("verify-audit: " + e.getMessage());
            out.println("bin/verify-audit --help tells how to use it.");
        } catch (StoreUnavailable | IOException | IllegalArgumentException e) {
            out.println("verify-audit: " + e.getMessage());
        }
        return UNUSABLE;
    }

    private static int result(Report report, Check check) {
        if (report.nodes().isEmpty()) {
            return report.verdict() == Report.Verdict.BROKEN ? BROKEN : UNUSABLE;
        }
        return switch (report.verdict()) {
            case INTACT -> INTACT;
            case BROKEN -> BROKEN;
            case NOT_CHECKED -> UNUSABLE;
        };
    }

    private static Options options(List<String> arguments) throws Usage {
        var options = new Options();
        for (int i = 0; i < arguments.size(); i++) {
            var name = arguments.get(i);
            if (name.equals("--payloads")) {
                options.payloads = true;
                continue;
            }
            if (!List.of("--since", "--node", "--public-key", "--anchors").contains(name)) {
                throw new Usage("there is no option " + name);
            }
            if (++i == arguments.size()) {
                throw new Usage(name + " needs a value");
            }
            set(options, name, arguments.get(i));
        }
        return options;
    }

    private static void set(Options options, String name, String value) throws Usage {
        switch (name) {
            case "--since" -> options.since = day(value);
            case "--node" -> options.node = value;
            case "--public-key" -> options.keys.add(Path.of(value));
            default -> options.anchors.add(Path.of(value));
        }
    }

    private static Instant day(String value) throws Usage {
        try {
            return LocalDate.parse(value).atStartOfDay(ZoneOffset.UTC).toInstant();
        } catch (DateTimeParseException e) {
            throw new Usage("--since " + value + " is not a day such as 2026-11-22");
        }
    }

    private Check check(Options options, Path home) throws Usage, IOException {
        var keys = new HashMap<String, PublicKey>();
        var own = ownKey(home);
        var files = options.keys.isEmpty() && Files.exists(own) ? List.of(own) : options.keys;
        for (var file : files) {
            if (!Files.isReadable(file)) {
                throw new Usage("the public key " + file + " cannot be read; --public-key names one");
            }
            try {
                var key = SealKey.readPublic(Files.readString(file));
                keys.put(SealKey.id(key), key);
            } catch (IllegalArgumentException e) {
                throw new Usage(file + " " + e.getMessage());
            }
        }
        return new Check(
                keys,
                anchors(options, home),
                options.payloads,
                options.since,
                options.node,
                Instant.now(),
                Runtime.getRuntime().availableProcessors());
    }

    private Path ownKey(Path home) {
        return Settings.publicKey(Path.of(
                env.getOrDefault("ITK_SEAL_KEY", home.resolve("seal-key.pem").toString())));
    }

    private List<Anchor> anchors(Options options, Path home) throws Usage, IOException {
        var own = Path.of(env.getOrDefault(
                "ITK_SEAL_ANCHORS", home.resolve("seal-anchors.log").toString()));
        var files = options.anchors.isEmpty() && Files.exists(own) ? List.of(own) : options.anchors;
        var anchors = new ArrayList<Anchor>();
        for (var file : files) {
            if (!Files.isReadable(file)) {
                throw new Usage("the anchors " + file + " cannot be read");
            }
            for (var line : Files.readAllLines(file)) {
                Anchor.parse(line).ifPresent(anchors::add);
            }
        }
        return anchors;
    }

    static String count(long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }
}
