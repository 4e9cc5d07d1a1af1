package org.itkserver.store;

import static org.itkserver.store.Database.utc;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.itkserver.audit.AuditQuery.MessageRow;
import org.itkserver.audit.MessageFilter;
import org.itkserver.audit.MessageFilter.Kinds;
import org.itkserver.audit.MessageSearch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What every way to search finds, and that none looks at more than it may. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class MessageSearchContract {
    private static final Instant NOON = Instant.parse("2026-11-22T12:00:00Z");
    private static final byte[] PATIENT = new byte[16];
    private static final String ADD =
            """
            insert into message (id, direction, partner, tracking_id, message_id, service, interaction, sender, addresses,
                state, received_at, digest, raw_sha256, raw_size, patient, answer, inf_ack_requested, ack_requested,
                kind, origin, reason, inbox)
            values (?, ?, ?, ?, ?, ?, ?, null, 'a', ?, ?, ?, ?, 1, ?, null, false, false, ?, ?, ?, false)""";

    private Database database;
    private MessageSearch search;
    private long next = 1000;

    abstract DatabaseSettings settings();

    @BeforeAll
    void open() {
        database = MigratedDatabase.of(settings());
        search = new JdbcMessageSearch(database);
    }

    @AfterAll
    void shut() {
        database.close();
    }

    @BeforeEach
    void empty() {
        database.read(connection -> {
            try (var delete = connection.createStatement()) {
                return delete.executeUpdate("delete from message");
            }
        });
    }

    /** What a row of these tests may differ in. */
    private record Row(
            String direction,
            String partner,
            String trackingId,
            String messageId,
            String service,
            String interaction,
            String state,
            Instant at,
            byte[] patient,
            String kind,
            Long origin,
            String reason) {
        static final Row USUAL = new Row("in", "p", null, "m", "s", "i", "handled", NOON, null, "business", null, null);
    }

    private long add(Row row) {
        return addAll(List.of(row)).get(0);
    }

    private List<Long> addAll(List<Row> rows) {
        var ids = new ArrayList<Long>();
        database.read(connection -> {
            try (var insert = connection.prepareStatement(ADD)) {
                for (var row : rows) {
                    long id = next++;
                    ids.add(id);
                    bind(insert, id, row);
                    insert.addBatch();
                }
                return insert.executeBatch();
            }
        });
        return ids;
    }

    private static void bind(java.sql.PreparedStatement insert, long id, Row row) throws SQLException {
        insert.setLong(1, id);
        insert.setString(2, row.direction());
        insert.setString(3, row.partner());
        insert.setString(4, row.trackingId() == null ? newId() : row.trackingId());
        insert.setString(5, row.messageId());
        insert.setString(6, row.service());
        insert.setString(7, row.interaction());
        insert.setString(8, row.state());
        insert.setObject(9, utc(row.at()));
        insert.setBytes(10, new byte[32]);
        insert.setBytes(11, new byte[32]);
        insert.setBytes(12, row.patient());
        insert.setString(13, row.kind());
        insert.setObject(14, row.origin());
        insert.setString(15, row.reason());
    }

    private static String newId() {
        return UUID.randomUUID().toString().toUpperCase(Locale.ROOT);
    }

    private List<Long> find(MessageFilter filter) {
        return ids(search.find(filter, null, 50).rows());
    }

    private static List<Long> ids(List<MessageRow> rows) {
        return rows.stream().map(MessageRow::id).toList();
    }

    /** Each way to search, with the only kind of message it is to find. */
    private enum Way {
        TRACKING(
                r -> with(r, 2, "9C1E52C0-7B1D-4D5A-9A31-0D5C2C7F1A01"),
                f -> MessageFilter.ofTrackingId("9c1e52c0-7B1D-4D5A-9A31-0D5C2C7F1A01")),
        MESSAGE_ID(
                r -> with(r, 3, "urn:uuid:0D5C2C7F-7B1D-4D5A-9A31-9C1E52C01A01"),
                f -> filter(
                        null,
                        "uuid:0d5c2c7f-7b1d-4d5a-9a31-9c1e52c01a01",
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        false,
                        null,
                        null)),
        PATIENT(
                r -> with(r, 8, MessageSearchContract.PATIENT),
                f -> filter(
                        null, null, MessageSearchContract.PATIENT, null, null, null, null, null, false, null, null)),
        PARTNER(r -> with(r, 1, "q"), f -> filter(null, null, null, "q", null, null, null, null, false, null, null)),
        SERVICE(r -> with(r, 4, "t"), f -> filter(null, null, null, null, "t", null, null, null, false, null, null)),
        INTERACTION(
                r -> with(r, 5, "j"), f -> filter(null, null, null, null, null, "j", null, null, false, null, null)),
        STATE(
                r -> with(r, 6, "dead-letter"),
                f -> filter(null, null, null, null, null, null, "dead-letter", null, false, null, null)),
        DIRECTION(
                r -> with(r, 0, "out"),
                f -> filter(null, null, null, null, null, null, null, "out", false, null, null)),
        TROUBLED(
                r -> with(r, 11, "refused"),
                f -> filter(null, null, null, null, null, null, null, null, true, null, null)),
        FROM(
                r -> with(r, 7, NOON.plusSeconds(60)),
                f -> filter(null, null, null, null, null, null, null, null, false, NOON.plusSeconds(60), null)),
        TO(
                r -> with(r, 7, NOON.minusSeconds(60)),
                f -> filter(null, null, null, null, null, null, null, null, false, null, NOON)),
        EVERYTHING(
                r -> new Row(
                        "out",
                        "q",
                        null,
                        "m2",
                        "t",
                        "j",
                        "rejected",
                        NOON,
                        MessageSearchContract.PATIENT,
                        "business",
                        null,
                        "why"),
                f -> filter(
                        null,
                        "m2",
                        MessageSearchContract.PATIENT,
                        "q",
                        "t",
                        "j",
                        "rejected",
                        "out",
                        true,
                        NOON.minusSeconds(1),
                        NOON.plusSeconds(1)));

        private final UnaryOperator<Row> wanted;
        private final UnaryOperator<MessageFilter> filter;

        Way(UnaryOperator<Row> wanted, UnaryOperator<MessageFilter> filter) {
            this.wanted = wanted;
            this.filter = filter;
        }
    }

    private static MessageFilter filter(
            String tracking,
            String messageId,
            byte[] patient,
            String partner,
            String service,
            String interaction,
            String state,
            String direction,
            boolean troubled,
            Instant from,
            Instant to) {
        return new MessageFilter(
                Kinds.DOCUMENTS,
                tracking,
                messageId,
                patient,
                partner,
                service,
                interaction,
                state,
                direction,
                troubled,
                from,
                to);
    }

    private static Row with(Row row, int field, Object value) {
        return new Row(
                field == 0 ? (String) value : row.direction(),
                field == 1 ? (String) value : row.partner(),
                field == 2 ? (String) value : row.trackingId(),
                field == 3 ? (String) value : row.messageId(),
                field == 4 ? (String) value : row.service(),
                field == 5 ? (String) value : row.interaction(),
                field == 6 ? (String) value : row.state(),
                field == 7 ? (Instant) value : row.at(),
                field == 8 ? (byte[]) value : row.patient(),
                field == 9 ? (String) value : row.kind(),
                field == 10 ? (Long) value : row.origin(),
                field == 11 ? (String) value : row.reason());
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void eachWayFindsItsMessageAndNoOther(Way way) {
        add(Row.USUAL);
        long wanted = add(way.wanted.apply(Row.USUAL));
        add(Row.USUAL);

        assertEquals(List.of(wanted), find(way.filter.apply(MessageFilter.DOCUMENTS)));
    }

    @Test
    void theNewestComesFirstAndPagesGoOnWhereTheLastOneEnded() {
        var rows = new ArrayList<Row>();
        for (int i = 0; i < 7; i++) {
            rows.add(with(Row.USUAL, 7, NOON.plusSeconds(i / 3))); // several at one time
        }
        var ids = addAll(rows);
        var expected = new ArrayList<>(ids);
        java.util.Collections.reverse(expected);

        var seen = new ArrayList<Long>();
        var page = search.find(MessageFilter.DOCUMENTS, null, 2);
        seen.addAll(ids(page.rows()));
        while (page.next() != null) {
            assertFalse(page.cut());
            page = search.find(MessageFilter.DOCUMENTS, page.next(), 2);
            seen.addAll(ids(page.rows()));
        }

        assertEquals(expected, seen);
    }

    @Test
    void aSearchStopsAfterSoManyMessagesAndSaysWhere() {
        long rare = add(with(with(Row.USUAL, 7, NOON.minusSeconds(1)), 0, "out"));
        var rows = new ArrayList<Row>();
        for (int i = 0; i < MessageSearch.LOOK_BACK; i++) {
            rows.add(with(Row.USUAL, 7, NOON.plusMillis(i)));
        }
        addAll(rows);
        var filter = filter(null, null, null, null, null, null, null, "out", false, null, null);

        var first = search.find(filter, null, 50);
        assertEquals(List.of(), first.rows());
        assertTrue(first.cut());
        assertEquals(NOON, first.next().at());

        var second = search.find(filter, first.next(), 50);
        assertEquals(List.of(rare), ids(second.rows()));
        assertNull(second.next());
        assertFalse(second.cut());
    }

    @Test
    void kindsAreToldApart() {
        long document = add(Row.USUAL);
        long matched = add(with(with(with(Row.USUAL, 9, "inf-ack"), 10, document), 7, NOON.plusSeconds(1)));
        long unmatched = add(with(with(Row.USUAL, 9, "bus-ack"), 7, NOON.plusSeconds(2)));
        long forward = add(with(with(with(Row.USUAL, 9, "forward"), 10, document), 7, NOON.plusSeconds(3)));

        assertEquals(List.of(document), find(MessageFilter.DOCUMENTS));
        assertEquals(List.of(unmatched, matched), find(kinds(Kinds.ACKNOWLEDGEMENTS)));
        assertEquals(List.of(unmatched), find(kinds(Kinds.UNMATCHED)));
        assertEquals(List.of(forward, unmatched, matched, document), find(kinds(Kinds.ALL)));
    }

    private static MessageFilter kinds(Kinds kinds) {
        return new MessageFilter(kinds, null, null, null, null, null, null, null, null, false, null, null);
    }

    @Test
    void aFamilyIsEverythingThatCameOfOneDocument() {
        long document = add(Row.USUAL);
        long forward = add(with(with(with(Row.USUAL, 10, document), 9, "forward"), 0, "out"));
        long ack = add(with(with(Row.USUAL, 10, forward), 9, "inf-ack"));
        long ackOfAck = add(with(with(with(Row.USUAL, 10, ack), 9, "inf-ack"), 0, "out"));
        add(Row.USUAL);

        for (long id : List.of(document, forward, ack, ackOfAck)) {
            assertEquals(List.of(document, forward, ack, ackOfAck), ids(search.family(id)), "from " + id);
        }
        assertEquals(List.of(forward), ids(search.childrenOf(List.of(document))));
        assertEquals(List.of(), search.family(1));
        assertEquals(List.of(), search.childrenOf(List.of()));
        assertEquals(List.of(), search.events(List.of(), 10));
        assertEquals(List.of(), search.waiting(List.of(document)));
    }
}
