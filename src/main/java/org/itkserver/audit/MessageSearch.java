package org.itkserver.audit;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import org.itkserver.audit.AuditQuery.MessageRow;
import org.jspecify.annotations.Nullable;

/**
 * Finding messages among millions. However rare a match is, one question looks at no more than {@link #LOOK_BACK} messages
 * and says where it stopped, so that none can hold up the database. Thread-safe. All methods throw {@link StoreUnavailable}
 * when the database is away.
 */
public interface MessageSearch {
    /** Most messages that one question looks at. */
    int LOOK_BACK = 5_000;

    /**
     * Messages, newest first.
     *
     * @param before only messages before this position, null for the newest
     * @param limit most rows, 1 to 200
     */
    Found find(MessageFilter filter, @Nullable Position before, int limit);

    /**
     * What forwards, acknowledges or answers these messages, and what acknowledged them, oldest first.
     *
     * @param ids at most 200
     */
    List<MessageRow> childrenOf(Collection<Long> ids);

    /**
     * Everything that belongs to the same document as this message: what it came from, and what came of that; oldest first,
     * at most 200. Empty when there is no such message.
     */
    List<MessageRow> family(long id);

    /**
     * The events of these messages, by time.
     *
     * @param ids at most 200
     * @param limit most rows
     */
    List<TrailQuery.TrailEvent> events(Collection<Long> ids, int limit);

    /** Work of these messages that is still to be done; next due first. */
    List<Waiting> waiting(Collection<Long> ids);

    /**
     * Where a list was left.
     *
     * @param at time of the last message looked at
     * @param id its id
     */
    record Position(Instant at, long id) {}

    /**
     * One page.
     *
     * @param rows what was found
     * @param next where to go on, null when everything was looked at
     * @param cut whether it stopped because it had looked at {@link #LOOK_BACK} messages, not because the page was full
     */
    record Found(List<MessageRow> rows, @Nullable Position next, boolean cut) {
        public Found {
            rows = List.copyOf(rows);
        }
    }

    /**
     * A piece of work.
     *
     * @param message id of its message
     * @param kind such as {@code send}, {@code handle}, {@code expire}
     * @param lane where it goes
     * @param due when it is due
     * @param attempt attempts so far
     * @param running whether a node works on it
     */
    record Waiting(long message, String kind, String lane, Instant due, int attempt, boolean running) {}
}
