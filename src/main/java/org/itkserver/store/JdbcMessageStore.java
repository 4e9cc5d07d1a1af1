package org.itkserver.store;

import static org.itkserver.store.Database.utc;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.itkserver.audit.AuditEvent;
import org.itkserver.audit.AuditType;
import org.itkserver.audit.Seal;
import org.itkserver.audit.SealKey;
import org.itkserver.audit.StoreUnavailable;
import org.itkserver.envelope.EnvelopeRejected;
import org.itkserver.envelope.ErrorCode;
import org.itkserver.envelope.Sha256;
import org.itkserver.envelope.ToolkitError;
import org.itkserver.exchange.Acceptance;
import org.itkserver.exchange.Change;
import org.itkserver.exchange.MessageKind;
import org.itkserver.exchange.MessageRecord;
import org.itkserver.exchange.MessageStore;
import org.itkserver.exchange.OutboundMessage;
import org.itkserver.exchange.Remaining;
import org.itkserver.exchange.Repair;
import org.itkserver.exchange.Settlement;
import org.itkserver.exchange.StoredMessage;
import org.jspecify.annotations.Nullable;

/** The message store on JDBC; see {@link Committer} for how it writes. */
public final class JdbcMessageStore implements MessageStore, AutoCloseable {
    private static final int BLOCK = 1000;

    private static final String NEXT_BLOCK = "select nextval('message_id_block')";
    private static final String FIND = "select " + StoredMessages.COLUMNS
            + " from message where tracking_id = ? and partner = ? and direction = 'in'";
    private static final String OVERDUE_BEFORE =
            """
            select distinct k.message_id from overdue_mark k join message m on m.id = k.message_id
            where k.due > ? and m.state = 'overdue'""";
    private static final String FORGET_REFUSED = "delete from refused where at < ?";

    private final Database database;
    private final Committer committer;
    private final Frames frames;
    private final Contents contents;
    private final Clock clock;
    private final String node;
    private final Uploads uploads;
    private final MessageRecords records;
    private long nextId;
    private long endOfBlock;

    /**
     * @param node id of this node; no other running node has it
     * @param key signs the seals of this node's audit trail
     */
    public JdbcMessageStore(Database database, String node, SealKey key, Clock clock) {
        this(database, node, key, clock, null, event -> {});
    }

    /**
     * @param keys what contents are encrypted with, null to leave them as they are
     * @param committed is told of each event when it is durable, by the committer's thread; quick, and never fails
     */
    public JdbcMessageStore(
            Database database,
            String node,
            SealKey key,
            Clock clock,
            @Nullable JdbcContentKeys keys,
            Consumer<AuditEvent> committed) {
        this(database, node, key, clock, keys, committed, CommitterWatch.NONE);
    }

    /** @param watch hears how the committer is */
    public JdbcMessageStore(
            Database database,
            String node,
            SealKey key,
            Clock clock,
            @Nullable JdbcContentKeys keys,
            Consumer<AuditEvent> committed,
            CommitterWatch watch) {
        this.database = database;
        this.clock = clock;
        this.node = node;
        this.committer = new Committer(database, node, key, clock, committed, watch);
        this.frames = Frames.of(keys);
        this.contents = new Contents(
                database,
                frames,
                new AlteredContents(database, clock, event -> committer.offer(new Entry.Audit(event, null, 0))));
        this.uploads = new Uploads(database, node, clock, frames);
        this.records = new MessageRecords(database);
    }

    @Override
    public synchronized long nextId() {
        if (nextId == endOfBlock) {
            nextId = database.read(connection -> {
                try (var statement = connection.createStatement();
                        var row = statement.executeQuery(NEXT_BLOCK)) {
                    row.next();
                    return row.getLong(1);
                }
            });
            endOfBlock = nextId + BLOCK;
        }
        return nextId++;
    }

    @Override
    public Optional<StoredMessage> accept(Acceptance message) {
        var body = message.body();
        Frame frame = null;
        if (body.size() <= Uploads.JOINS_GROUP) {
            frame = frames.part(message.id(), "q", body.bytes(0, body.size()));
        } else {
            try (var in = body.open()) {
                uploads.write(message.id(), in);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        var entry = new Entry.Accept(message, frame, frames(message.change()));
        return commit(entry, entry.done);
    }

    private <T> T commit(Entry entry, CompletableFuture<T> done) {
        try {
            return committed(entry, done);
        } catch (EntryRefused e) {
            throw new EnvelopeRejected(
                    ToolkitError.of(ErrorCode.NOT_RECOVERABLE, "The message store refuses this message."));
        }
    }

    private <T> T committed(Entry entry, CompletableFuture<T> done) {
        try {
            var result = committer.commit(entry, done);
            if (!entry.takesEffect() && !isStoredAlready(entry)) {
                withdraw(entry);
            }
            return result;
        } catch (EntryRefused e) {
            withdraw(entry);
            throw e;
        }
    }

    /** An earlier attempt of the same entry was committed after all: what it wrote is in use. */
    private static boolean isStoredAlready(Entry entry) {
        return entry instanceof Entry.Accept accept && !accept.isCopy();
    }

    /** Takes back the bytes that were written for messages that are not stored after all. */
    private void withdraw(Entry entry) {
        if (entry instanceof Entry.Accept accept && accept.frame == null) {
            uploads.remove(accept.message.id());
        }
        if (entry instanceof Entry.Settle settle && settle.response != null && settle.response.frame() == null) {
            uploads.remove(settle.response.upload());
        }
        for (var out : entry.out()) {
            if (out.frame() == null && out.message().kind() != MessageKind.FORWARD) {
                uploads.remove(out.message().id());
            }
        }
    }

    /** The bytes of messages to send; large ones are written at once. */
    private List<Entry.Out> frames(Change change) {
        var out = new ArrayList<Entry.Out>(change.out().size());
        for (var message : change.out()) {
            out.add(new Entry.Out(message, frame(message), digest(message)));
        }
        return out;
    }

    private static byte[] digest(OutboundMessage message) {
        return message.kind() == MessageKind.FORWARD ? message.digest() : Sha256.of(message.content());
    }

    private @Nullable Frame frame(OutboundMessage message) {
        var content = message.content();
        if (message.kind() == MessageKind.FORWARD) {
            return null;
        }
        if (content.length <= Uploads.JOINS_GROUP) {
            return frames.part(message.id(), "q", content);
        }
        uploads.write(message.id(), new ByteArrayInputStream(content));
        return null;
    }

    /** Removes what earlier runs wrote for messages that were never stored. */
    public void removeOrphans() {
        uploads.removeOrphans();
    }

    /** Removes bytes that were written an hour before this time for messages that were never stored. */
    public void removeAbandoned(Instant now) {
        uploads.removeAbandoned(now);
    }

    @Override
    public void append(AuditEvent event) {
        refuse(event, null, 0);
    }

    @Override
    public void refuse(AuditEvent event, byte @Nullable [] start, long size) {
        var frame = start == null ? null : frames.refused(event.errorId(), start);
        var entry = new Entry.Audit(event, frame, size);
        commit(entry, entry.done);
    }

    /**
     * Makes a change of other tables in the transaction that writes its audit events: both are there, or neither.
     *
     * @return whether it was made
     */
    boolean record(List<AuditEvent> events, Entry.Act act) {
        var entry = new Entry.Acting(events, act);
        try {
            return committer.commit(entry, entry.done);
        } catch (EntryRefused e) {
            throw new StoreUnavailable("the database refuses the change");
        }
    }

    /**
     * The change runs on the committer's thread and connection; a lock that it cannot have at once is tried again from the
     * caller's thread, so that accepting does not wait for it.
     */
    @Override
    public boolean change(List<AuditEvent> events, BooleanSupplier change) {
        return Patience.whileBusy(
                () -> record(events, connection -> database.joined(connection, change::getAsBoolean)));
    }

    @Override
    public boolean settle(Settlement settlement) {
        var entry = new Entry.Settle(settlement, response(settlement), frames(settlement.change()));
        return commit(entry, entry.done);
    }

    /** A large response is written at once, so that it neither waits in memory nor holds up a group. */
    private Entry.@Nullable Response response(Settlement settlement) {
        var text = settlement.response();
        if (text == null) {
            return null;
        }
        var bytes = text.getBytes(StandardCharsets.UTF_8);
        var frame = frames.part(settlement.work().message(), "a", bytes);
        if (frame.bytes().length <= Uploads.JOINS_GROUP) {
            return new Entry.Response(frame, 0, Sha256.of(bytes));
        }
        long id = nextId();
        uploads.writeResponse(id, frame);
        return new Entry.Response(null, id, Sha256.of(bytes));
    }

    @Override
    public boolean apply(Change change) {
        var entry = new Entry.Apply(change, frames(change));
        try {
            return committed(entry, entry.done);
        } catch (EntryRefused e) {
            throw new Taken();
        }
    }

    @Override
    public boolean repair(Repair repair) {
        var entry = new Entry.Repairing(repair);
        try {
            return committed(entry, entry.done);
        } catch (EntryRefused e) {
            return false; // another node was quicker each time
        }
    }

    @Override
    public Remaining remaining(long id) {
        return records.remaining(id);
    }

    @Override
    public Optional<MessageRecord> message(long id) {
        return records.byId(id);
    }

    @Override
    public List<MessageRecord> byTrackingId(String trackingId) {
        return records.byTrackingId(trackingId);
    }

    @Override
    public List<MessageRecord> childrenOf(long id) {
        return records.childrenOf(id);
    }

    @Override
    public Optional<StoredMessage> find(String partner, String trackingId) {
        return database.read(connection -> {
            try (var select = connection.prepareStatement(FIND)) {
                select.setString(1, trackingId);
                select.setString(2, partner);
                try (var row = select.executeQuery()) {
                    return row.next() ? Optional.of(StoredMessages.of(row)) : Optional.empty();
                }
            }
        });
    }

    @Override
    public Optional<String> response(long id) {
        return contents.response(id);
    }

    @Override
    public Optional<InputStream> raw(long id) {
        return contents.raw(id);
    }

    @Override
    public Optional<InputStream> attested(long id) {
        return contents.attested(id);
    }

    /**
     * Records, once for each node, that its contents are encrypted from now on; does nothing when they are not. Must be called
     * before the first message is accepted.
     */
    public void recordEncryption() {
        if (frames.areEncrypted() && PlaintextRule.began(database, node) == 0) {
            append(AuditEvent.ofServer(
                    clock.instant(),
                    AuditType.ENCRYPTION_BEGAN,
                    "contents that this node stores from now on are encrypted"));
        }
    }

    @Override
    public List<Long> overdueBefore(Instant now) {
        return database.read(connection -> Sql.list(connection, OVERDUE_BEFORE, row -> row.getLong(1), now));
    }

    @Override
    public void forgetRefused(Instant before) {
        database.read(connection -> {
            try (var delete = connection.prepareStatement(FORGET_REFUSED)) {
                delete.setObject(1, utc(before));
                return delete.executeUpdate();
            }
        });
    }

    /** This node's newest seal, empty before its first; also when the store is closed. */
    public Optional<Seal> newestSeal() {
        return Optional.ofNullable(committer.newestSeal());
    }

    /** Whether accepting is quick just now: what can wait may run. */
    public boolean isCalm() {
        return committer.isCalm();
    }

    /** Stops as a crash does: what waits is neither committed nor sealed. */
    void abandon() {
        committer.abandon();
    }

    @Override
    public void close() {
        committer.close();
    }
}
