package org.itkserver.exchange;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.itkserver.audit.AuditEvent;
import org.itkserver.audit.StoreUnavailable;
import org.itkserver.delivery.Delivery;
import org.itkserver.delivery.DeliveryQueue;
import org.jspecify.annotations.Nullable;

/** The message store and the table of work in memory, for tests of the use cases; held to the same contract. */
public final class MemoryStore implements MessageStore, DeliveryQueue {
    private static final String NODE = "memory";

    private final Map<Long, Row> rows = new LinkedHashMap<>();
    private final List<AuditEvent> events = new ArrayList<>();
    private final Map<String, Long> keys = new HashMap<>();
    private final List<Work> work = new ArrayList<>();
    private long ids;
    private boolean away;

    private static final class Row {
        StoredMessage message;
        byte[] raw;

        @Nullable
        String response;
    }

    private static final class Work {
        long message;
        int number;
        boolean sync;
        String handler;
        Instant due;
        int attempt;

        @Nullable
        String claimedBy;

        @Nullable
        Instant leaseUntil;
    }

    /** From now on the database is away, or back. */
    public synchronized void away(boolean isAway) {
        away = isAway;
    }

    /** Every audit event so far. */
    public synchronized List<AuditEvent> events() {
        return List.copyOf(events);
    }

    private void reachable() {
        if (away) {
            throw new StoreUnavailable("away");
        }
    }

    @Override
    public synchronized long nextId() {
        reachable();
        return ++ids;
    }

    @Override
    public synchronized Optional<StoredMessage> accept(Acceptance m) {
        reachable();
        var earlier = find(m.partner(), m.trackingId());
        if (earlier.isPresent()) {
            return earlier;
        }
        var row = new Row();
        row.message = new StoredMessage(m.id(), m.digest(), m.state(), m.answer(), null, null);
        row.raw = m.body().bytes(0, m.body().size());
        rows.put(m.id(), row);
        keys.put(m.partner() + ' ' + m.trackingId(), m.id());
        int number = 0;
        for (var handler : m.work()) {
            var piece = new Work();
            piece.message = m.id();
            piece.number = number++;
            piece.handler = handler;
            piece.due = m.receivedAt();
            var lease = m.lease();
            if (lease != null) {
                piece.sync = true;
                piece.attempt = 1;
                piece.claimedBy = NODE;
                piece.leaseUntil = m.receivedAt().plus(lease);
            }
            work.add(piece);
        }
        events.addAll(m.events());
        return Optional.empty();
    }

    @Override
    public synchronized void append(AuditEvent event) {
        reachable();
        events.add(event);
    }

    @Override
    public synchronized void refuse(AuditEvent event, byte @Nullable [] start, long size) {
        append(event);
    }

    @Override
    public synchronized boolean settle(Settlement s) {
        reachable();
        var mine = work.stream()
                .filter(w -> w.message == s.work().message()
                        && w.number == s.work().number()
                        && w.attempt == s.work().attempt()
                        && NODE.equals(w.claimedBy))
                .findFirst();
        if (mine.isEmpty()) {
            return false;
        }
        events.addAll(s.events());
        if (s.state() == null) {
            mine.get().claimedBy = null;
            mine.get().leaseUntil = null;
            mine.get().due = s.due() == null ? mine.get().due : s.due();
            return true;
        }
        work.remove(mine.get());
        var row = rows.get(s.work().message());
        boolean open = work.stream().anyMatch(w -> w.message == s.work().message());
        boolean bad = row.message.state() == MessageState.REJECTED || row.message.state() == MessageState.DEAD_LETTER;
        if (!bad && (s.state() != MessageState.HANDLED || !open)) {
            var answer = s.answer() == null ? row.message.answer() : s.answer();
            row.message = new StoredMessage(
                    row.message.id(), row.message.digest(), s.state(), answer, s.errorId(), s.reason());
        }
        row.response = s.response() == null ? row.response : s.response();
        return true;
    }

    @Override
    public synchronized Optional<StoredMessage> find(String partner, String trackingId) {
        reachable();
        return Optional.ofNullable(keys.get(partner + ' ' + trackingId)).map(id -> rows.get(id).message);
    }

    @Override
    public synchronized Optional<String> response(long id) {
        return Optional.ofNullable(rows.get(id)).map(row -> row.response);
    }

    @Override
    public synchronized Optional<InputStream> raw(long id) {
        return Optional.ofNullable(rows.get(id)).map(row -> new ByteArrayInputStream(row.raw));
    }

    @Override
    public void forgetRefused(Instant before) {
        // refused bytes are not kept here
    }

    private static boolean free(Work w, Instant now) {
        return w.leaseUntil == null || w.leaseUntil.isBefore(now);
    }

    @Override
    public synchronized List<Delivery> claim(int most, Instant now, Duration lease) {
        reachable();
        var out = new ArrayList<Delivery>();
        for (var w : work) {
            if (!w.sync && !w.due.isAfter(now) && free(w, now) && out.size() < most) {
                w.attempt++;
                w.claimedBy = NODE;
                w.leaseUntil = now.plus(lease);
                out.add(new Delivery(w.message, w.number, w.handler, w.attempt));
            }
        }
        return out;
    }

    @Override
    public synchronized int reclaim(long message, Instant now, Duration lease) {
        reachable();
        for (var w : work) {
            if (w.sync && w.message == message && free(w, now)) {
                w.attempt++;
                w.claimedBy = NODE;
                w.leaseUntil = now.plus(lease);
                return w.attempt;
            }
        }
        return 0;
    }

    @Override
    public synchronized void releaseOwn() {
        work.forEach(w -> {
            w.claimedBy = null;
            w.leaseUntil = null;
        });
    }
}
