package org.itkserver.store;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.Period;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.itkserver.audit.MerkleTree;
import org.itkserver.audit.PurgeLeaf;
import org.itkserver.audit.RowHash;
import org.itkserver.audit.Seal;
import org.itkserver.audit.SealKey;
import org.itkserver.audit.StoredRow;
import org.itkserver.audit.verify.Check;
import org.itkserver.audit.verify.Report;
import org.itkserver.audit.verify.Report.Verdict;
import org.itkserver.clock.SureTime;
import org.itkserver.directory.Retention;
import org.itkserver.retention.Hold;
import org.itkserver.retention.HoldEvents;
import org.itkserver.retention.PurgeStore.Limits;
import org.itkserver.retention.Purger;
import org.itkserver.retention.RetentionDesk;
import org.itkserver.store.TamperedTrail.Deed;
import org.itkserver.store.keys.KeyFolder;
import org.itkserver.testing.Directories;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** A trail of two nodes with messages, holds, a destroyed message and keys, and what the application's role can do to them. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class ManipulationSetting {
    static final String MESSAGE =
            "direction, partner, tracking_id, message_id, service, interaction, sender, addresses, state, received_at,"
                    + " digest, raw_sha256, raw_size, patient, answer, inf_ack_requested, ack_requested, kind, inbox";

    @TempDir
    static Path home;

    Database database;
    TamperedTrail trail;
    TamperedTrail other;
    long plain;
    long encrypted;
    long destroyed;
    long hold;
    long patientHold;
    long lifted;

    /** The application's role, which another role owns the tables beside where the database can do that. */
    abstract DatabaseSettings settings();

    @BeforeAll
    void write() throws Exception {
        database = MigratedDatabase.of(settings());
        trail = new TamperedTrail(database);
        destroyed = trail.accept("destroyed by the rules");
        purge();
        plain = trail.accept("stored before contents were encrypted");
        holds();
        encrypt();
        trail.clock.forward(Duration.ofSeconds(2));
        encrypted = trail.accept("stored since contents are encrypted");
        trail.stopped();
        other = new TamperedTrail(database).written().stopped();
    }

    @AfterAll
    void end() {
        other.close();
        trail.close();
        database.close();
    }

    void purge() {
        var purges = new JdbcPurge(database, trail.node);
        purges.ask("tester");
        var kept = Directories.keeping(new Retention(Duration.ZERO, Period.ofYears(8)), List.of());
        var settings = new Purger.Settings(Duration.ofHours(1), new Limits(2, 64 << 20));
        var purger = new Purger(purges, trail.store, () -> kept, SureTime.of(trail.clock), () -> true, settings);
        for (int i = 0; i < 8; i++) {
            purger.step();
        }
    }

    void holds() {
        var store = new JdbcHolds(database, trail.store);
        hold = set(store, new Hold.OneMessage("AAAA"));
        patientHold = set(store, new Hold.OnePatient(new byte[16]));
        lifted = set(store, new Hold.Window("p", null, null, null));
        var at = trail.clock.instant();
        store.lift(
                lifted,
                "ann",
                at,
                "closed",
                HoldEvents.lifted(lifted, new RetentionDesk.By("ann", "127.0.0.1"), at, "closed"));
    }

    long set(JdbcHolds store, Hold.What what) {
        var set = new Hold(store.nextId(), what, "claim", "CASE-1", "ann", trail.clock.instant(), null, null, null);
        store.set(set, HoldEvents.set(set, "127.0.0.1"));
        return set.id();
    }

    void encrypt() throws Exception {
        var master = new byte[32];
        new SecureRandom().nextBytes(master);
        var file = home.resolve("content.key");
        Files.writeString(file, Base64.getEncoder().encodeToString(master));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        trail.stopped();
        var folder = new KeyFolder(file, home.resolve("keys"), new SecureRandom(), () -> 0);
        var keys = new JdbcContentKeys(database, folder, trail.node, trail.clock);
        keys.claim();
        trail.encryptedWith(keys, ContentKeys.reading(folder));
        trail.store.recordEncryption();
    }

    Instant later() {
        return trail.clock.instant().plus(Duration.ofMinutes(2));
    }

    Check check(SealKey... given) {
        var keys = new java.util.HashMap<String, java.security.PublicKey>();
        Stream.of(given).forEach(one -> keys.put(one.id(), one.publicKey()));
        return new Check(keys, List.of(), true, null, null, later(), 2);
    }

    static String about(Report report) {
        var out = new StringBuilder();
        report.nodes().forEach(node -> {
            if (node.first() != null) {
                out.append(node.node())
                        .append(": ")
                        .append(node.first().problem())
                        .append('\n');
            }
            node.unconfirmed().forEach(one -> out.append("key ").append(one).append('\n'));
            if (node.unsealedSince() != null) {
                out.append("not sealed since ").append(node.unsealedSince()).append('\n');
            }
        });
        report.problems().forEach(problem -> out.append(problem).append('\n'));
        if (!report.unrecorded().isEmpty()) {
            out.append("unrecorded ").append(report.unrecorded()).append('\n');
        }
        return out.toString();
    }

    /**
     * A manipulation.
     *
     * @param words every line that must be reported contains one of these, and each is in one; no other line may be
     */
    record Manipulation(String name, Deed deed, Verdict verdict, List<String> words) {}

    static Deed all(Deed... deeds) {
        return connection -> {
            for (var deed : deeds) {
                deed.run(connection);
            }
        };
    }

    Deed sql(String sql) {
        return connection -> Sql.update(connection, sql);
    }

    static String bytea(DatabaseSettings settings, byte[] bytes) {
        return settings.isH2()
                ? "x'" + java.util.HexFormat.of().formatHex(bytes) + "'"
                : "'\\x" + java.util.HexFormat.of().formatHex(bytes) + "'";
    }

    String bytea(byte[] bytes) {
        return bytea(settings(), bytes);
    }

    StoredRow row(String node, long seq, String type, Long message, String detail, byte[] digest) {
        var row = new StoredRow(
                node,
                seq,
                3,
                trail.clock.instant(),
                type,
                message,
                null,
                null,
                null,
                "server",
                null,
                null,
                null,
                detail,
                digest,
                null,
                new byte[0]);
        return TamperedTrail.withHash(row, RowHash.of(row));
    }

    Deed add(StoredRow row) {
        return connection -> TamperedTrail.insert(connection, row);
    }

    long next() {
        return trail.rows().size() + 1L;
    }

    /** A letter's bytes are deleted, with everything that the rules would leave behind but the event. */
    Deed deletedAsIfByTheRules(byte[] root) {
        return all(
                sql("delete from message_part where message_id = " + plain),
                sql("update message set purged_at = received_at, purge_batch = 9001 where id = " + plain),
                sql("insert into destroyed_message (message_id, kind, batch, raw_sha256) select id, 'content', 9001,"
                        + " raw_sha256 from message where id = " + plain),
                sql(
                        "insert into purge_batch (id, run, kind, messages, bytes, services, received_from, received_to, root,"
                                + " chosen_at, destroyed_at) select 9001, 1, 'content', 1, 1, 's', received_at, received_at, "
                                + bytea(root) + ", received_at, received_at from message where id = " + plain));
    }

    byte[] leaf() {
        var tree = new MerkleTree();
        tree.add(PurgeLeaf.hash(plain, digest(plain)));
        return tree.root();
    }

    byte[] digest(long message) {
        return database.read(connection -> Sql.first(
                        connection, "select raw_sha256 from message where id = ?", row -> row.getBytes(1), message))
                .orElseThrow();
    }

    StoredRow purged(String node, long seq) {
        return row(node, seq, "purged", null, "content batch 9001: 1 messages, 1 bytes", leaf());
    }

    static Deed sealed(SealKey by, StoredRow row, long number, long first, byte[] prev) {
        return connection -> {
            var tree = new MerkleTree();
            tree.add(row.hash());
            Seals.insert(
                    connection,
                    new Seal(row.node(), number, 1, first, row.seq(), tree.root(), prev, row.at(), by.id(), new byte[0])
                            .signed(by));
        };
    }

    static Deed published(String id, String node, String pem) {
        return connection -> Sql.update(
                connection,
                "insert into seal_key (key_id, node, public_key, added_at) values (?, ?, ?, ?)",
                id,
                node,
                pem,
                TamperedTrail.NOW);
    }

    Deed smuggled() {
        return all(
                sql("insert into message (id, " + MESSAGE + ") select 7777777, "
                        + MESSAGE.replace("partner", "'smuggler'") + " from message where id = " + plain),
                sql("insert into message_part (message_id, kind, number, codec, key_id, bytes) select 7777777, kind,"
                        + " number, codec, key_id, bytes from message_part where message_id = " + plain));
    }

    Deed part(long message, String keyId, byte[] bytes) {
        return connection -> Sql.update(
                connection,
                "update message_part set key_id = ?, bytes = ? where message_id = ? and kind = 'q' and number = 0",
                keyId,
                bytes,
                message);
    }

    static byte[] packed(String text) {
        var bytes = text.getBytes(StandardCharsets.UTF_8);
        return Chunks.compress(bytes, bytes.length);
    }

    static Manipulation broken(String name, String words, Deed deed) {
        return new Manipulation(name, deed, Verdict.BROKEN, List.of(words));
    }

    static Manipulation unchecked(String name, Deed deed, String... words) {
        return new Manipulation(name, deed, Verdict.NOT_CHECKED, List.of(words));
    }
}
