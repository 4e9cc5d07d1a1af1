package org.itkserver.audit;

import java.util.Locale;

/** What an alert is about, worst first. The names are stored; they are never renamed. */
public enum AlertKind {
    /** The database was away or answers slowly. */
    DATABASE(
            "The database was away or is slow",
            "Look at the database: until it is well, senders are told to wait",
            true),
    /** The folder of the keys of contents is not there. */
    CONTENT_KEYS_AWAY(
            "The keys of contents are away",
            "Mount the folder ITK_CONTENT_KEYS again: until then senders are told to wait, and nothing is delivered",
            true),
    /** The file system of the home folder is nearly full. */
    DISK_LOW("The disk is nearly full", "Make room: when it is full, no message can be accepted", true),
    /** Audit rows wait for their seal. */
    SEAL_BEHIND("Audit rows are not sealed", "Look whether that node runs, and read its log", true),
    /** The newest seal cannot be noted outside the database. */
    ANCHOR_FAILED("The newest seal cannot be noted outside the database", "Make the anchor file writable again", true),
    /** A handler fails again and again. */
    HANDLER_FAILING("A handler fails", "Look at the back end behind it; its messages wait and are tried again", true),
    /** Files of an outbox cannot be sent. */
    OUTBOX_FAILING(
            "Files of an outbox are not sent",
            "Read the reasons in the outbox's folder failed, correct the files and put them back",
            false),
    /** A partner does not answer. */
    PARTNER_DOWN("A partner cannot be reached", "Ask the partner; messages to it wait and are tried again", true),
    /** An endpoint answers as if nothing could be sent to it. */
    ENDPOINT_REFUSES(
            "A partner's endpoint refuses everything",
            "Check the URL and what the partner expects there; messages to it wait and are tried again",
            false),
    /** A partner answered a request with another's response. */
    WRONG_ANSWER(
            "A partner answered with something that is not the response",
            "Tell the partner at once: its answers may be mixed up; nothing of this one was used",
            false),
    /** One person opened many contents in a short time. */
    BREAK_GLASS("Somebody opened many contents", "Ask this person why; the audit page lists what was opened", false),
    /** A partner's certificate was used in another's name, or by nobody we know. */
    IDENTITY("A certificate was used for what it does not allow", "Ask the partner; what it sent was refused", false),
    /** A partner acknowledged what was never sent to it. */
    ACK_FORGED("An acknowledgement is not from whom the message went to", "Ask the partner how it came by it", false),
    /** Messages were tried too often and given up. */
    DEAD_LETTER("Messages could not be delivered", "Find out why, then send them again or tell their senders", false),
    /** A partner refused messages for good. */
    REFUSED_BY_PARTNER("A partner refused messages", "Read its reasons; sending the same again will not help", false),
    /** Payloads of a partner cannot be read. */
    UNREADABLE("Payloads cannot be read", "Tell the partner; its messages were rejected", false),
    /** Acknowledgements are missing. */
    OVERDUE("Acknowledgements are overdue", "Ask the partner whether it has the messages", false),
    /** Messages name addresses that lead nowhere, and their sender cannot be told. */
    UNROUTABLE("Messages are addressed to nobody we know", "Add a route, or tell the partner", false),
    /** Acknowledgements match nothing that was sent. */
    ACK_UNMATCHED("Acknowledgements match nothing we sent", "Find out what they acknowledge", false),
    /** What is due is not destroyed. */
    RETENTION_FAILING(
            "Old messages are not destroyed",
            "Look at the retention page and the log: the store grows, and what should be gone is not",
            false),
    /** Stored bytes are not those that were stored. */
    CONTENT_ALTERED(
            "Stored content was changed in the database",
            "Find out who can write to the database, and run bin/verify-audit --payloads",
            false),
    /** A key is missing, and contents are encrypted with it. */
    CONTENT_KEY_GONE(
            "Contents cannot be read: their key is gone",
            "If nobody meant to destroy these contents, put the key's file back from its backup",
            false),
    /** A certificate or revocation list must be renewed. */
    CERTIFICATE_ENDING(
            "A certificate or revocation list runs out",
            "Renew it: once it has run out, no connection is made with it",
            true),
    /** The files of TLS were changed and cannot be used. */
    TLS_FILES_REFUSED("A changed TLS file is wrong", "Correct the file; what was read before is in force", true),
    /** This node's clock and the database's differ, or a clock was set forward or back. */
    CLOCK_OFF(
            "The clock is off",
            "Set the clocks: partners refuse messages with wrong times. If the time is right now, confirm it on the retention"
                    + " page: until then nothing is destroyed",
            true),
    /** The server started long after its newest event. */
    CLOCK_UNCONFIRMED(
            "The time must be confirmed",
            "Compare this node's clock with a clock you trust, and confirm the time on the retention page: until then, or for 24"
                    + " hours, nothing is destroyed",
            true),
    /** The directory file was changed and is wrong. */
    DIRECTORY_REFUSED("The changed directory is wrong", "Correct the file; the last good version is in force", true),
    /** A background task fails again and again. */
    LOOP_FAILING("A background task fails", "Read this node's log; the task is tried again all the time", true),
    /** Anything else. */
    OTHER("Something needs a person", "Look for events of the type alert on the audit page", false);

    private final String title;
    private final String advice;
    private final boolean endsItself;

    AlertKind(String title, String advice, boolean endsItself) {
        this.title = title;
        this.advice = advice;
        this.endsItself = endsItself;
    }

    /** What happened, in a few words. */
    public String title() {
        return title;
    }

    /** What to do, one sentence without a full stop. */
    public String advice() {
        return advice;
    }

    /** Whether the server sees when it is over, and closes the alert then. */
    public boolean endsItself() {
        return endsItself;
    }

    /** The name as stored and shown: lower case with hyphens. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The kind with this label; {@link #OTHER} for one of a later release. */
    public static AlertKind ofLabel(String label) {
        for (var kind : values()) {
            if (kind.label().equals(label)) {
                return kind;
            }
        }
        return OTHER;
    }
}
