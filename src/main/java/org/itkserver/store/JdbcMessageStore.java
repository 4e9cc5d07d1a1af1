package org.itkserver.store;

import static org.itkserver.store.Database.utc;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.itkserver.audit.AuditEvent;
import org.itkserver.audit.StoreUnavailable;
import org.itkserver.envelope.EnvelopeRejected;
import org.itkserver.envelope.ErrorCode;
import org.itkserver.envelope.MessageBody;
import org.itkserver.envelope.ToolkitError;
import org.itkserver.exchange.Acceptance;
import org.itkserver.exchange.MessageStore;
import org.itkserver.exchange.Settlement;
import org.itkserver.exchange.StoredMessage;
import org.jspecify.annotations.Nullable;

/** The message store on JDBC; see {@link Committer} for how it writes. */
public final class JdbcMessageStore implements MessageStore, AutoCloseable {
    /** Larger messages write their parts on a connection of their own, before the group. */
    private static final int JOINS_GROUP = 256 * 1024;

    private static final int BLOCK = 1000;
    private static final Duration FORGOTTEN_UPLOAD = Duration.ofHours(1);

    private static final String NEXT_BLOCK = "select nextval('message_id_block')";
    private static final String UPLOAD = "insert into upload (message_id, node, started_at) values (?, ?, ?)";
    private static final String PART =
            "insert into message_part (message_id, kind, number, codec, bytes) values (?, 'q', ?, ?, ?)";
    private static final String ONE_PART =
            "select bytes from message_part where message_id = ? and kind = ? and number = ?";
    private static final String FIND = "select " + StoredMessages.COLUMNS
            + " from message where tracking_id = ? and partner = ? and direction = 'in'";
    private static final String FORGET_REFUSED = "delete from refused where at < ?";
    private static final String ORPHAN_PARTS =
            "delete from message_part where message_id in (select message_id from upload where node = ? or started_at < ?)";
    private static final String ORPHANS = "delete from upload where node = ? or started_at < ?";

    private final Database database;
    private final String node;
    private final Clock clock;
    private final Committer committer;
    private long nextId;
    private long endOfBlock;

    /** @param node id of this node; no other running node has it */
    public JdbcMessageStore(Database database, String node, Clock clock) {
        this.database = database;
        this.node = node;
        this.clock = clock;
        this.committer = new Committer(database, node, clock);
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
        byte @Nullable [] frame = null;
        if (body.size() <= JOINS_GROUP) {
            frame = Chunks.compress(body.bytes(0, body.size()), (int) body.size());
        } else {
            upload(message.id(), body);
        }
        var entry = new Entry.Accept(message, frame);
        var earlier = commit(entry, entry.done);
        if (earlier.isPresent() && frame == null) {
            removeUpload(message.id());
        }
        return earlier;
    }

    private <T> T commit(Entry entry, java.util.concurrent.CompletableFuture<T> done) {
        try {
            return committer.commit(entry, done);
        } catch (Committer.EntryRefused e) {
            throw new EnvelopeRejected(
                    ToolkitError.of(ErrorCode.NOT_RECOVERABLE, "The message store refuses this message."));
        }
    }

    private void upload(long id, MessageBody body) {
        try (var connection = database.connection()) {
            try (var upload = connection.prepareStatement(UPLOAD)) {
                upload.setLong(1, id);
                upload.setString(2, node);
                upload.setObject(3, utc(clock.instant()));
                upload.executeUpdate();
            }
            try (var part = connection.prepareStatement(PART);
                    var in = body.open()) {
                var chunk = new byte[Chunks.SIZE];
                int number = 0;
                for (int n = in.readNBytes(chunk, 0, chunk.length); n > 0; n = in.readNBytes(chunk, 0, chunk.length)) {
                    part.setLong(1, id);
                    part.setInt(2, number++);
                    part.setString(3, Chunks.CODEC);
                    part.setBytes(4, Chunks.compress(chunk, n));
                    part.executeUpdate();
                }
            }
        } catch (SQLException e) {
            throw new StoreUnavailable("the message's bytes could not be stored: " + e.getSQLState());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void removeUpload(long id) {
        database.read(connection -> {
            try (var parts = connection.prepareStatement("delete from message_part where message_id = ?");
                    var upload = connection.prepareStatement("delete from upload where message_id = ?")) {
                parts.setLong(1, id);
                parts.executeUpdate();
                upload.setLong(1, id);
                return upload.executeUpdate();
            }
        });
    }

    /** Removes parts that an earlier run of this node, or any node an hour ago, wrote for messages never stored. */
    public void removeOrphans() {
        database.read(connection -> {
            int removed = 0;
            for (var sql : new String[] {ORPHAN_PARTS, ORPHANS}) {
                try (var delete = connection.prepareStatement(sql)) {
                    delete.setString(1, node);
                    delete.setObject(2, utc(clock.instant().minus(FORGOTTEN_UPLOAD)));
                    removed += delete.executeUpdate();
                }
            }
            return removed;
        });
    }

    @Override
    public void append(AuditEvent event) {
        refuse(event, null, 0);
    }

    @Override
    public void refuse(AuditEvent event, byte @Nullable [] start, long size) {
        var entry = new Entry.Audit(event, start == null ? null : Chunks.compress(start, start.length), size);
        commit(entry, entry.done);
    }

    @Override
    public boolean settle(Settlement settlement) {
        var response = settlement.response();
        byte @Nullable [] frame = null;
        if (response != null) {
            var bytes = response.getBytes(StandardCharsets.UTF_8);
            frame = Chunks.compress(bytes, bytes.length);
        }
        var entry = new Entry.Settle(settlement, frame);
        return commit(entry, entry.done);
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
        var frame = part(id, "a", 0);
        return frame == null
                ? Optional.empty()
                : Optional.of(new String(Chunks.decompress(frame), StandardCharsets.UTF_8));
    }

    @Override
    public Optional<InputStream> raw(long id) {
        return part(id, "q", 0) == null ? Optional.empty() : Optional.of(Chunks.stream(n -> part(id, "q", n)));
    }

    private byte @Nullable [] part(long id, String kind, int number) {
        return database.read(connection -> {
            try (var select = connection.prepareStatement(ONE_PART)) {
                select.setLong(1, id);
                select.setString(2, kind);
                select.setInt(3, number);
                try (var row = select.executeQuery()) {
                    return row.next() ? row.getBytes(1) : null;
                }
            }
        });
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

    @Override
    public void close() {
        committer.close();
    }
}
