package org.itkserver.exchange;

import java.time.Instant;
import org.itkserver.audit.AuditEvent;
import org.itkserver.delivery.Lane;
import org.jspecify.annotations.Nullable;

/**
 * What a person, or a clock that was corrected, has done with one message, with the event that says so. It is done whole or not at all; whether the message
 * is in a state for it is looked at in the commit.
 */
public sealed interface Repair {
    /** What the reason of a message begins with that somebody gave up. */
    String GIVEN_UP = "given up: ";

    /** The message's id. */
    long message();

    /** Who has it done and why. */
    AuditEvent event();

    /**
     * A message of ours is sent again; not while it waits to be sent. It is {@link MessageState#ACCEPTED} again, unless a
     * positive acknowledgement came for it: that stays true.
     *
     * @param lane where it goes
     * @param infAckDue when it is overdue without infrastructure acknowledgement, null for never
     * @param ackDue when it is overdue without business acknowledgement, null for never
     * @param origin of a forward: the received message; it is accepted again if nothing but this forward ended badly
     * @param item the item of a bulk resend that this is, which must be left and its job running; null for none
     */
    record Resend(
            long message,
            Lane lane,
            @Nullable Instant infAckDue,
            @Nullable Instant ackDue,
            @Nullable Long origin,
            @Nullable Item item,
            AuditEvent event)
            implements Repair {}

    /**
     * The place of a message in a bulk resend.
     *
     * @param job id of the bulk resend
     * @param position from 0
     */
    record Item(long job, int position) {}

    /**
     * The handlers that refused a received message, or did not take it, are given it again; their attempt numbers go on.
     * For a dead letter or a rejected message. It is accepted again, unless a forward of it ended badly, too.
     */
    record Retry(long message, AuditEvent event) implements Repair {}

    /**
     * Nothing more is done for a dead letter or an overdue message; not while a node or a subscriber has it. What was
     * left can still be retried or sent again.
     *
     * @param reason begins with {@link #GIVEN_UP}
     */
    record GiveUp(long message, String reason, AuditEvent event) implements Repair {}

    /**
     * A message was marked overdue while the clock was ahead, and its deadline has not passed: it has the state it had before,
     * and waits for its acknowledgement until the deadline.
     */
    record TakeBack(long message, AuditEvent event) implements Repair {}

    /** An acknowledgement that matches nothing has been seen. */
    record Seen(long message, AuditEvent event) implements Repair {}
}
