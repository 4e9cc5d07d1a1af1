package org.itkserver.api;

import jakarta.ws.rs.core.UriInfo;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.Set;
import org.itkserver.envelope.PlainText;
import org.jspecify.annotations.Nullable;

/** The parameters of an address, strictly: an unknown or repeated one is a {@link Problem}. */
final class QueryParameters {
    private static final int USUAL_LIMIT = 50;
    private static final int LARGEST_LIMIT = 200;

    private final UriInfo uri;

    QueryParameters(UriInfo uri, Set<String> known) {
        this.uri = uri;
        uri.getPathParameters().forEach((name, values) -> values.forEach(value -> text(name, value)));
        uri.getQueryParameters().forEach((name, values) -> {
            values.forEach(value -> text(JsonReader.printable(name), value));
            if (!known.contains(name)) {
                throw Problem.of(JsonReader.printable(name), "is unknown here");
            }
            if (values.size() > 1) {
                throw Problem.of(name, "is there twice");
            }
        });
    }

    private static void text(String name, String value) {
        if (!PlainText.isStorable(value)) {
            throw Problem.of(name, "holds a NUL, half a surrogate pair, or bytes that are not UTF-8");
        }
    }

    /** The value, null when it is absent or empty. */
    @Nullable
    String text(String name) {
        var value = uri.getQueryParameters().getFirst(name);
        return value == null || value.isEmpty() ? null : value;
    }

    int limit() {
        var value = text("limit");
        if (value == null) {
            return USUAL_LIMIT;
        }
        int limit = value.matches("[0-9]{1,4}") ? Integer.parseInt(value) : 0;
        if (limit < 1 || limit > LARGEST_LIMIT) {
            throw Problem.of("limit", "must be a number from 1 to " + LARGEST_LIMIT);
        }
        return limit;
    }

    TrailPosition after() {
        return TrailPosition.parse("after", text("after"));
    }

    Instant time(String name, Instant otherwise) {
        var value = text(name);
        try {
            return value == null ? otherwise : OffsetDateTime.parse(value).toInstant();
        } catch (DateTimeParseException e) {
            throw Problem.of(name, "must be a time such as 2026-01-31T09:30:00Z");
        }
    }
}
