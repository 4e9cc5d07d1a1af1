package org.itkserver.store;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.itkserver.audit.AuditType;
import org.itkserver.audit.MessageFields;
import org.itkserver.envelope.Sha256;
import org.itkserver.store.keys.NotAuthentic;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the stored bytes of messages, and gives them to the caller only when they are those that were stored: a message up to
 * {@link CheckedContent#AT_ONCE} bytes is compared with its digest before the first byte, a larger one before its last part.
 * Thread-safe.
 */
final class Contents {
    private static final Logger LOG = LoggerFactory.getLogger(Contents.class);
    /** Largest response, and largest start of a refused message. */
    static final long LARGEST_PIECE = 64L << 20;

    /** A row that is larger than anything that is written is not read into memory; a part is at most about 1 MiB. */
    static final String BYTES = "case when octet_length(%sbytes) <= " + LARGEST_PIECE + " then %sbytes end";

    private static final String PART = "select key_id, " + BYTES.formatted("", "")
            + " from message_part where message_id = ? and kind = ? and number = ?";
    private static final String FIRST = "select p.key_id, " + BYTES.formatted("p.", "p.") + ", m.raw_sha256, m.raw_size"
            + " from message_part p join message m on m.id = p.message_id"
            + " where p.message_id = ? and p.kind = 'q' and p.number = 0";
    private static final String FIELDS = "select " + StoredFields.COLUMNS + " from message where id = ?";
    private static final String EVENTS =
            """
            select node, seq, type, digest, fields_sha256 from audit_event
            where message_id = ? and digest is not null order by node, seq""";
    private static final String REFUSED =
            "select key_id, " + BYTES.formatted("", "") + ", node, seq from refused where error_id = ?";

    private final Database database;
    private final Frames frames;
    private final PlaintextRule plaintext;
    private final Altered altered;

    /** Hears of contents that are not those that were stored. */
    @FunctionalInterface
    interface Altered {
        /**
         * @param message id of the message's row, null for a refused one
         * @param what which content, for a log: no bytes of it
         */
        void found(@Nullable Long message, String what);
    }

    Contents(Database database, Frames frames, Altered altered) {
        this.database = database;
        this.frames = frames;
        this.plaintext = new PlaintextRule(database, frames.areEncrypted());
        this.altered = altered;
    }

    /** The stored response; empty when there is none, or none that may be given to a caller. */
    Optional<String> response(long id) {
        var place = Frames.Place.part(id, "a", 0);
        return guarded(id, place.name(), () -> {
            var frame = one(PART, Contents::frame, id, "a", 0);
            if (frame.isEmpty()) {
                return Optional.empty();
            }
            var told = events(id).stream().filter(event -> !event.stores()).toList();
            plaintext.check(frame.get(), id);
            var bytes = frames.open(place, frame.get(), LARGEST_PIECE);
            if (bytes.isPresent() && !told.isEmpty() && told.stream().noneMatch(e -> e.isOf(bytes.get()))) {
                throw new NotAuthentic();
            }
            return bytes.map(text -> new String(text, StandardCharsets.UTF_8));
        });
    }

    /** The message's bytes, a part at a time; empty when there are none, or none that may be given to a caller. */
    Optional<InputStream> raw(long id) {
        return guarded(id, "message " + id, () -> {
            var first = one(FIRST, Contents::first, id);
            if (first.isEmpty()) {
                return Optional.empty();
            }
            plaintext.check(first.get().frame(), id);
            var bytes = frames.open(
                    Frames.Place.part(id, "q", 0),
                    first.get().frame(),
                    CheckedContent.most(first.get().size(), 0));
            if (bytes.isEmpty()) {
                return Optional.empty();
            }
            var content = new CheckedContent(
                    first.get().digest(),
                    first.get().size(),
                    (number, most) -> part(id, number, most),
                    () -> changed(id, "message " + id));
            return Optional.of(content.open(bytes.get()));
        });
    }

    /**
     * As {@link #raw}, for people and applications: the row of the message is first compared with the events that stored it,
     * so that neither its digest nor its addresses can have been changed with the bytes.
     */
    Optional<InputStream> attested(long id) {
        boolean fits = guarded(id, "the row of message " + id, () -> {
                    var fields = one(FIELDS, StoredFields::of, id);
                    if (fields.isPresent() && !events(id).stream().allMatch(e -> e.fits(fields.get()))) {
                        throw new NotAuthentic();
                    }
                    return fields;
                })
                .isPresent();
        return fits ? raw(id) : Optional.empty();
    }

    /** The start of a refused message; empty when it is not kept, or there is nothing that could read it. */
    Optional<byte[]> refused(String errorId) {
        var place = Frames.Place.refused(errorId);
        return guarded(null, place.name(), () -> {
            var stored =
                    one(REFUSED, row -> new Refused(frame(row), row.getString("node"), row.getLong("seq")), errorId);
            if (stored.isEmpty()) {
                return Optional.empty();
            }
            plaintext.check(
                    stored.get().frame(),
                    List.of(new PlaintextRule.Event(
                            stored.get().node(), stored.get().seq())));
            return frames.open(place, stored.get().frame(), LARGEST_PIECE);
        });
    }

    private record First(Frame frame, byte[] digest, long size) {}

    private record Refused(Frame frame, String node, long seq) {}

    /** What an event says of the message that it is about. */
    private record Told(String type, byte[] digest, byte @Nullable [] fields) {
        boolean stores() {
            return AuditType.storing().stream()
                    .anyMatch(storing -> storing.label().equals(type));
        }

        boolean isOf(byte[] bytes) {
            return MessageDigest.isEqual(digest, Sha256.of(bytes));
        }

        boolean fits(MessageFields message) {
            return !stores()
                    || MessageDigest.isEqual(digest, message.rawDigest())
                            && (fields == null || MessageDigest.isEqual(fields, message.hash()));
        }
    }

    @FunctionalInterface
    private interface Reading<T> {
        Optional<T> read() throws IOException;
    }

    private <T> Optional<T> guarded(@Nullable Long message, String what, Reading<T> reading) {
        try {
            return reading.read();
        } catch (NotAuthentic e) {
            changed(message, what);
            return Optional.empty();
        } catch (IOException e) {
            LOG.error("the stored bytes of {} cannot be read: {}", what, e.getMessage());
            return Optional.empty();
        }
    }

    private void changed(@Nullable Long message, String what) {
        LOG.error("the stored bytes of {} are not those that were written; they are not given out", what);
        altered.found(message, what);
    }

    private byte @Nullable [] part(long id, int number, long most) throws IOException {
        var frame = one(PART, Contents::frame, id, "q", number);
        if (frame.isEmpty()) {
            return null;
        }
        plaintext.check(frame.get(), id);
        return frames.open(Frames.Place.part(id, "q", number), frame.get(), most)
                .orElseThrow(() -> new IOException("the key of this content is gone"));
    }

    private List<Told> events(long id) {
        return database.read(connection -> Sql.list(
                connection,
                EVENTS,
                row -> new Told(row.getString("type"), row.getBytes("digest"), row.getBytes("fields_sha256")),
                id));
    }

    private static Frame frame(ResultSet row) throws SQLException {
        var bytes = row.getBytes(2);
        if (bytes == null) {
            throw new NotAuthentic();
        }
        return new Frame(row.getString(1), bytes);
    }

    private static First first(ResultSet row) throws SQLException {
        return new First(frame(row), row.getBytes(3), row.getLong(4));
    }

    private <T> Optional<T> one(String sql, Sql.Reader<T> reader, Object... values) {
        return database.read(connection -> Sql.first(connection, sql, reader, values));
    }
}
