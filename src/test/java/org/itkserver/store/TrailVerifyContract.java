package org.itkserver.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.itkserver.audit.Anchor;
import org.itkserver.audit.AuditType;
import org.itkserver.audit.MerkleTree;
import org.itkserver.audit.RowHash;
import org.itkserver.audit.Seal;
import org.itkserver.audit.SealKey;
import org.itkserver.audit.StoredRow;
import org.itkserver.audit.verify.Check;
import org.itkserver.audit.verify.Report;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Whatever is done to a trail, the check names the first bad row; and a trail that nobody touched is intact. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class TrailVerifyContract {
    private Database database;
    private TamperedTrail trail;

    abstract DatabaseSettings settings();

    @BeforeAll
    void open() {
        database = MigratedDatabase.of(settings());
    }

    @AfterAll
    void shut() {
        database.close();
    }

    @BeforeEach
    void write() {
        trail = new TamperedTrail(database).written().stopped();
    }

    @AfterEach
    void end() {
        trail.close();
    }

    private static void bad(Report.Node node, long seq, String words) {
        var first = node.first();
        assertNotNull(first, "nothing was found, but: " + words);
        assertEquals(seq, first.seq(), first.problem());
        assertTrue(first.problem().contains(words), first.problem());
    }

    private static void unchecked(Report.Node node, String keyId) {
        assertNull(node.first(), () -> String.valueOf(node.first()));
        assertEquals(
                List.of(keyId), node.unconfirmed().stream().map(Report.Key::id).toList());
        assertFalse(node.isIntact());
    }

    private void intact(Report.Node node) {
        assertNull(node.first(), () -> String.valueOf(node.first()));
    }

    @Test
    void anUntouchedTrailIsIntact() {
        var node = trail.verify(trail.anchors().get(0));
        intact(node);
        assertEquals(12, node.rows());
        assertEquals(4, node.messages());
        assertEquals(1, node.anchors());
        assertEquals(0, node.unsealed());
        assertTrue(node.seals() >= 4, "seals: " + node.seals());
    }

    @Test
    void everyColumnOfARowCounts() throws SQLException {
        var changes = Map.ofEntries(
                Map.entry("node", "'elsewhere'"),
                Map.entry("seq", "900"),
                Map.entry("version", "1"),
                Map.entry("at", "at + interval '1' second"),
                Map.entry("type", "'refused'"),
                Map.entry("message_id", "message_id + 1"),
                Map.entry("tracking_id", "'T'"),
                Map.entry("partner", "null"),
                Map.entry("service", "''"),
                Map.entry("actor", "'b'"),
                Map.entry("source", "'127.0.0.2'"),
                Map.entry("error_code", "'2100'"),
                Map.entry("error_id", "'f'"),
                Map.entry("detail", "detail || ' '"),
                Map.entry("digest", "raw"),
                Map.entry("hash", "raw"));
        for (var change : changes.entrySet()) {
            var value = change.getValue().equals("raw")
                    ? "cast('0123456789abcdef0123456789abcdef' as bytea)"
                    : change.getValue();
            var sql = "update audit_event set " + change.getKey() + " = " + value + " where node = ? and seq = 5";
            var node = trail.after(trail.sql(sql));
            assertNotNull(node.first(), change.getKey());
            assertEquals(5, node.first().seq(), change.getKey() + ": " + node.first());
        }
        intact(trail.verify());
    }

    @Test
    void everyColumnOfASealCounts() throws SQLException {
        var seals = trail.seals();
        for (var seal : List.of(seals.get(1), seals.get(seals.size() - 1))) {
            for (var change : List.of(
                    "seal_no = seal_no + 90",
                    "version = 2",
                    "first_seq = first_seq + 1",
                    "last_seq = last_seq - 1",
                    "root = prev",
                    "prev = root",
                    "at = at + interval '1' second",
                    "key_id = 'another'",
                    "signature = root")) {
                var sql = "update audit_seal set " + change + " where node = ? and seal_no = " + seal.number();
                var node = trail.after(trail.sql(sql));
                if (node.first() == null) {
                    // under an unknown key nothing can be wrong, and nothing is proven
                    assertEquals("key_id = 'another'", change);
                    unchecked(node, "another");
                    continue;
                }
                assertEquals(seal.firstSeq(), node.first().seq(), change + " of " + seal.number() + node.first());
            }
        }
    }

    @Test
    void aRowWithAHashOfItsOwnIsNotWhatWasSealed() throws SQLException {
        var node = trail.after(connection -> TamperedTrail.replace(
                connection, TamperedTrail.forged(trail.rows().get(6), "nothing")));
        bad(node, trail.sealStart(7), "what seal");
    }

    @Test
    void aDeletedRowIsMissed() throws SQLException {
        bad(trail.after(trail.sql("delete from audit_event where node = ? and seq = 4")), 4, "row 4 is missing");
        var many = trail.sql("delete from audit_event where node = ? and seq between 2 and 9");
        bad(trail.after(many), 2, "rows 2 to 9 are missing");
        bad(trail.after(trail.sql("delete from audit_event where node = ? and seq = 1")), 1, "row 1 is missing");
        bad(trail.after(trail.sql("delete from audit_event where node = ?")), 1, "rows 1 to 12 are missing");
    }

    @Test
    void aDeletedSealIsMissed() throws SQLException {
        long second = trail.seals().get(1).firstSeq();
        bad(
                trail.after(trail.sql("delete from audit_seal where node = ? and seal_no = 2")),
                second,
                "seal 2 is missing");
    }

    @Test
    void aDeletedTailIsMissedByItsSealsOrElseByAnAnchor() throws SQLException {
        var rows = trail.sql("delete from audit_event where node = ? and seq > 9");
        bad(trail.after(rows), 10, "are missing");

        long from = trail.sealStart(10);
        var both = trail.sql(
                "delete from audit_event where node = ? and seq >= " + from,
                "delete from audit_seal where node = ? and last_seq >= " + from);
        intact(trail.after(both));
        bad(trail.after(both, trail.anchors().get(0)), from, "an anchor noted seal");
        var all = trail.sql("delete from audit_event where node = ?", "delete from audit_seal where node = ?");
        bad(trail.after(all, trail.anchors().get(0)), 1, "an anchor noted seal");
    }

    @Test
    void withoutSealsATrailIsNotTaken() throws SQLException {
        var gone = trail.sql("delete from audit_seal where node = ?");
        bad(trail.after(gone), 1, "has rows and no seal");
        bad(trail.after(gone, trail.anchors().get(0)), 1, "");
    }

    @Test
    void rowsThatWaitedLongForTheirSealAreNotCheckedAndNotBroken() {
        trail.restart();
        trail.append("sealed");
        trail.append("one");
        trail.store.abandon();
        trail.clock.forward(Duration.ofSeconds(59));
        intact(trail.verify());
        trail.clock.forward(Duration.ofSeconds(2));
        var late = trail.verify();
        assertNull(late.first(), () -> String.valueOf(late.first()));
        assertEquals(TamperedTrail.NOW.plusSeconds(8), late.unsealedSince());
        assertFalse(late.isIntact());
        assertEquals(
                Report.Verdict.NOT_CHECKED, trail.report(trail.check(List.of())).verdict());
        trail.restart();
        trail.append("goes on");
        trail.stopped();
        intact(trail.verify());
    }

    @Test
    void swappedRowsAreFound() throws SQLException {
        var swap = trail.sql(
                "update audit_event set seq = 900 where node = ? and seq = 4",
                "update audit_event set seq = 4 where node = ? and seq = 6",
                "update audit_event set seq = 6 where node = ? and seq = 900");
        bad(trail.after(swap), 4, "does not fit its hash");
    }

    @Test
    void anInsertedRowIsFound() throws SQLException {
        var columns = "version, at, type, actor, detail, hash";
        var copy = "insert into audit_event (node, seq, " + columns + ") select node, %d, " + columns
                + " from audit_event where node = ? and seq = 3";
        bad(trail.after(trail.sql(copy.formatted(13))), 13, "does not fit its hash");
        bad(trail.after(trail.sql(copy.formatted(0))), 0, "before the first number");
        var between = trail.sql(
                "update audit_event set seq = -seq where node = ? and seq >= 7",
                "update audit_event set seq = 1 - seq where node = ? and seq < 0",
                copy.formatted(7));
        bad(trail.after(between), 7, "does not fit its hash");
    }

    @Test
    void anotherPayloadIsFound() throws SQLException {
        var message = trail.rows().get(4).message();
        var other = trail.rows().get(7).message();
        var part = "update message_part set bytes = (select p.bytes from message_part p where p.message_id = " + other
                + ") where message_id = " + message;
        var digest = "update message set raw_sha256 = (select m.raw_sha256 from message m where m.id = " + other
                + ") where id = " + message;
        bad(trail.after(trail.sql(part)), 5, "has other bytes");
        bad(trail.after(trail.sql(digest)), 5, "its digest differs");
        bad(trail.after(trail.sql(part, digest)), 5, "its digest differs");
        bad(trail.after(trail.sql("delete from message_part where message_id = " + message)), 5, "lost its bytes");
        bad(trail.after(trail.sql("delete from message where id = " + message)), 5, "is gone");
    }

    @Test
    void aMessageOfWhichNoEventTellsIsFound() throws SQLException {
        var message = trail.rows().get(4).message();
        long smuggled = trail.store.nextId() + 900_000;
        trail.done(trail.sql(
                "insert into message (id, direction, partner, tracking_id, message_id, service, addresses, state,"
                        + " received_at, digest, raw_sha256, raw_size, inf_ack_requested, ack_requested) select "
                        + smuggled + ", direction, 'smuggler', tracking_id, message_id, service, addresses, state,"
                        + " received_at, digest, raw_sha256, raw_size, inf_ack_requested, ack_requested"
                        + " from message where id = " + message));
        var all = new Check(
                Map.of(trail.key.id(), trail.key.publicKey()), List.of(), false, null, null, trail.clock.instant(), 2);
        assertEquals(List.of(smuggled), trail.report(all).unrecorded());
        trail.done(trail.sql("delete from message where id = " + smuggled));
    }

    @Test
    void aRestoredBackupIsFoundByAnAnchor() throws SQLException {
        var anchor = trail.anchors().get(0);
        long from = trail.sealStart(8);
        trail.done(trail.sql(
                "delete from message where id in (select message_id from audit_event where node = ? and seq >= " + from
                        + ")",
                "delete from audit_event where node = ? and seq >= " + from,
                "delete from audit_seal where node = ? and last_seq >= " + from));
        bad(trail.verify(anchor), from, "an anchor noted seal");

        trail.restart();
        trail.written().written().stopped();
        intact(trail.verify());
        var node = trail.verify(anchor);
        assertNotNull(node.first());
        assertEquals(
                trail.seals().get((int) anchor.seal() - 1).firstSeq(),
                node.first().seq());
        assertTrue(node.first().problem().contains("is not the one that an anchor noted"));
    }

    @Test
    void aForgeryWithoutTheKeyIsFound() throws SQLException {
        var other = SealKey.generate();
        long from = trail.sealStart(6);
        unchecked(trail.after(trail.forgery(6, other, other.id())), other.id());
        bad(trail.after(trail.forgery(6, other, trail.key.id())), from, "signature of seal");
        bad(trail.after(trail.forgery(1, other, trail.key.id())), 1, "signature of seal");
        intact(trail.after(trail.forgery(6, trail.key, trail.key.id())));
        bad(
                trail.after(
                        trail.forgery(6, trail.key, trail.key.id()),
                        trail.anchors().get(0)),
                trail.seals().get(trail.seals().size() - 1).firstSeq(),
                "an anchor noted");
    }

    @Test
    void aServerKilledBeforeItsSealGoesOn() {
        trail.restart();
        trail.append("one");
        trail.append("two");
        trail.store.abandon();
        var killed = trail.verify();
        intact(killed);
        assertTrue(killed.unsealed() > 0);

        trail.restart();
        trail.append("three");
        trail.stopped();
        var after = trail.verify(trail.anchors().get(0));
        intact(after);
        assertEquals(15, after.rows());
        assertEquals(0, after.unsealed());
    }

    @Test
    void aNewKeyGoesOnWhereTheOldOneEnded() throws SQLException {
        var next = SealKey.generate();
        try (var store = new JdbcMessageStore(database, trail.node, next, trail.clock)) {
            store.append(org.itkserver.audit.AuditEvent.ofServer(
                    TamperedTrail.NOW, org.itkserver.audit.AuditType.ALERT, "new key"));
        }
        var unknown = trail.verify();
        unchecked(unknown, next.id());
        assertTrue(unknown.unconfirmed().get(0).inDatabase(), "a server keeps its public key in the database");
        var anchored = new Anchor(TamperedTrail.NOW, "elsewhere", 1, 1, "00".repeat(32), next.id());
        intact(trail.verify(anchored));
        var both = new Check(
                Map.of(trail.key.id(), trail.key.publicKey(), next.id(), next.publicKey()),
                List.of(),
                true,
                null,
                trail.node,
                trail.clock.instant(),
                1);
        intact(trail.report(both).nodes().get(0));
    }

    @Test
    void aPartOfATrailIsCheckedFromASealOn() throws SQLException {
        var since = new Check(
                Map.of(trail.key.id(), trail.key.publicKey()),
                trail.anchors(),
                true,
                TamperedTrail.NOW.plusSeconds(5),
                trail.node,
                trail.clock.instant(),
                2);
        var part = trail.report(since).nodes().get(0);
        intact(part);
        assertTrue(part.firstSeq() > 1 && part.rows() < 12, part.toString());
        assertEquals(12, part.firstSeq() + part.rows() - 1);
    }

    @Test
    void rowsOfTheFirstVersionStillVerify() throws SQLException {
        var old = new TamperedTrail(database);
        try (old) {
            var form = trail.rows().get(0);
            for (long seq = 1; seq <= 3; seq++) {
                var row = new StoredRow(
                        old.node,
                        seq,
                        1,
                        form.at(),
                        "warning",
                        null,
                        null,
                        null,
                        null,
                        "a",
                        null,
                        null,
                        null,
                        "d",
                        null,
                        null,
                        new byte[0]);
                var hashed = TamperedTrail.withHash(row, RowHash.of(row));
                old.done(connection -> insert(connection, hashed));
            }
            old.append("new form");
            old.stopped();
            var node = old.verify();
            intact(node);
            assertEquals(4, node.rows());
            assertEquals(0, node.unsealed());
        }
    }

    private static void insert(java.sql.Connection connection, StoredRow row) throws SQLException {
        try (var insert = connection.prepareStatement(
                "insert into audit_event (node, seq, version, at, type, actor, detail, hash)"
                        + " values (?, ?, ?, ?, ?, ?, ?, ?)")) {
            insert.setString(1, row.node());
            insert.setLong(2, row.seq());
            insert.setInt(3, row.version());
            insert.setObject(4, Database.utc(row.at()));
            insert.setString(5, row.type());
            insert.setString(6, row.actor());
            insert.setString(7, row.detail());
            insert.setBytes(8, row.hash());
            insert.executeUpdate();
        }
    }

    @Test
    void rowsThatAnotherWritesWhileTheServerRunsRaiseAnAlert() throws SQLException {
        trail.restart();
        trail.append("ours");
        var row = new StoredRow(
                trail.node,
                14,
                2,
                TamperedTrail.NOW,
                "warning",
                null,
                null,
                null,
                null,
                "a",
                null,
                null,
                null,
                "d",
                null,
                null,
                new byte[0]);
        trail.done(connection -> insert(connection, TamperedTrail.withHash(row, RowHash.of(row))));
        trail.append("ours too");
        trail.stopped();
        assertTrue(trail.rows().stream().anyMatch(r -> r.type().equals("alert")), "no alert");
        bad(trail.verify(), 16, "rows before this one were not written by this server");
    }

    /** The server seals these in their own commit, so one without a seal is not its own. */
    @Test
    void aProofThatWasPutInWhileTheServerWasStoppedIsNoted() throws SQLException {
        for (var type : AuditType.sealedAtOnce()) {
            try (var other = new TamperedTrail(database).written().stopped()) {
                for (int version = 2; version <= 3; version++) {
                    var row = TamperedTrail.withHash(row(other.node, 13, version, type), new byte[0]);
                    var hashed = TamperedTrail.withHash(row, RowHash.of(row));
                    other.done(connection -> {
                        other.sql("delete from audit_event where node = ? and seq >= 13")
                                .run(connection);
                        insert(connection, hashed);
                    });
                    other.restart();
                    other.append("goes on");
                    other.stopped();
                    bad(other.verify(), 15, "not written by this server");
                    other.done(other.sql(
                            "delete from audit_event where node = ? and seq >= 13",
                            "delete from audit_seal where node = ? and last_seq >= 13"));
                }
            }
        }
    }

    @Test
    void whatAKilledServerLeftIsItsOwn() {
        trail.restart();
        trail.append("sealed");
        trail.append("not sealed");
        trail.accept("a letter that is not sealed");
        trail.store.abandon();
        trail.restart();
        trail.append("goes on");
        trail.stopped();
        intact(trail.verify());
    }

    @Test
    void aSealThatWasPutInWhileTheServerWasStoppedIsNoted() throws SQLException {
        var last = trail.seals().get(trail.seals().size() - 1);
        var row = row(trail.node, 13, 3, "warning");
        var hashed = TamperedTrail.withHash(row, RowHash.of(row));
        var tree = new MerkleTree();
        tree.add(hashed.hash());
        var forged = new Seal(
                        trail.node,
                        last.number() + 1,
                        1,
                        13,
                        13,
                        tree.root(),
                        last.hash(),
                        last.at(),
                        trail.key.id(),
                        new byte[0])
                .signed(SealKey.generate());
        trail.done(connection -> {
            insert(connection, hashed);
            Seals.insert(connection, forged);
        });
        bad(trail.verify(), 13, "the signature of seal");
        trail.restart();
        trail.append("goes on");
        trail.stopped();
        bad(trail.verify(), 15, "not made with this server's key");
    }

    private static StoredRow row(String node, long seq, int version, String type) {
        return new StoredRow(
                node,
                seq,
                version,
                TamperedTrail.NOW,
                type,
                null,
                null,
                null,
                null,
                "a",
                null,
                null,
                null,
                "d",
                null,
                null,
                new byte[0]);
    }

    @Test
    void aSealThatAnotherWroteDoesNotStopTheServerAndIsNamed() throws SQLException {
        trail.restart();
        trail.append("ours");
        var last = trail.seals().get(trail.seals().size() - 1);
        var other = SealKey.generate();
        var forged = new Seal(
                        trail.node,
                        last.number() + 1,
                        1,
                        last.lastSeq() + 1,
                        last.lastSeq() + 1,
                        new byte[32],
                        last.hash(),
                        last.at(),
                        trail.key.id(),
                        new byte[0])
                .signed(other);
        trail.done(connection -> Seals.insert(connection, forged));
        trail.clock.forward(Duration.ofSeconds(5));
        trail.append("goes on");
        trail.append("and on");
        trail.stopped();
        assertEquals(last.lastSeq() + 1, trail.verify().first().seq());
    }

    @Test
    void twoNodesHaveATrailEach() {
        try (var other = new TamperedTrail(database).written().stopped()) {
            intact(trail.verify());
            intact(other.verify());
            var anchors =
                    List.<Anchor>of(trail.anchors().get(0), other.anchors().get(0));
            var both = new Check(
                    Map.of(trail.key.id(), trail.key.publicKey(), other.key.id(), other.key.publicKey()),
                    anchors,
                    true,
                    null,
                    null,
                    trail.clock.instant(),
                    2);
            var report = trail.report(both);
            for (var node : report.nodes()) {
                if (node.node().equals(trail.node) || node.node().equals(other.node)) {
                    intact(node);
                    assertEquals(1, node.anchors());
                }
            }
        }
    }
}
