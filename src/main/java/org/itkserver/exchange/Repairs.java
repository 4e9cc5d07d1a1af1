package org.itkserver.exchange;

import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.itkserver.audit.AuditEvent;
import org.itkserver.audit.AuditType;
import org.itkserver.delivery.Lane;
import org.itkserver.directory.AckDeadlines;
import org.itkserver.directory.Directory;
import org.itkserver.directory.Service;
import org.jspecify.annotations.Nullable;

/**
 * What people do with messages that need them: send again, try again, give up, mark as seen. Each is one commit with its
 * audit event and takes effect only when the message is in a state for it. Thread-safe. All methods throw
 * {@link org.itkserver.audit.StoreUnavailable} when it could not be made durable.
 */
public final class Repairs {
    private static final String UNKNOWN = "There is no such message";
    private static final String TOO_LATE = "Somebody else did something with it at the same time";
    private static final String DESTROYED = "Its content was destroyed when its time was over";
    private static final int LONGEST_REASON = 200;

    private final MessageStore store;
    private final Supplier<Directory> directory;
    private final Clock clock;
    private final Runnable wakeWorkers;

    public Repairs(MessageStore store, Supplier<Directory> directory, Clock clock, Runnable wakeWorkers) {
        this.store = store;
        this.directory = directory;
        this.clock = clock;
        this.wakeWorkers = wakeWorkers;
    }

    /** What can be done. */
    public enum Action {
        /** Send a message of ours again. */
        RESEND,
        /** Give a received message to its handlers again. */
        RETRY,
        /** Do nothing more for a message. */
        GIVE_UP,
        /** Mark an acknowledgement that matches nothing. */
        SEEN
    }

    /**
     * Who wants something, and why.
     *
     * @param person as in the audit trail
     * @param source network address
     * @param why one of a list of reasons, with a reference; nothing about a patient
     */
    public record By(String person, String source, String why) {}

    /** What came of it. */
    public sealed interface Result {
        /** It is done, durably. */
        record Done() implements Result {}

        /**
         * Nothing was changed.
         *
         * @param why a sentence without its full stop
         */
        record Refused(String why) implements Result {}
    }

    /** What can be done with a message just now; empty when there is no such message. */
    public Set<Action> possible(long id) {
        var out = EnumSet.noneOf(Action.class);
        store.message(id).ifPresent(message -> {
            var remaining = store.remaining(id);
            for (var action : Action.values()) {
                if (problem(action, message, remaining).isEmpty()) {
                    out.add(action);
                }
            }
        });
        return out;
    }

    /** Sends a message of ours again: the same bytes and tracking id. */
    public Result resend(long id, By by) {
        return resend(id, by, null);
    }

    /** @param item the item of a bulk resend that this is, null for none */
    Result resend(long id, By by, Repair.@Nullable Item item) {
        var message = store.message(id).orElse(null);
        if (message == null) {
            return new Result.Refused(UNKNOWN);
        }
        var problem = problem(Action.RESEND, message, store.remaining(id));
        var lane = lane(message);
        if (problem.isPresent() || lane.isEmpty()) {
            return new Result.Refused(problem.orElse(UNKNOWN));
        }
        var detail = "to " + lane.get().name() + (item == null ? "" : ", bulk resend " + item.job()) + ": " + by.why();
        var deadlines = deadlines(message);
        boolean forward = message.kind() == MessageKind.FORWARD;
        return done(new Repair.Resend(
                id,
                lane.get(),
                deadlines.infrastructure(),
                deadlines.business(),
                forward ? message.origin() : null,
                item,
                event(AuditType.RESENDING, message, by, detail)));
    }

    /** Gives a received message again to the handlers that did not take it. */
    public Result retry(long id, By by) {
        return with(
                Action.RETRY, id, message -> new Repair.Retry(id, event(AuditType.RETRYING, message, by, by.why())));
    }

    /** Gives a message up. */
    public Result giveUp(long id, By by) {
        var why = by.why().substring(0, Math.min(by.why().length(), LONGEST_REASON));
        return with(
                Action.GIVE_UP,
                id,
                message ->
                        new Repair.GiveUp(id, Repair.GIVEN_UP + why, event(AuditType.GIVEN_UP, message, by, by.why())));
    }

    /** Marks an acknowledgement that matches nothing as seen. */
    public Result seen(long id, By by) {
        return with(Action.SEEN, id, message -> new Repair.Seen(id, event(AuditType.ACK_SEEN, message, by, by.why())));
    }

    private Result with(Action action, long id, java.util.function.Function<MessageRecord, Repair> repair) {
        var message = store.message(id).orElse(null);
        if (message == null) {
            return new Result.Refused(UNKNOWN);
        }
        var problem = problem(action, message, store.remaining(id));
        return problem.isPresent() ? new Result.Refused(problem.get()) : done(repair.apply(message));
    }

    private Result done(Repair repair) {
        if (!store.repair(repair)) {
            return new Result.Refused(TOO_LATE);
        }
        wakeWorkers.run();
        return new Result.Done();
    }

    /** Why something cannot be done; what is empty here may still come too late. */
    private Optional<String> problem(Action action, MessageRecord message, Remaining remaining) {
        var problems = new ArrayList<String>();
        switch (action) {
            case RESEND -> {
                check(problems, message.inbound(), "It was received, not sent by this server");
                check(problems, message.destroyedAt() != null, DESTROYED);
                check(problems, remaining.waits(), "It waits to be sent already");
                check(
                        problems,
                        problems.isEmpty() && lane(message).isEmpty(),
                        "Partner " + message.partner() + " has no endpoint for it");
            }
            case RETRY -> {
                check(problems, !message.inbound(), "It was not received");
                check(problems, message.destroyedAt() != null, DESTROYED);
                check(problems, !isBad(message.state()), "It is neither a dead letter nor rejected");
                check(problems, !remaining.refusedByHandler(), "No handler has it to try again");
                check(
                        problems,
                        problems.isEmpty() && isAnsweredElsewhere(message),
                        "Its sender got a fault at its callback address and has to ask again");
            }
            case GIVE_UP -> {
                boolean open = message.state() == MessageState.DEAD_LETTER || message.state() == MessageState.OVERDUE;
                check(problems, !open, "It is neither a dead letter nor overdue");
                check(problems, remaining.isClaimed(clock.instant()), "It is being worked on just now");
            }
            case SEEN -> {
                boolean ack = message.inbound() && message.kind().isAcknowledgement();
                check(
                        problems,
                        !ack || message.origin() != null,
                        "It is no acknowledgement that matches nothing we sent");
                check(problems, remaining.seen(), "It is marked already");
            }
        }
        return problems.stream().findFirst();
    }

    private static void check(List<String> problems, boolean isProblem, String text) {
        if (isProblem) {
            problems.add(text);
        }
    }

    private static boolean isBad(MessageState state) {
        return state == MessageState.DEAD_LETTER || state == MessageState.REJECTED;
    }

    /** A second answer to one request would be one too many. */
    private boolean isAnsweredElsewhere(MessageRecord message) {
        return store.childrenOf(message.id()).stream()
                .anyMatch(child -> child.kind() == MessageKind.RESPONSE || child.kind() == MessageKind.BODY);
    }

    /** Where it goes today. */
    private Optional<Lane> lane(MessageRecord message) {
        var origin = message.kind() == MessageKind.FORWARD ? message.origin() : null;
        boolean acknowledgement = origin != null
                && store.message(origin)
                        .filter(m -> m.kind().isAcknowledgement())
                        .isPresent();
        return lane(
                directory.get(),
                Destination.of(message.kind(), acknowledgement),
                message.partner(),
                message.service(),
                message.endpoint());
    }

    /**
     * Where a message goes today, empty for nowhere.
     *
     * @param endpoint its callback address, null for none
     */
    static Optional<Lane> lane(
            Directory current, Destination destination, String partner, String service, @Nullable String endpoint) {
        return current.partner(partner)
                .flatMap(p -> destination.lane(p, service, endpoint))
                .filter(lane -> lane.kind() == Lane.Kind.QUEUE
                        || Destination.url(current, lane, service, endpoint).isPresent());
    }

    private record Due(@Nullable Instant infrastructure, @Nullable Instant business) {}

    /** For the acknowledgements that are still missing; those of a forward are its end point's and sender's matter. */
    private Due deadlines(MessageRecord message) {
        if (message.kind() == MessageKind.FORWARD || message.state() == MessageState.BUSINESS_ACKED) {
            return new Due(null, null);
        }
        var service = message.kind() == MessageKind.BUSINESS
                ? directory.get().services().get(message.service())
                : null;
        var deadlines = Optional.ofNullable(service).map(Service::deadlines).orElse(AckDeadlines.DEFAULT);
        var now = clock.instant();
        boolean delivered = message.state() == MessageState.INFRASTRUCTURE_ACKED
                || store.childrenOf(message.id()).stream()
                        .anyMatch(ack ->
                                ack.inbound() && ack.kind() == MessageKind.INF_ACK && "OK".equals(ack.outcome()));
        return new Due(
                message.infAckRequested() && !delivered ? now.plus(deadlines.infrastructure()) : null,
                message.ackRequested() ? now.plus(deadlines.business()) : null);
    }

    private AuditEvent event(AuditType type, MessageRecord message, By by, String detail) {
        return new AuditEvent(
                clock.instant(),
                type,
                message.id(),
                message.trackingId(),
                message.partner(),
                message.service(),
                by.person(),
                by.source(),
                null,
                null,
                detail);
    }
}
