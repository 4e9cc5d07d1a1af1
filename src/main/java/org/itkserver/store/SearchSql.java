package org.itkserver.store;

import static org.itkserver.store.Database.utc;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.itkserver.audit.MessageFilter;
import org.itkserver.audit.MessageSearch;
import org.itkserver.audit.MessageSearch.Position;
import org.jspecify.annotations.Nullable;

/**
 * One question as SQL. The condition that leaves the fewest messages and has an index goes inside, with the times and the
 * bound; the rest is asked only of what the bound lets through.
 */
final class SearchSql {
    private static final String NEWEST_FIRST = " order by received_at desc, id desc fetch first ";

    private final List<Condition> inside = new ArrayList<>();
    private final List<Condition> outside = new ArrayList<>();

    /** SQL with places for values. */
    private record Condition(String sql, List<Object> values) {}

    SearchSql(MessageFilter filter, @Nullable Position before, boolean partialIndexes) {
        var tracking = filter.trackingId();
        if (tracking != null) {
            add("tracking_id in (?, ?, ?)", tracking, upper(tracking), lower(tracking));
        }
        var messageId = filter.messageId();
        if (messageId != null) {
            var bare = messageId.replaceFirst("(?i)^(urn:)?uuid:", "");
            add(
                    "message_id in (?, ?, ?, ?, ?)",
                    messageId,
                    upper(bare),
                    lower(bare),
                    "urn:uuid:" + upper(bare),
                    "urn:uuid:" + lower(bare));
        }
        equal("patient", filter.patient());
        if (filter.troubled()) {
            // without an index of its own it is no way in
            (partialIndexes ? target() : outside).add(new Condition("reason is not null", List.of()));
        }
        equal("state", filter.state());
        equal("interaction", filter.interaction());
        equal("service", filter.service());
        equal("partner", filter.partner());
        if (filter.direction() != null) {
            outside.add(new Condition("direction = ?", List.of(filter.direction())));
        }
        outside.add(new Condition(kinds(filter.kinds()), List.of()));
        times(filter, before);
    }

    private static String upper(String text) {
        return text.toUpperCase(Locale.ROOT);
    }

    private static String lower(String text) {
        return text.toLowerCase(Locale.ROOT);
    }

    /** The first one is the way in. */
    private List<Condition> target() {
        return inside.isEmpty() ? inside : outside;
    }

    private void add(String sql, Object... values) {
        target().add(new Condition(sql, List.of(values)));
    }

    private void equal(String column, @Nullable Object value) {
        if (value != null) {
            add(column + " = ?", value);
        }
    }

    private static String kinds(MessageFilter.Kinds kinds) {
        return switch (kinds) {
            case DOCUMENTS -> "kind = 'business'";
            case ACKNOWLEDGEMENTS -> "kind in ('inf-ack', 'bus-ack')";
            case UNMATCHED ->
                "kind in ('inf-ack', 'bus-ack') and direction = 'in' and origin is null and seen_at is null";
            case ALL -> "kind is not null";
        };
    }

    private void times(MessageFilter filter, @Nullable Position before) {
        if (filter.from() != null) {
            inside.add(new Condition("received_at >= ?", List.of(utc(filter.from()))));
        }
        if (filter.to() != null) {
            inside.add(new Condition("received_at < ?", List.of(utc(filter.to()))));
        }
        if (before != null) {
            inside.add(new Condition(
                    "received_at <= ? and (received_at < ? or id < ?)",
                    List.of(utc(before.at()), utc(before.at()), before.id())));
        }
    }

    /** The rows of a page. */
    String rows() {
        return "select " + MessageRows.COLUMNS + " from (select * from message" + where(inside) + NEWEST_FIRST
                + MessageSearch.LOOK_BACK + " rows only) m" + where(outside) + NEWEST_FIRST + "? rows only";
    }

    /** The last message that {@link #rows} looks at, if it looks at as many as it may. */
    String last() {
        return "select received_at, id from message" + where(inside) + " order by received_at desc, id desc offset "
                + (MessageSearch.LOOK_BACK - 1) + " rows fetch first 1 rows only";
    }

    private static String where(List<Condition> conditions) {
        return conditions.isEmpty()
                ? ""
                : " where "
                        + String.join(
                                " and ", conditions.stream().map(Condition::sql).toList());
    }

    void bindRows(PreparedStatement select, int limit) throws SQLException {
        int next = bind(select, inside, 1);
        next = bind(select, outside, next);
        select.setInt(next, limit);
    }

    void bindLast(PreparedStatement select) throws SQLException {
        bind(select, inside, 1);
    }

    private static int bind(PreparedStatement select, List<Condition> conditions, int first) throws SQLException {
        int next = first;
        for (var condition : conditions) {
            for (var value : condition.values()) {
                select.setObject(next++, value);
            }
        }
        return next;
    }
}
