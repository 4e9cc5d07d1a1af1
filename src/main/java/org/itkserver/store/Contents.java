package org.itkserver.store;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.itkserver.store.keys.NotAuthentic;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads the stored bytes of messages. Thread-safe. */
final class Contents {
    private static final Logger LOG = LoggerFactory.getLogger(Contents.class);
    private static final String PART =
            "select key_id, bytes from message_part where message_id = ? and kind = ? and number = ?";
    private static final String REFUSED = "select key_id, bytes from refused where error_id = ?";

    private final Database database;
    private final Frames frames;

    Contents(Database database, Frames frames) {
        this.database = database;
        this.frames = frames;
    }

    /** The stored response; empty when there is none, or nothing that could read it. */
    Optional<String> response(long id) {
        return first(id, "a").map(bytes -> new String(bytes, StandardCharsets.UTF_8));
    }

    /** The message's bytes, a part at a time; empty when there are none, or nothing that could read them. */
    Optional<InputStream> raw(long id) {
        return first(id, "q").map(first -> Chunks.stream(number -> number == 0 ? first : further(id, number)));
    }

    /** The start of a refused message; empty when it is not kept, or there is nothing that could read it. */
    Optional<byte[]> refused(String errorId) {
        return opened(Frames.Place.refused(errorId), one(REFUSED, errorId));
    }

    private Optional<byte[]> first(long id, String kind) {
        return opened(Frames.Place.part(id, kind, 0), frame(id, kind, 0));
    }

    private Optional<byte[]> opened(Frames.Place place, Optional<Frame> stored) {
        try {
            return stored.flatMap(frame -> frames.open(place, frame));
        } catch (NotAuthentic e) {
            LOG.error("the stored bytes of {} are not those that were written", place.name());
            return Optional.empty();
        }
    }

    private byte @Nullable [] further(long id, int number) throws IOException {
        var frame = frame(id, "q", number);
        return frame.isEmpty()
                ? null
                : frames.open(Frames.Place.part(id, "q", number), frame.get())
                        .orElseThrow(() -> new IOException("the key of this content is gone"));
    }

    private Optional<Frame> frame(long id, String kind, int number) {
        return one(PART, id, kind, number);
    }

    private Optional<Frame> one(String sql, Object... values) {
        return database.read(
                connection -> Sql.first(connection, sql, row -> new Frame(row.getString(1), row.getBytes(2)), values));
    }
}
