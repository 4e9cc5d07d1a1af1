package org.itkserver.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Period;
import java.time.temporal.TemporalAmount;
import java.util.List;
import org.itkserver.audit.verify.Report;
import org.itkserver.clock.SureTime;
import org.itkserver.directory.Directory;
import org.itkserver.directory.Retention;
import org.itkserver.retention.Purge;
import org.itkserver.retention.PurgeStore.Limits;
import org.itkserver.retention.PurgeStore.Place;
import org.itkserver.retention.Purger;
import org.itkserver.retention.Terms;
import org.itkserver.testing.Directories;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What was destroyed by the rules is counted; what somebody deleted is named, whatever he says of it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class PurgeVerifyContract {
    private static final Limits TWO = new Limits(2, 64 << 20);
    private static final Duration HOUR = Duration.ofHours(1);
    private static final String UNTOLD = ", has no bytes, and no sealed purge event records it";

    private Database database;
    private TamperedTrail trail;
    private JdbcPurge purges;

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
        JdbcRetentionContract.empty(database);
        trail = new TamperedTrail(database).written();
        purges = new JdbcPurge(database, trail.node);
    }

    @AfterEach
    void end() {
        trail.close();
    }

    private static Directory directory(TemporalAmount metadata) {
        return Directories.keeping(new Retention(Duration.ZERO, metadata), List.of());
    }

    private void purge(TemporalAmount metadata) {
        purges.ask("tester");
        var settings = new Purger.Settings(HOUR, TWO);
        var purger = new Purger(
                purges, trail.store, () -> directory(metadata), SureTime.of(trail.clock), () -> true, settings);
        for (int i = 0; i < 8; i++) {
            purger.step();
        }
        trail.stopped();
    }

    private static void bad(Report.Node node, long seq, String words) {
        var first = node.first();
        assertNotNull(first, "nothing was found, but: " + words);
        assertEquals(seq, first.seq(), first.problem());
        assertTrue(first.problem().contains(words), first.problem());
    }

    private static void intact(Report.Node node, int purged) {
        assertNull(node.first(), () -> String.valueOf(node.first()));
        assertEquals(purged, node.purged());
    }

    @Test
    void whatTheRulesDestroyedIsCounted() {
        purge(Period.ofYears(8));
        var node = trail.verify();
        intact(node, 4);
        assertEquals(14, node.rows());
    }

    @Test
    void rowsMayGoAtOnceWithTheirBytes() {
        purge(Duration.ZERO);
        intact(trail.verify(), 4);
        var report = trail.report(trail.check(List.of()));
        assertTrue(report.isIntact(), report.toString());
    }

    @Test
    void bytesThatSomebodyDeletedAreNamed() throws SQLException {
        trail.stopped();
        var deed = trail.sql(
                "delete from message_part where message_id in (select message_id from audit_event where node = ?)",
                "update message set purged_at = received_at, purge_batch = 1"
                        + " where id in (select message_id from audit_event where node = ?)");
        bad(trail.after(deed), 2, UNTOLD);
        var withLeaves = "insert into destroyed_message (message_id, kind, batch, raw_sha256)"
                + " select id, 'content', 1, raw_sha256 from message"
                + " where id in (select message_id from audit_event where node = ?)";
        bad(
                trail.after(connection -> {
                    deed.run(connection);
                    trail.sql(withLeaves).run(connection);
                }),
                2,
                UNTOLD);
    }

    @Test
    void aMessageThatIsSlippedUnderARealBatchIsNamed() throws SQLException {
        purge(Period.ofYears(8));
        trail.restart();
        long id = trail.accept("later");
        trail.stopped();
        var slipped = "insert into destroyed_message (message_id, kind, batch, raw_sha256)"
                + " select id, 'content', (select max(batch) from destroyed_message), raw_sha256 from message where id = "
                + id;
        var node = trail.after(trail.sql(
                "delete from message_part where message_id = " + id,
                "update message set purged_at = received_at where id = " + id,
                slipped));
        // the whole batch does not fit its event any more
        bad(node, 8, UNTOLD);
        assertEquals(3, node.findings());
    }

    @Test
    void aRowThatSomebodyDeletedIsNamed() throws SQLException {
        purge(Period.ofYears(8));
        var deed = trail.sql(
                "delete from message where id in" + " (select message_id from audit_event where node = ? and seq = 5)");
        bad(trail.after(deed), 5, "is gone, and no sealed purge event records it");
    }

    @Test
    void aBatchThatIsHalfDoneIsNothingBad() throws SQLException {
        purges.ask("tester");
        var claim = purges.claim(trail.clock.instant(), HOUR, HOUR).orElseThrow();
        var terms = new Terms(directory(Period.ofYears(8)), trail.clock.instant());
        var batch = purges.choose(claim, Purge.CONTENT, terms, Place.START, TWO).batch();
        assertNotNull(batch);
        intact(trail.verify(), 0);
        // told, and cut before anything was destroyed
        var purger = new Purger(
                purges,
                event -> {
                    trail.store.append(event);
                    throw new IllegalStateException("cut");
                },
                () -> directory(Period.ofYears(8)),
                SureTime.of(trail.clock),
                () -> true,
                new Purger.Settings(HOUR, TWO));
        trail.clock.forward(HOUR);
        for (int i = 0; i < 3; i++) {
            try {
                purger.step();
            } catch (IllegalStateException e) {
                break;
            }
        }
        intact(trail.verify(), 0);
        purge(Period.ofYears(8));
        intact(trail.verify(), 4);
    }
}
