package org.itkserver.audit;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** What happened. The names are stored; they are never renamed. */
public enum AuditType {
    /** A message was stored and answered positively. */
    ACCEPTED,
    /** A message was answered with a fault and not stored. */
    REFUSED,
    /** Many refusals of one source, counted instead of kept one by one (H14). */
    REFUSALS_COUNTED,
    /** A copy of an accepted message was answered again and not handled again (H9). */
    DUPLICATE,
    /** A handler took the message. */
    HANDLED,
    /** A handler answered a synchronous request. */
    ANSWERED,
    /** The answer holds invented data of the sample handler. */
    SAMPLE_DATA,
    /** A handler could not take it now; it will be tried again. */
    ATTEMPT_FAILED,
    /** A handler refused the message for good. */
    REJECTED,
    /** The message was tried too often; a person must look. */
    DEAD_LETTER,
    /** A message of an application was stored, to be sent. */
    SUBMITTED,
    /** A received message was stored, to be sent to its next hop. */
    FORWARDING,
    /** An acknowledgement was stored, to be sent. */
    ACKNOWLEDGING,
    /** A response or fault for a ReplyTo or FaultTo was stored, to be sent. */
    REPLYING,
    /** A partner took what was sent. */
    SENT,
    /** A message is to be sent once more. */
    RESENDING,
    /** A person has a handler try a received message again. */
    RETRYING,
    /** A person gave a message up; nothing more is done for it. */
    GIVEN_UP,
    /** A person has seen an acknowledgement that matches nothing. */
    ACK_SEEN,
    /** A person has many messages sent again. */
    BULK_RESEND_STARTED,
    /** A person stopped that; what was sent again already stays so. */
    BULK_RESEND_STOPPED,
    /** It came to its end. */
    BULK_RESEND_ENDED,
    /** A subscriber took the message from its queue and has still to confirm it. */
    COLLECTED,
    /** A positive infrastructure acknowledgement came. */
    INFRASTRUCTURE_ACKED,
    /** A positive business acknowledgement came. */
    BUSINESS_ACKED,
    /** A negative acknowledgement came. */
    NACKED,
    /** An acknowledgement came that names no message of ours, or came from the wrong partner; it changed nothing (H12). */
    ACK_UNMATCHED,
    /** An acknowledgement did not come in time. */
    OVERDUE,
    /** A message is not overdue after all: the clock was wrong, and its deadline has not passed. */
    OVERDUE_TAKEN_BACK,
    /** An administrator confirmed that the clock is right. */
    CLOCK_CONFIRMED,
    /** The fingerprint of the key for searches by NHS number was recorded, by the first node or anew. */
    SEARCH_KEY_SET,
    /** An application decided the business outcome (H7). */
    DECIDED,
    /** Something a person must look at. */
    ALERT,
    /** An application read a payload over the REST API. */
    PAYLOAD_READ,
    /** Something allowed but unwelcome: empty payload attribute, schemaLocation, an address nobody serves. */
    WARNING,
    /** A person searched for the messages of a patient. */
    SEARCHED,
    /** A person looked at a payload. */
    PAYLOAD_VIEWED,
    /** A person signed in to the console. */
    SIGNED_IN,
    /** Somebody failed to sign in to the console. */
    SIGN_IN_FAILED,
    /** A person signed out of the console. */
    SIGNED_OUT,
    /** A person asked for a page of the console that is for others; more within a minute are counted in the next. */
    ACCESS_DENIED,
    /** A person of the console was added, disabled or enabled, or got other roles. */
    PERSON_CHANGED,
    /** A person's password was changed, by the person or by an admin. */
    PASSWORD_CHANGED,
    /** An application of the REST API was added or removed, or got other scopes. */
    CLIENT_CHANGED,
    /** Somebody used the REST API with a token that is none of ours, or that does not allow this. */
    API_DENIED,
    /** The directory was loaded. */
    DIRECTORY_LOADED,
    /** A changed directory was refused; the last good one stays. */
    DIRECTORY_REFUSED,
    /** The server started. */
    SERVER_STARTED,
    /** A person took events out of the console. */
    EXPORTED,
    /** A person closed an alert. */
    ALERT_CLOSED,
    /** Messages whose time was over are destroyed; the digest is the Merkle root over them. */
    PURGED,
    /** Contents of this node are encrypted from here on: its messages stored later have no content in plaintext. */
    ENCRYPTION_BEGAN,
    /** A key of contents was destroyed when nothing was left that it opens, or is missing; the detail begins with its id. */
    CONTENT_KEY_GONE,
    /** A person has what is due destroyed before its next run. */
    RETENTION_REQUESTED,
    /** A person set a legal hold. */
    HOLD_SET,
    /** A person lifted a legal hold. */
    HOLD_LIFTED;

    private static final Set<AuditType> STORING =
            EnumSet.of(ACCEPTED, SUBMITTED, FORWARDING, ACKNOWLEDGING, REPLYING, DEAD_LETTER);

    private static final Set<AuditType> SEALED_AT_ONCE =
            EnumSet.of(PURGED, CONTENT_KEY_GONE, HOLD_SET, HOLD_LIFTED, ENCRYPTION_BEGAN);

    /**
     * The types of which one stands at the beginning of every stored message. A dead letter does when the message had
     * nowhere to go from the start.
     */
    public static Set<AuditType> storing() {
        return EnumSet.copyOf(STORING);
    }

    /**
     * Whether an event of this type is sealed in the commit that writes it, because something that cannot be undone follows it
     * or because it vouches for what is stored elsewhere.
     */
    public boolean isSealedAtOnce() {
        return SEALED_AT_ONCE.contains(this);
    }

    /** The labels of the types that {@link #isSealedAtOnce} names. */
    public static Set<String> sealedAtOnce() {
        return SEALED_AT_ONCE.stream().map(AuditType::label).collect(Collectors.toUnmodifiableSet());
    }

    /** Whether an event of this type may be the first of a stored message. */
    public boolean isStoring() {
        return STORING.contains(this);
    }

    /** The name as stored and shown: lower case with hyphens. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
