package org.itkserver.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.itkserver.audit.MerkleTree;
import org.itkserver.audit.RowHash;
import org.itkserver.audit.Seal;
import org.itkserver.audit.SealKey;
import org.itkserver.audit.StoredRow;
import org.itkserver.audit.verify.Report;
import org.itkserver.audit.verify.Report.Verdict;
import org.itkserver.retention.KeyStore;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * What can be done to a database with the rights of the application's role: everything to messages, contents, holds and keys, and
 * adding to the trail. Each manipulation is found, and nothing else is reported.
 */
abstract class ManipulationContract extends ManipulationSetting {
    @Test
    void anUnchangedTrailIsIntact() throws SQLException {
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
        out.add(broken("message: put in without an event", "unrecorded [7777777]", smuggled()));
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
            List.of("no sealed event records that it is gone", "has rows and no seal"),
            "content: under an invented key, with an unsealed event of a real node",
            List.of("no sealed event records that it is gone", "not sealed since"),
            "destroyed: an event of an invented node (sec-forged-purge)",
            List.of("has no bytes, and no sealed purge event", "has rows and no seal"),
            "destroyed: an unsealed event of a real node",
            List.of("has no bytes, and no sealed purge event", "not sealed since"),
            "destroyed: slipped under a real batch",
            List.of("has no bytes, and no sealed purge event"),
            "hold: lifted with an unsealed event",
            List.of("no sealed event lifts it", "not sealed since"),
            "row: stores a smuggled message under an invented node",
            List.of("unrecorded [7777777]", "has rows and no seal"));

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
