package org.itkserver.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.Period;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
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
import org.itkserver.retention.KeyStore;
import org.itkserver.retention.PurgeStore.Limits;
import org.itkserver.retention.Purger;
import org.itkserver.retention.RetentionDesk;
import org.itkserver.store.TamperedTrail.Deed;
import org.itkserver.store.keys.KeyFolder;
import org.itkserver.testing.Directories;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * What can be done to a database with the rights of the application's role: everything to messages, contents, holds and keys, and
 * adding to the trail. Each manipulation is found, and nothing else is reported.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class ManipulationContract {
    private static final String MESSAGE =
            "direction, partner, tracking_id, message_id, service, interaction, sender, addresses, state, received_at,"
                    + " digest, raw_sha256, raw_size, patient, answer, inf_ack_requested, ack_requested, kind, inbox";

    @TempDir
    static Path home;

    private Database database;
    private TamperedTrail trail;
    private TamperedTrail other;
    private long plain;
    private long encrypted;
    private long destroyed;
    private long hold;
    private long patientHold;
    private long lifted;

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

    private void purge() {
        var purges = new JdbcPurge(database, trail.node);
        purges.ask("tester");
        var kept = Directories.keeping(new Retention(Duration.ZERO, Period.ofYears(8)), List.of());
        var settings = new Purger.Settings(Duration.ofHours(1), new Limits(2, 64 << 20));
        var purger = new Purger(purges, trail.store, () -> kept, SureTime.of(trail.clock), () -> true, settings);
        for (int i = 0; i < 8; i++) {
            purger.step();
        }
    }

    private void holds() {
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

    private long set(JdbcHolds store, Hold.What what) {
        var set = new Hold(store.nextId(), what, "claim", "CASE-1", "ann", trail.clock.instant(), null, null, null);
        store.set(set, HoldEvents.set(set, "127.0.0.1"));
        return set.id();
    }

    private void encrypt() throws Exception {
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

    private Instant later() {
        return trail.clock.instant().plus(Duration.ofMinutes(2));
    }

    private Check check(SealKey... given) {
        var keys = new java.util.HashMap<String, java.security.PublicKey>();
        Stream.of(given).forEach(one -> keys.put(one.id(), one.publicKey()));
        return new Check(keys, List.of(), true, null, null, later(), 2);
    }

    private static String about(Report report) {
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
        if (!report.untold().isEmpty()) {
            out.append("untold ").append(report.untold()).append('\n');
        }
        return out.toString();
    }

    @Test
    void whatNobodyTouchedIsIntact() throws SQLException {
        var report = trail.reportAfter(connection -> {}, check(trail.key, other.key));
        assertEquals("", about(report));
        assertEquals(Verdict.INTACT, report.verdict());
        assertEquals(1, report.nodes().stream().mapToLong(Report.Node::purged).sum());
    }

    @Test
    void withoutOneKeyNothingIsBrokenAndTheKeyIsNamed() throws SQLException {
        var report = trail.reportAfter(connection -> {}, check(trail.key));
        assertEquals("key " + new Report.Key(other.key.id(), true) + "\n", about(report));
        assertEquals(Verdict.NOT_CHECKED, report.verdict());
    }

    /**
     * A manipulation.
     *
     * @param words every line that must be reported contains one of these, and each is in one; no other line may be
     */
    private record Manipulation(String name, Deed deed, Verdict verdict, List<String> words) {}

    private static Deed all(Deed... deeds) {
        return connection -> {
            for (var deed : deeds) {
                deed.run(connection);
            }
        };
    }

    private Deed sql(String sql) {
        return connection -> Sql.update(connection, sql);
    }

    private static String bytea(DatabaseSettings settings, byte[] bytes) {
        return settings.isH2()
                ? "x'" + java.util.HexFormat.of().formatHex(bytes) + "'"
                : "'\\x" + java.util.HexFormat.of().formatHex(bytes) + "'";
    }

    private String bytea(byte[] bytes) {
        return bytea(settings(), bytes);
    }

    private StoredRow row(String node, long seq, String type, Long message, String detail, byte[] digest) {
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

    private Deed add(StoredRow row) {
        return connection -> TamperedTrail.insert(connection, row);
    }

    private long next() {
        return trail.rows().size() + 1L;
    }

    /** A letter's bytes are deleted, with everything that the rules would leave behind but the event. */
    private Deed deletedAsIfByTheRules(byte[] root) {
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

    private byte[] leaf() {
        var tree = new MerkleTree();
        tree.add(PurgeLeaf.hash(plain, digest(plain)));
        return tree.root();
    }

    private byte[] digest(long message) {
        return database.read(connection -> Sql.first(
                        connection, "select raw_sha256 from message where id = ?", row -> row.getBytes(1), message))
                .orElseThrow();
    }

    private StoredRow purged(String node, long seq) {
        return row(node, seq, "purged", null, "content batch 9001: 1 messages, 1 bytes", leaf());
    }

    private static Deed sealed(SealKey by, StoredRow row, long number, long first, byte[] prev) {
        return connection -> {
            var tree = new MerkleTree();
            tree.add(row.hash());
            Seals.insert(
                    connection,
                    new Seal(row.node(), number, 1, first, row.seq(), tree.root(), prev, row.at(), by.id(), new byte[0])
                            .signed(by));
        };
    }

    private static Deed published(String id, String node, String pem) {
        return connection -> Sql.update(
                connection,
                "insert into seal_key (key_id, node, public_key, added_at) values (?, ?, ?, ?)",
                id,
                node,
                pem,
                TamperedTrail.NOW);
    }

    private Deed smuggled() {
        return all(
                sql("insert into message (id, " + MESSAGE + ") select 7777777, "
                        + MESSAGE.replace("partner", "'smuggler'") + " from message where id = " + plain),
                sql("insert into message_part (message_id, kind, number, codec, key_id, bytes) select 7777777, kind,"
                        + " number, codec, key_id, bytes from message_part where message_id = " + plain));
    }

    private Deed part(long message, String keyId, byte[] bytes) {
        return connection -> Sql.update(
                connection,
                "update message_part set key_id = ?, bytes = ? where message_id = ? and kind = 'q' and number = 0",
                keyId,
                bytes,
                message);
    }

    private static byte[] packed(String text) {
        var bytes = text.getBytes(StandardCharsets.UTF_8);
        return Chunks.compress(bytes, bytes.length);
    }

    private static Manipulation broken(String name, String words, Deed deed) {
        return new Manipulation(name, deed, Verdict.BROKEN, List.of(words));
    }

    private static Manipulation unchecked(String name, Deed deed, String... words) {
        return new Manipulation(name, deed, Verdict.NOT_CHECKED, List.of(words));
    }

    private List<Manipulation> rowsOfMessages() {
        var out = new ArrayList<Manipulation>();
        for (var change : List.of(
                "partner = 'q'",
                "tracking_id = 'T'",
                "service = 't'",
                "addresses = 'urn:nhs-uk:addressing:ods:X1'",
                "sender = 'urn:nhs-uk:addressing:ods:X2'",
                "interaction = 'i'",
                "message_id = 'n'",
                "direction = 'out'",
                "kind = 'response'",
                "inbox = false",
                "origin = 1",
                "patient = " + bytea(new byte[16]),
                "digest = " + bytea(new byte[2]),
                "raw_size = raw_size + 1",
                "inf_ack_requested = true",
                "ack_requested = true",
                "received_at = received_at - interval '1' day")) {
            out.add(broken(
                    "message: " + change,
                    "its partner, addresses or other fields differ",
                    sql("update message set " + change + " where id = " + plain)));
        }
        out.add(broken(
                "message: its digest",
                "its digest differs",
                sql("update message set raw_sha256 = " + bytea(new byte[32]) + " where id = " + plain)));
        out.add(broken(
                "message: deleted",
                "is gone, and no sealed purge event",
                all(
                        sql("delete from message_part where message_id = " + plain),
                        sql("delete from message where id = " + plain))));
        out.add(broken("message: put in without an event", "untold [7777777]", smuggled()));
        return out;
    }

    private List<Manipulation> contents() {
        return List.of(
                broken("content: another", "has other bytes", part(plain, null, packed("forged"))),
                broken("content: spoilt", "has other bytes", part(plain, null, new byte[] {1, 2})),
                broken(
                        "content: a huge length",
                        "has other bytes",
                        part(
                                plain,
                                null,
                                ByteBuffer.allocate(9).putInt(Integer.MAX_VALUE).array())),
                broken(
                        "content: deleted",
                        "has lost its bytes",
                        sql("delete from message_part where message_id = " + plain)),
                broken(
                        "content: one part more",
                        "has other bytes",
                        sql("insert into message_part (message_id, kind, number,"
                                + " codec, key_id, bytes) select message_id, kind, 1, codec, key_id, bytes from message_part"
                                + " where message_id = " + plain)),
                broken(
                        "content: that of another message",
                        "has other bytes",
                        sql("update message_part set key_id = null, bytes = (select p.bytes from message_part p"
                                + " where p.message_id = " + encrypted + ") where message_id = " + plain)),
                broken(
                        "content: in plaintext since contents are encrypted",
                        "has content in plaintext",
                        part(encrypted, null, packed("stored since contents are encrypted"))),
                broken("content: forged in plaintext", "has other bytes", part(encrypted, null, packed("forged"))),
                broken(
                        "content: under an invented key, with an unsealed event of an invented node",
                        "",
                        all(
                                sql("update message_part set key_id = '2026-11-22-00000000' where message_id = "
                                        + encrypted),
                                sql("insert into content_key (id, made_at, gone_at) select '2026-11-22-00000000',"
                                        + " received_at, " + time(trail.clock.instant()) + " from message where id = "
                                        + encrypted),
                                add(row(
                                        "zz",
                                        1,
                                        "content-key-gone",
                                        null,
                                        KeyStore.takenAway("2026-11-22-00000000"),
                                        null)))),
                broken(
                        "content: under an invented key, with an unsealed event of a real node",
                        "",
                        all(
                                sql("update message_part set key_id = '2026-11-22-00000000' where message_id = "
                                        + encrypted),
                                sql("insert into content_key (id, made_at, gone_at) select '2026-11-22-00000000',"
                                        + " received_at, " + time(trail.clock.instant()) + " from message where id = "
                                        + encrypted),
                                add(row(
                                        trail.node,
                                        next(),
                                        "content-key-gone",
                                        null,
                                        KeyStore.takenAway("2026-11-22-00000000"),
                                        null)))));
    }

    private static String time(Instant at) {
        return "cast('" + at + "' as timestamp with time zone)";
    }

    private List<Manipulation> destruction() {
        return List.of(
                broken("destroyed: no event", "has no bytes, and no sealed purge event", deletedAsIfByTheRules(leaf())),
                broken(
                        "destroyed: an event of an invented node (sec-forged-purge)",
                        "",
                        all(deletedAsIfByTheRules(leaf()), add(purged("zz", 1)))),
                broken(
                        "destroyed: an unsealed event of a real node",
                        "",
                        all(deletedAsIfByTheRules(leaf()), add(purged(trail.node, next())))),
                broken(
                        "destroyed: slipped under a real batch",
                        "",
                        all(
                                deletedAsIfByTheRules(leaf()),
                                sql("update destroyed_message set batch = 1 where batch = 9001"))),
                broken(
                        "destroyed: a real batch turned into one of records",
                        "is gone, and no sealed purge event",
                        all(
                                sql("update destroyed_message set kind = 'record' where message_id = " + destroyed),
                                sql("delete from message where id = " + destroyed))),
                broken(
                        "destroyed: marked so, but there",
                        "has no bytes, and no sealed purge event",
                        sql("update message set purged_at = received_at where id = " + plain)),
                broken(
                        "destroyed: bytes put back",
                        "has bytes, though it says that they were destroyed",
                        sql("insert into message_part (message_id, kind, number, codec, key_id, bytes) select "
                                + destroyed
                                + ", kind, number, codec, key_id, bytes from message_part where message_id = "
                                + plain)));
    }

    private List<Manipulation> holdRows() {
        return List.of(
                broken(
                        "hold: deleted",
                        "was set, and is not in the database",
                        sql("delete from legal_hold where id = " + hold)),
                broken(
                        "hold: on another message",
                        "its fields differ",
                        sql("update legal_hold set tracking_id = 'BBBB' where id = " + hold)),
                broken(
                        "hold: on another patient",
                        "its fields differ",
                        sql("update legal_hold set patient = " + bytea(new byte[] {1, 2}) + " where id = "
                                + patientHold)),
                broken(
                        "hold: another reason",
                        "its fields differ",
                        sql("update legal_hold set reason = 'none' where id = " + hold)),
                broken(
                        "hold: marked as lifted",
                        "no sealed event lifts it",
                        sql("update legal_hold set lifted_at = set_at, lifted_by = 'ann' where id = " + hold)),
                broken(
                        "hold: lifted with an unsealed event",
                        "",
                        all(
                                sql("update legal_hold set lifted_at = set_at, lifted_by = 'ann' where id = " + hold),
                                add(row(trail.node, next(), "hold-lifted", null, "hold " + hold + ": closed", null)))),
                broken(
                        "hold: put in",
                        "no sealed event sets it",
                        sql(
                                "insert into legal_hold (id, kind, tracking_id, reason, reference, set_by, set_at) select 5, kind,"
                                        + " 'CCCC', reason, reference, set_by, set_at from legal_hold where id = "
                                        + hold)));
    }

    private List<Manipulation> nodes() {
        var mine = SealKey.generate();
        var seals = trail.seals();
        var last = seals.get(seals.size() - 1);
        var forged = row("zz", 1, "warning", null, "forged", null);
        var appended = row(trail.node, next(), "warning", null, "forged", null);
        var smuggledEvent = row("zz", 1, "accepted", 7777777L, "for inbox", digest(plain));
        return List.of(
                broken("node: rows without a seal", "has rows and no seal", add(forged)),
                broken(
                        "node: without a name",
                        "has rows and no seal",
                        add(row("", 1, "warning", null, "forged", null))),
                unchecked(
                        "node: forged, with its own key in the database",
                        all(
                                add(forged),
                                sealed(mine, forged, 1, 1, Seal.none()),
                                published(mine.id(), "zz", mine.toPublicPem())),
                        "key " + new Report.Key(mine.id(), true)),
                unchecked(
                        "node: forged, with its own key nowhere",
                        all(add(forged), sealed(mine, forged, 1, 1, Seal.none())),
                        "key " + new Report.Key(mine.id(), false)),
                unchecked(
                        "node: forged, with its own key and a proof of destruction",
                        all(
                                deletedAsIfByTheRules(leaf()),
                                add(purged("zz", 1)),
                                sealed(mine, purged("zz", 1), 1, 1, Seal.none()),
                                published(mine.id(), "zz", mine.toPublicPem())),
                        "key " + new Report.Key(mine.id(), true)),
                unchecked(
                        "node: forged, with its own key and a smuggled message",
                        all(
                                smuggled(),
                                add(smuggledEvent),
                                sealed(mine, smuggledEvent, 1, 1, Seal.none()),
                                published(mine.id(), "zz", mine.toPublicPem())),
                        "key " + new Report.Key(mine.id(), true)),
                broken(
                        "node: forged, under the id of a real key",
                        "the signature of seal 1 is wrong",
                        all(add(forged), connection -> {
                            var tree = new MerkleTree();
                            tree.add(forged.hash());
                            Seals.insert(
                                    connection,
                                    new Seal(
                                                    "zz",
                                                    1,
                                                    1,
                                                    1,
                                                    1,
                                                    tree.root(),
                                                    Seal.none(),
                                                    forged.at(),
                                                    trail.key.id(),
                                                    new byte[0])
                                            .signed(mine));
                        })),
                unchecked("row: added at the end", add(appended), "not sealed since"),
                unchecked(
                        "row: added at the end, dated ahead",
                        connection -> {
                            var row = row(trail.node, next(), "warning", null, "forged", null);
                            var ahead = new StoredRow(
                                    row.node(),
                                    row.seq(),
                                    3,
                                    later().plusSeconds(90),
                                    row.type(),
                                    null,
                                    null,
                                    null,
                                    null,
                                    "server",
                                    null,
                                    null,
                                    null,
                                    "forged",
                                    null,
                                    null,
                                    new byte[0]);
                            TamperedTrail.insert(connection, TamperedTrail.withHash(ahead, RowHash.of(ahead)));
                        },
                        "not sealed since"),
                unchecked(
                        "row: stores a smuggled message, and waits for its seal",
                        all(smuggled(), add(row(other.node, 13, "accepted", 7777777L, "for inbox", digest(plain)))),
                        "not sealed since"),
                broken(
                        "row: stores a smuggled message in plaintext at a node that encrypts",
                        "has content in plaintext",
                        all(
                                smuggled(),
                                add(row(trail.node, next(), "accepted", 7777777L, "for inbox", digest(plain))))),
                broken(
                        "row: stores a smuggled message under an invented node",
                        "",
                        all(smuggled(), add(smuggledEvent))),
                broken(
                        "row: before the first",
                        "is before the first number",
                        add(row(trail.node, 0, "warning", null, "f", null))),
                broken("row: after a gap", "missing", add(row(trail.node, next() + 5, "warning", null, "f", null))),
                broken("row: of an unknown version", "unknown version", connection -> {
                    var row = row(trail.node, next(), "warning", null, "f", null);
                    TamperedTrail.insert(
                            connection,
                            new StoredRow(
                                    row.node(),
                                    row.seq(),
                                    99,
                                    row.at(),
                                    row.type(),
                                    null,
                                    null,
                                    null,
                                    null,
                                    "server",
                                    null,
                                    null,
                                    null,
                                    "f",
                                    null,
                                    null,
                                    row.hash()));
                }),
                broken(
                        "row: with another's hash",
                        "does not fit its hash",
                        add(TamperedTrail.withHash(appended, new byte[32]))),
                broken(
                        "row: stores other bytes for a stored message",
                        "its digest differs",
                        all(add(row(
                                trail.node,
                                next(),
                                "accepted",
                                plain,
                                "for inbox",
                                TamperedTrail.sha256(new byte[3]))))),
                unchecked(
                        "seal: with a key of its own, in the database",
                        all(
                                add(appended),
                                sealed(mine, appended, last.number() + 1, appended.seq(), last.hash()),
                                published(mine.id(), trail.node, mine.toPublicPem())),
                        "key " + new Report.Key(mine.id(), true)),
                broken(
                        "seal: after a gap",
                        "is missing",
                        all(
                                add(appended),
                                sealed(trail.key, appended, last.number() + 9, appended.seq(), last.hash()))),
                broken(
                        "seal: before the first",
                        "before the first number",
                        connection -> Seals.insert(
                                connection,
                                new Seal(
                                        trail.node,
                                        0,
                                        1,
                                        1,
                                        1,
                                        new byte[32],
                                        Seal.none(),
                                        last.at(),
                                        trail.key.id(),
                                        new byte[64]))),
                broken(
                        "seal: over nothing",
                        "covers rows",
                        connection -> Seals.insert(
                                connection,
                                new Seal(
                                                trail.node,
                                                last.number() + 1,
                                                1,
                                                next(),
                                                next() - 1,
                                                new byte[32],
                                                last.hash(),
                                                last.at(),
                                                trail.key.id(),
                                                new byte[0])
                                        .signed(trail.key))));
    }

    /** What is beside a manipulation that is found in two places. */
    private static final Map<String, List<String>> LINES = Map.of(
            "content: under an invented key, with an unsealed event of an invented node",
            List.of("no sealed event tells that it is gone", "has rows and no seal"),
            "content: under an invented key, with an unsealed event of a real node",
            List.of("no sealed event tells that it is gone", "not sealed since"),
            "destroyed: an event of an invented node (sec-forged-purge)",
            List.of("has no bytes, and no sealed purge event", "has rows and no seal"),
            "destroyed: an unsealed event of a real node",
            List.of("has no bytes, and no sealed purge event", "not sealed since"),
            "destroyed: slipped under a real batch",
            List.of("has no bytes, and no sealed purge event"),
            "hold: lifted with an unsealed event",
            List.of("no sealed event lifts it", "not sealed since"),
            "row: stores a smuggled message under an invented node",
            List.of("untold [7777777]", "has rows and no seal"));

    @TestFactory
    Stream<DynamicTest> eachManipulationIsFoundAndNothingElse() {
        var all = Stream.of(rowsOfMessages(), contents(), destruction(), holdRows(), nodes())
                .flatMap(List::stream)
                .toList();
        assertTrue(all.size() >= 25, "manipulations: " + all.size());
        return all.stream().map(one -> DynamicTest.dynamicTest(one.name(), () -> isFound(one)));
    }

    private void isFound(Manipulation one) throws SQLException {
        var report = trail.reportAfter(one.deed(), check(trail.key, other.key));
        var text = about(report);
        assertEquals(one.verdict(), report.verdict(), text);
        var words = LINES.getOrDefault(one.name(), one.words());
        for (var word : words) {
            assertTrue(text.contains(word), text);
        }
        for (var line : text.lines().toList()) {
            boolean expected = words.stream().anyMatch(line::contains)
                    || one.verdict() == Verdict.BROKEN && line.startsWith("not sealed since");
            assertTrue(expected, line);
        }
    }
}
