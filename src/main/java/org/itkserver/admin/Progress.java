package org.itkserver.admin;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.itkserver.audit.AuditQuery.MessageRow;
import org.itkserver.exchange.MessageState;
import org.itkserver.exchange.Repair;

/**
 * How far a document has come, in words that need no colour. Public only for the templates.
 *
 * @param state what its state is called
 * @param mark one character that says the same
 * @param colour the state's colour in the design
 * @param acks what became of its acknowledgements, one text for each
 * @param next what somebody should do now, empty for nothing
 */
public record Progress(String state, String mark, String colour, List<String> acks, String next) {
    private static final Set<String> POSITIVE = Set.of("OK", "AA");
    private static final Map<String, String> LEVELS = Map.of("inf-ack", "infrastructure", "bus-ack", "business");
    private static final String NOTHING = "";

    public Progress {
        acks = List.copyOf(acks);
    }

    /** @param children what forwards, acknowledges or answers it, and what acknowledged it */
    static Progress of(MessageRow row, List<MessageRow> children) {
        var state = MessageState.ofLabel(row.state());
        var acks = new ArrayList<String>();
        level(acks, "inf-ack", row.infAckRequested(), children);
        level(acks, "bus-ack", row.ackRequested(), children);
        boolean open = state == MessageState.ACCEPTED
                || state == MessageState.SENT && (row.infAckRequested() || row.ackRequested())
                || state == MessageState.INFRASTRUCTURE_ACKED && row.ackRequested();
        return new Progress(name(state), mark(state, open), colour(state, open), acks, next(row, state));
    }

    private static void level(List<String> out, String kind, boolean asked, List<MessageRow> children) {
        int before = out.size();
        for (var child : children) {
            if (child.kind().equals(kind)) {
                boolean positive = POSITIVE.contains(child.outcome() == null ? "" : child.outcome());
                var way = child.inbound() ? "received" : child.state().equals("sent") ? "sent" : "being sent";
                out.add((positive ? "✓ " : "✗ ") + LEVELS.get(kind) + (positive ? " " : " negative, ") + way);
            }
        }
        if (asked && out.size() == before) {
            out.add("… " + LEVELS.get(kind) + " asked for");
        }
    }

    /** What a person calls a state. */
    static String name(MessageState state) {
        return switch (state) {
            case ACCEPTED -> "in progress";
            case HANDLED -> "handled";
            case SENT -> "sent";
            case INFRASTRUCTURE_ACKED -> "delivered";
            case BUSINESS_ACKED -> "accepted by receiver";
            case REJECTED -> "rejected";
            case OVERDUE -> "overdue";
            case DEAD_LETTER -> "dead letter";
        };
    }

    private static String mark(MessageState state, boolean open) {
        return switch (state) {
            case REJECTED, DEAD_LETTER -> "✗";
            case OVERDUE -> "!";
            default -> open ? "…" : "✓";
        };
    }

    private static String colour(MessageState state, boolean open) {
        return switch (state) {
            case REJECTED, DEAD_LETTER -> "red";
            case OVERDUE -> "orange";
            default -> open ? "blue" : "green";
        };
    }

    private static String next(MessageRow row, MessageState state) {
        if (row.isUnmatched()) {
            return "Find out what it acknowledges";
        }
        return switch (state) {
            case REJECTED -> isGivenUp(row) ? NOTHING : "Read the reason";
            case OVERDUE -> "Ask the partner";
            case DEAD_LETTER -> row.inbound() ? "Try again or give up" : "Send again or give up";
            case ACCEPTED, HANDLED, SENT, INFRASTRUCTURE_ACKED, BUSINESS_ACKED -> NOTHING;
        };
    }

    private static boolean isGivenUp(MessageRow row) {
        var reason = row.reason();
        return reason != null && reason.startsWith(Repair.GIVEN_UP);
    }
}
