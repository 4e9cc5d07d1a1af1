package org.itkserver.exchange;

import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.itkserver.audit.AuditEvent;
import org.itkserver.audit.AuditType;
import org.itkserver.delivery.Delivery;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Marks messages overdue whose acknowledgement has not come by its deadline. Thread-safe. */
public final class Expiry {
    private static final Logger LOG = LoggerFactory.getLogger(Expiry.class);
    private static final Set<MessageState> WITHOUT_INF_ACK = Set.of(MessageState.ACCEPTED, MessageState.SENT);
    private static final Set<MessageState> WITHOUT_ACK =
            Set.of(MessageState.ACCEPTED, MessageState.SENT, MessageState.INFRASTRUCTURE_ACKED);

    private final MessageStore store;
    private final Clock clock;

    public Expiry(MessageStore store, Clock clock) {
        this.store = store;
        this.clock = clock;
    }

    /** Looks at one deadline that has come; its work is done with that, whatever is found. */
    void look(Delivery work) {
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
}
