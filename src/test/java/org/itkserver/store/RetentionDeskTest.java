package org.itkserver.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.itkserver.audit.AuditEvent;
import org.itkserver.audit.AuditType;
import org.itkserver.clock.ClockStatus;
import org.itkserver.clock.TimeDesk;
import org.itkserver.directory.Retention;
import org.itkserver.retention.AuditedDesk;
import org.itkserver.retention.Hold;
import org.itkserver.retention.RetentionDesk;
import org.itkserver.retention.RetentionDesk.By;
import org.itkserver.retention.RetentionDesk.Result;
import org.itkserver.testing.Directories;
import org.itkserver.testing.SettableClock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What people do about retention, and what the trail tells of it. */
class RetentionDeskTest {
    private static final By ANN = new By("ann", "127.0.0.1");
    private static final Hold.What LETTERS = new Hold.Window("gp-system", "SendDocument-v1-0", null, null);

    @TempDir
    Path folder;

    private final SettableClock clock = new SettableClock();
    private final List<AuditEvent> told = new ArrayList<>();
    private final TimeDesk time = new TimeDesk() {
        @Override
        public ClockStatus status() {
            return status;
        }

        @Override
        public void confirm(AuditEvent event) {
            told.add(event);
        }
    };
    private ClockStatus status = ClockStatus.RIGHT;
    private Database database;
    private RetentionDesk desk;

    @BeforeEach
    void open() {
        database = MigratedDatabase.of(DatabaseSettings.embedded(folder.resolve("itk")));
        var directory = Directories.keeping(Retention.DEFAULT, List.of());
        desk = new AuditedDesk(
                new JdbcStock(database),
                new JdbcHolds(database, told::add),
                new JdbcPurge(database, "here"),
                told::add,
                () -> directory,
                clock,
                Duration.ofHours(1),
                time);
    }

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void aClockThatIsSetBackKeepsNoOldFigures() {
        var sizes = desk.sizes();
        var due = desk.due();
        assertEquals(sizes, desk.sizes(), "kept for a while");
        clock.set(Duration.ofHours(-2));
        assertEquals(clock.instant(), desk.sizes().at());
        assertTrue(desk.due().at().isBefore(due.at()));
    }

    @Test
    void aHoldIsSetAndLiftedWithItsEvents() {
        var set = assertInstanceOf(Result.Done.class, desk.setHold(LETTERS, "claim", "CASE-7", ANN));
        assertEquals(List.of(set.id()), desk.holds().stream().map(Hold::id).toList());
        assertInstanceOf(Result.Done.class, desk.liftHold(set.id(), "closed", new By("bob", "127.0.0.1")));
        assertTrue(desk.holds().isEmpty());
        assertEquals("closed", desk.newestHolds(5).get(0).liftedReason());
        assertInstanceOf(Result.Refused.class, desk.liftHold(set.id(), "closed", ANN));
        assertInstanceOf(Result.Refused.class, desk.liftHold(99, "closed", ANN));
        assertEquals(
                List.of(AuditType.HOLD_SET, AuditType.HOLD_LIFTED),
                told.stream().map(AuditEvent::type).toList());
        assertEquals(
                "hold " + set.id()
                        + " on partner gp-system, service SendDocument-v1-0, from any to any, reference CASE-7:"
                        + " claim",
                told.get(0).detail());
    }

    @Test
    void aHoldNeedsAReasonAndAReference() {
        assertInstanceOf(Result.Refused.class, desk.setHold(LETTERS, " ", "CASE-7", ANN));
        assertInstanceOf(Result.Refused.class, desk.setHold(LETTERS, "claim", "", ANN));
        assertInstanceOf(Result.Refused.class, desk.setHold(LETTERS, "x".repeat(201), "CASE-7", ANN));
        assertInstanceOf(Result.Refused.class, desk.liftHold(1, "", ANN));
        assertTrue(told.isEmpty() && desk.newestHolds(5).isEmpty());
    }

    @Test
    void theTrailSaysNothingThatTellsWhoAPatientIs() {
        desk.setHold(new Hold.OnePatient(new byte[16]), "claim", "CASE-7", ANN);
        assertTrue(
                told.get(0).detail().contains(" on the messages of a patient, "),
                told.get(0).detail());
    }

    @Test
    void aRunIsAskedForOnce() {
        assertEquals(clock.instant().plus(Duration.ofHours(1)), desk.nextRun());
        assertInstanceOf(Result.Done.class, desk.runNow(ANN));
        assertInstanceOf(Result.Refused.class, desk.runNow(ANN));
        assertEquals(AuditType.RETENTION_REQUESTED, told.get(0).type());
        assertEquals(1, told.size());
        assertTrue(desk.runs(5).isEmpty());
        assertEquals(Retention.DEFAULT, desk.policy("SendDocument-v1-0"));
    }

    @Test
    void theTimeIsConfirmedOnlyWhenThatIsNeededAndHelps() {
        assertInstanceOf(Result.Refused.class, desk.confirmTime("the speaking clock", ANN));
        status = new ClockStatus(Duration.ZERO, Duration.ofHours(1), null, null);
        assertInstanceOf(Result.Refused.class, desk.confirmTime("the speaking clock", ANN), "the clocks disagree");
        status = new ClockStatus(Duration.ofDays(40), Duration.ZERO, null, Duration.ofHours(24));
        assertInstanceOf(Result.Refused.class, desk.confirmTime(" ", ANN));
        assertTrue(told.isEmpty());
        assertInstanceOf(Result.Done.class, desk.confirmTime("the speaking clock", ANN));
        assertEquals(AuditType.CLOCK_CONFIRMED, told.get(0).type());
        assertEquals(
                "the time is right, compared with the speaking clock; before: The clock was set forward by about 40 days."
                        + " Nothing is destroyed until the clock has been steady for another 24 hours, or an administrator"
                        + " confirms the time.",
                told.get(0).detail());
    }

    @Test
    void figuresAreUpToAMinuteOld() {
        var sizes = desk.sizes();
        var due = desk.due();
        assertFalse(due.more());
        clock.forward(Duration.ofSeconds(59));
        assertSame(sizes, desk.sizes());
        assertSame(due, desk.due());
        clock.forward(Duration.ofSeconds(1));
        assertEquals(clock.instant(), desk.sizes().at());
        assertEquals(clock.instant(), desk.due().at());
    }
}
