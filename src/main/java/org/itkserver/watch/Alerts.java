package org.itkserver.watch;

import java.time.Instant;
import java.util.List;
import org.itkserver.audit.Cause;

/**
 * The alerts of all nodes, one for each cause. What an audit event raises is raised in the commit of that event; the rest is
 * raised here. Thread-safe. All methods throw {@link org.itkserver.audit.StoreUnavailable} when the database is away.
 */
public interface Alerts {
    /** Most alerts that a call returns; there are as many causes as partners, handlers and nodes. */
    int MOST = 1000;

    /** Open ones, worst first, then closed ones, newest first. */
    List<Alert> list();

    /** Raises an alert, or counts one that is open once more. */
    void raise(Cause cause, Instant at);

    /**
     * Closes an open alert.
     *
     * @param episode the one that was looked at; one that came back meanwhile stays open
     * @param by a person's name, or {@link Alert#SERVER}
     * @return whether it was open
     */
    boolean close(String key, int episode, Instant at, String by, String reason);

    /** What nobody has been told yet; each is given to one caller on one node, once. */
    List<Notice> takeNotices(Instant now);
}
