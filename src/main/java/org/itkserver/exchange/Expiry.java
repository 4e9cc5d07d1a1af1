package org.itkserver.exchange;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.itkserver.audit.AuditEvent;
import org.itkserver.audit.AuditType;
import org.itkserver.delivery.Delivery;
import org.itkserver.delivery.DeliveryQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Marks messages overdue whose acknowledgement has not come by its deadline, and takes that back when the deadline turns out
 * not to have passed, because a clock was wrong. Thread-safe.
 */
public final class Expiry {
    private static final Logger LOG = LoggerFactory.getLogger(Expiry.class);
    private static final Set<MessageState> WITHOUT_INF_ACK = Set.of(MessageState.ACCEPTED, MessageState.SENT);
    private static final Set<MessageState> WITHOUT_ACK =
            Set.of(MessageState.ACCEPTED, MessageState.SENT, MessageState.INFRASTRUCTURE_ACKED);

    private static final Duration AGAIN = Duration.ofSeconds(5);

    private final MessageStore store;
    private final DeliveryQueue queue;
    private final Clock clock;
    private final BooleanSupplier certain;

    /** @param certain whether the clock can be believed as far as deadlines go */
    public Expiry(MessageStore store, DeliveryQueue queue, Clock clock, BooleanSupplier certain) {
        this.store = store;
        this.queue = queue;
        this.clock = clock;
        this.certain = certain;
    }

    /**
     * Looks at one deadline that has come; its work is done with that, whatever is found. While the clock cannot be believed, it is
     * looked at again some seconds later.
     */
    void look(Delivery work) {
        if (!certain.getAsBoolean()) {
            queue.postpone(work, clock.instant().plus(AGAIN));
            return;
        }
        var message = store.message(work.message()).orElseThrow();
        boolean infrastructure = work.number() == OutboundMessage.INF_ACK_DUE;
        var waiting = infrastructure ? WITHOUT_INF_ACK : WITHOUT_ACK;
        if (!waiting.contains(message.state())) {
            store.settle(Settlement.done(work, message.state(), null, Change.of(List.of())));
            return;
        }
        var what = (infrastructure ? "infrastructure" : "business") + " acknowledgement";
        LOG.warn("{} is overdue: no {} from partner {}", message.trackingId(), what, message.partner());
        var now = clock.instant();
        var events = new ArrayList<AuditEvent>();
        events.add(Events.ofWork(now, AuditType.OVERDUE, message, "no " + what + " by its deadline"));
        events.add(Events.ofWork(now, AuditType.ALERT, message, "no " + what + " from partner " + message.partner())
                .raising(Causes.overdue(message.partner())));
        store.settle(Settlement.done(work, MessageState.OVERDUE, "no " + what + " by its deadline", Change.of(events)));
    }

    /**
     * Takes back what was marked overdue for a deadline that has not passed.
     *
     * @param now the time, as far as it is certain
     */
    public void takeBack(Instant now) {
        for (var id : store.overdueBefore(now)) {
            var message = store.message(id).orElse(null);
            if (message != null) {
                var event = Events.ofWork(
                        clock.instant(),
                        AuditType.OVERDUE_TAKEN_BACK,
                        message,
                        "the clock was wrong: its deadline has not passed");
                if (store.repair(new Repair.TakeBack(id, event))) {
                    LOG.info("{} is not overdue: the clock was wrong", message.trackingId());
                }
            }
        }
    }
}
