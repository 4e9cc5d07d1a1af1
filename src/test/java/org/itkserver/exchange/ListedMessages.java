package org.itkserver.exchange;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import org.itkserver.audit.AuditQuery.MessageRow;
import org.itkserver.audit.MessageFilter;
import org.itkserver.audit.MessageSearch;
import org.itkserver.audit.TrailQuery;
import org.jspecify.annotations.Nullable;

/** A search that finds what it was given, page by page, whatever is asked. */
final class ListedMessages implements MessageSearch {
    private final List<MessageRow> rows = new ArrayList<>();

    void add(MessageRecord m) {
        rows.add(row(m));
    }

    void clear() {
        rows.clear();
    }

    /** The first row so many times. */
    void repeat(int times) {
        var first = rows.get(0);
        rows.clear();
        rows.addAll(Collections.nCopies(times, first));
    }

    private static MessageRow row(MessageRecord m) {
        return new MessageRow(
                m.id(),
                m.at(),
                m.settledAt(),
                m.partner(),
                m.service(),
                m.interaction(),
                m.trackingId(),
                "",
                m.sender(),
                m.addresses(),
                m.inbound() ? "in" : "out",
                m.kind().label(),
                m.origin(),
                m.state().label(),
                m.infAckRequested(),
                m.ackRequested(),
                m.outcome(),
                null,
                m.reason(),
                m.endpoint(),
                0,
                "",
                null,
                m.destroyedAt());
    }

    /** The position's id is how many rows were shown. */
    @Override
    public Found find(MessageFilter filter, @Nullable Position before, int limit) {
        int from = before == null ? 0 : (int) before.id();
        int to = Math.min(rows.size(), from + limit);
        var newestFirst = new ArrayList<>(rows);
        Collections.reverse(newestFirst);
        var next = to == rows.size() ? null : new Position(World.START, to);
        return new Found(newestFirst.subList(from, to), next, false);
    }

    @Override
    public List<MessageRow> childrenOf(Collection<Long> ids) {
        return List.of();
    }

    @Override
    public List<MessageRow> family(long id) {
        return List.of();
    }

    @Override
    public List<TrailQuery.TrailEvent> events(Collection<Long> ids, int limit) {
        return List.of();
    }

    @Override
    public List<Waiting> waiting(Collection<Long> ids) {
        return List.of();
    }
}
