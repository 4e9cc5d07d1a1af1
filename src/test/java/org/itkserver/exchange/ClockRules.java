package org.itkserver.exchange;

import static org.itkserver.exchange.StoreContract.bytes;
import static org.itkserver.exchange.StoreContract.digest;
import static org.itkserver.exchange.StoreContract.event;
import static org.itkserver.exchange.StoreContract.fresh;
import static org.itkserver.exchange.StoreContract.lane;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.time.Period;
import java.util.ArrayList;
import java.util.List;
import org.itkserver.audit.AuditType;
import org.itkserver.clock.ClockStore;
import org.itkserver.clock.ClockWatch;
import org.itkserver.clock.WrongTimes;
import org.itkserver.delivery.DeliveryQueue;
import org.itkserver.delivery.Lane;
import org.itkserver.directory.Directory;
import org.itkserver.directory.Retention;
import org.itkserver.envelope.MessageBody;
import org.itkserver.retention.PurgeStore;
import org.itkserver.retention.Purger;
import org.itkserver.testing.Directories;
import org.itkserver.testing.SettableClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Clocks that jump by 40 days, two hours and ten seconds, on one node and on two: nothing is destroyed or overdue that should not
 * be, and every attempt is made within its own wait.
 */
abstract class ClockRules extends StandingRules {
    private static final Lane DEADLINES = new Lane(Lane.Kind.EXPIRE, "acknowledgements");
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Retention BRIEF = new Retention(Duration.ofMinutes(20), Period.ofDays(100));

    private long nanos;
    private final SettableClock databaseTime = new SettableClock(NOW);
    private final List<Node> nodes = new ArrayList<>();

    /** What the database knows about time, for this node or the other one. */
    protected abstract ClockStore clocks(boolean other);

    protected abstract void forgetTimes();

    /** A node with its own clock, on the database of all. */
    private final class Node {
        final SettableClock wall;
        final boolean other;
        final DeliveryQueue queue;
        final Purger purger;
        ClockWatch watch;
        Expiry expiry;

        Node(boolean other) {
            this.other = other;
            wall = new SettableClock(NOW);
            queue = other ? otherQueue() : queue();
            start();
            PurgeStore purges = other ? otherPurges() : purges();
            purger = new Purger(
                    purges,
                    store()::append,
                    ClockRules::briefly,
                    new org.itkserver.clock.SureTime() {
                        @Override
                        public java.util.Optional<Instant> now() {
                            return watch.now();
                        }

                        @Override
                        public List<WrongTimes> wrongTimes() {
                            return watch.wrongTimes();
                        }
                    },
                    () -> true,
                    new Purger.Settings(SECOND, BATCH));
        }

        void start() {
            watch = new ClockWatch(wall, () -> nanos, new Injected(clocks(other)));
            watch.look();
            expiry = new Expiry(store(), queue, watch.steady(), watch::mayExpire);
        }

        void pass(Duration step) {
            wall.forward(step);
            if (watch.look()) {
                watch.earliest().ifPresent(expiry::takeBack);
            }
            for (int i = 0; i < 4; i++) {
                purger.step();
            }
            queue.claim(DEADLINES, 100, watch.steady().instant(), LEASE).forEach(expiry::look);
        }
    }

    /** The database's clock as a test sets it; that of the embedded database is the node's. */
    private final class Injected implements ClockStore {
        private final ClockStore real;

        Injected(ClockStore real) {
            this.real = real;
        }

        @Override
        public boolean isIndependent() {
            return real.isIndependent();
        }

        @Override
        public Instant databaseTime() {
            return databaseTime.instant();
        }

        @Override
        public Known known() {
            return real.known();
        }

        @Override
        public long confirmation() {
            return real.confirmation();
        }

        @Override
        public void trust(Instant now) {
            real.trust(now);
        }

        @Override
        public long note(long number, WrongTimes times) {
            return real.note(number, times);
        }

        @Override
        public List<WrongTimes> wrongTimes() {
            return real.wrongTimes();
        }

        @Override
        public int moveWaits(Instant now) {
            return real.moveWaits(now);
        }

        @Override
        public void moveLeases(Instant from, Instant to) {
            real.moveLeases(from, to);
        }
    }

    private static Directory briefly() {
        return Directories.keeping(BRIEF, List.of());
    }

    private void nodes(int count) {
        forgetTimes();
        databaseTime.forward(Duration.between(databaseTime.instant(), NOW));
        for (int i = 0; i < count; i++) {
            nodes.add(new Node(i > 0));
        }
    }

    private void pass(Duration time) {
        var step = time.compareTo(Duration.ofMinutes(2)) < 0 ? SECOND : SECOND.multipliedBy(8);
        for (long i = 0; i < time.toSeconds(); i += step.toSeconds()) {
            nanos += step.toNanos();
            databaseTime.forward(step);
            nodes.forEach(node -> node.pass(step));
        }
    }

    /** @param all whether the database's clock and every node's jump, as on one machine, or only the first node's */
    private void jump(Duration by, boolean all) {
        nodes.get(0).wall.forward(by);
        if (all) {
            databaseTime.forward(by);
            nodes.stream().skip(1).forEach(node -> node.wall.forward(by));
        }
    }

    private long receivedAt(Instant at) {
        long id = store().nextId();
        var body = bytes("<a>" + id + "</a>");
        store().accept(new Acceptance(
                id,
                "p",
                fresh(),
                fresh(),
                "s",
                null,
                "urn:a",
                "urn:b",
                MessageState.HANDLED,
                at,
                digest(body),
                digest(body),
                null,
                AnswerKind.OK200,
                false,
                false,
                MessageBody.of(body),
                List.of(),
                null,
                MessageKind.BUSINESS,
                true,
                null,
                null,
                Change.of(List.of(event(id, AuditType.ACCEPTED)))));
        return id;
    }

    @ParameterizedTest
    @CsvSource({"P40D, 1", "P40D, 2", "-PT2H, 1", "-PT2H, 2", "PT10S, 1", "PT10S, 2"})
    void nothingIsDestroyedBeforeItsTimeAndEverythingAfterIt(Duration by, int count) {
        for (boolean all : List.of(true, false)) {
            nodes.clear();
            nodes(count);
            pass(Duration.ofSeconds(70));
            long before = receivedAt(nodes.get(0).wall.instant());
            jump(by, all);
            long during = receivedAt(nodes.get(0).wall.instant());
            pass(Duration.ofMinutes(2));
            assertTrue(hasBytes(before) && hasBytes(during), "while it is wrong");
            jump(by.negated(), all);
            pass(Duration.ofMinutes(15));
            assertTrue(hasBytes(before) && hasBytes(during), "when it is right again");
            pass(Duration.ofMinutes(5));
            assertFalse(hasBytes(before), "when its time is over");
        }
    }

    @ParameterizedTest
    @CsvSource({"P40D, 1", "P40D, 2", "-PT2H, 1", "-PT2H, 2", "PT10S, 1", "-PT10S, 2"})
    void everyAttemptIsMadeWithinItsOwnWait(Duration by, int count) {
        for (boolean all : List.of(true, false)) {
            for (boolean restart : List.of(false, true)) {
                nodes.clear();
                nodes(count);
                pass(Duration.ofSeconds(5));
                var lane = lane(Lane.Kind.SEND);
                stored(lane);
                pass(SECOND);
                var node = nodes.get(0);
                var first = node.queue.claim(lane, 1, node.watch.steady().instant(), LEASE);
                assertEquals(1, first.size(), "at once");
                var wait = Duration.ofSeconds(30);
                store().settle(Settlement.after(
                        first.get(0), node.watch.steady().instant(), wait, List.of()));
                jump(by, all);
                if (restart) {
                    nodes.forEach(Node::start);
                }
                pass(wait.plusSeconds(1));
                var again = node.queue.claim(lane, 1, node.watch.steady().instant(), LEASE);
                assertEquals(1, again.size(), "within its wait, by " + by + " all " + all + " restart " + restart);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"P40D, 1", "P40D, 2", "-PT2H, 1", "-PT2H, 2"})
    void whatComesWhileTheClockIsWrongIsTriedAtOnce(Duration by, int count) {
        nodes(count);
        pass(Duration.ofSeconds(5));
        jump(by, false);
        var lane = lane(Lane.Kind.SEND);
        var now = nodes.get(0).wall.instant();
        var message = draft(MessageKind.BUSINESS, "p", fresh()).lane(lane).build();
        store().apply(Change.of(List.of(), List.of(at(message, now))));
        pass(SECOND);
        var node = nodes.get(0);
        assertEquals(
                1,
                node.queue.claim(lane, 1, node.watch.steady().instant(), LEASE).size());
    }

    private OutboundMessage at(OutboundMessage message, Instant now) {
        var content = bytes("<x/>");
        return new Draft(message.id(), MessageKind.BUSINESS, StoreContract.partner("p"), message.trackingId(), "s", now)
                .action("urn:action")
                .content(content, digest(content))
                .lane(java.util.Objects.requireNonNull(message.lane()))
                .build();
    }

    @ParameterizedTest
    @CsvSource({"P40D, 1", "P40D, 2", "-PT2H, 1", "PT10S, 2"})
    void nothingIsOverdueBeforeItsDeadline(Duration by, int count) {
        for (boolean all : List.of(true, false)) {
            nodes.clear();
            nodes(count);
            pass(Duration.ofSeconds(65));
            var lane = lane(Lane.Kind.SEND);
            var message = due(lane, databaseTime.instant(), Duration.ofMinutes(12));
            end(nodes.get(0), lane);
            jump(by, all);
            pass(Duration.ofMinutes(4));
            jump(by.negated(), all);
            pass(Duration.ofMinutes(7));
            assertEquals(MessageState.SENT, state(message));
            pass(Duration.ofMinutes(3));
            assertEquals(MessageState.OVERDUE, state(message));
        }
    }

    private MessageState state(long message) {
        return store().message(message).orElseThrow().state();
    }

    private long due(Lane lane, Instant now, Duration deadline) {
        var content = bytes("<x/>");
        long id = store().nextId();
        var message = new Draft(id, MessageKind.BUSINESS, StoreContract.partner("p"), fresh(), "s", now)
                .action("urn:action")
                .content(content, digest(content))
                .lane(lane)
                .asks(true, false)
                .infAckDue(now.plus(deadline))
                .build();
        store().apply(Change.of(List.of(event(id, AuditType.SUBMITTED)), List.of(message)));
        return id;
    }

    private void end(Node node, Lane lane) {
        pass(SECOND);
        var work = node.queue.claim(lane, 1, node.watch.steady().instant(), LEASE);
        store().settle(ended(work.get(0), MessageState.SENT, null));
    }

    @Test
    void whatWasMarkedOverdueByAWrongClockIsTakenBack() {
        nodes(1);
        pass(Duration.ofSeconds(65));
        var lane = lane(Lane.Kind.SEND);
        var message = due(lane, databaseTime.instant(), Duration.ofMinutes(30));
        end(nodes.get(0), lane);
        // the machine starts with its clock 40 days ahead
        jump(Duration.ofDays(40), true);
        nodes.get(0).start();
        assertTrue(nodes.get(0).watch.now().isEmpty());
        pass(Duration.ofSeconds(59));
        assertEquals(MessageState.SENT, state(message), "the clock must be steady first");
        pass(Duration.ofSeconds(10));
        assertEquals(MessageState.OVERDUE, state(message));
        jump(Duration.ofDays(-40), true);
        pass(SECOND);
        assertEquals(MessageState.SENT, state(message));
        nodes.get(0).start();
        pass(Duration.ofMinutes(35));
        assertEquals(MessageState.OVERDUE, state(message), "when its deadline has passed");
        assertEquals(List.of(), store().overdueBefore(databaseTime.instant()));
    }

    @Test
    void claimsLiveOnWhenTheClockIsSetForward() {
        nodes(1);
        var lane = lane(Lane.Kind.SEND);
        stored(lane);
        pass(SECOND);
        var now = nodes.get(0).watch.steady().instant();
        assertEquals(1, queue().claim(lane, 1, now, LEASE).size());
        clocks(false).moveLeases(now, now.plus(Duration.ofDays(1)));
        assertEquals(List.of(), otherQueue().claim(lane, 1, now.plus(Duration.ofDays(1)), LEASE));
        assertEquals(
                1,
                otherQueue()
                        .claim(lane, 1, now.plus(Duration.ofDays(1)).plus(LEASE).plusSeconds(1), LEASE)
                        .size());
    }
}
