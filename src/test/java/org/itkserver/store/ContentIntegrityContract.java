package org.itkserver.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.itkserver.audit.AuditType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;

/** A content that was changed in the database is not given out; an unchanged one is, byte for byte. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class ContentIntegrityContract {
    private static final int MIB = 1 << 20;
    private static final List<Integer> SIZES = List.of(
            1,
            2000,
            256 * 1024,
            Chunks.SIZE - 1,
            Chunks.SIZE,
            Chunks.SIZE + 1,
            MIB - 1,
            MIB,
            MIB + 1,
            2 * Chunks.SIZE,
            2 * Chunks.SIZE + 1,
            3 * MIB);

    /** A row that unpacks to far more than a part ever is. */
    private static final byte[] HUGE = Chunks.compress(new byte[32 << 20], 32 << 20);

    private final Random random = new Random(7);
    private Database database;
    private TamperedTrail trail;

    abstract DatabaseSettings settings();

    @BeforeAll
    void open() {
        database = MigratedDatabase.of(settings());
        trail = new TamperedTrail(database);
    }

    @AfterAll
    void close() {
        trail.close();
        database.close();
    }

    private byte[] bytes(int size) {
        var out = new byte[size];
        random.nextBytes(out);
        return out;
    }

    private int update(String sql, Object... values) {
        return database.read(connection -> Sql.update(connection, sql, values));
    }

    private byte[] part(long id, int number) {
        var frame = database.read(connection -> Sql.first(
                        connection,
                        "select bytes from message_part where message_id = ? and number = ?",
                        row -> row.getBytes(1),
                        id,
                        number))
                .orElseThrow();
        return Chunks.decompress(frame, Integer.MAX_VALUE);
    }

    private void replace(long id, int number, byte[] bytes) {
        update(
                "update message_part set bytes = ? where message_id = ? and number = ?",
                Chunks.compress(bytes, bytes.length),
                id,
                number);
    }

    @TestFactory
    Stream<DynamicTest> anUntouchedContentIsGivenWhole() {
        return SIZES.stream()
                .map(size -> DynamicTest.dynamicTest(size + " bytes", () -> {
                    var bytes = bytes(size);
                    long id = trail.accept(bytes);
                    try (var in = trail.store.raw(id).orElseThrow()) {
                        assertArrayEquals(bytes, in.readAllBytes());
                    }
                    try (var in = trail.store.attested(id).orElseThrow()) {
                        assertArrayEquals(bytes, in.readAllBytes());
                    }
                }));
    }

    /** What is done to one part. */
    private record Change(String name, int size, int part) {}

    @TestFactory
    Stream<DynamicTest> aChangedContentIsGivenToNoOne() {
        var changes = new ArrayList<Change>();
        for (var size : SIZES) {
            int parts = (size + Chunks.SIZE - 1) / Chunks.SIZE;
            for (var name : List.of(
                    "one bit", "one byte less", "one byte more", "another", "nothing", "deleted", "junk", "huge")) {
                IntStream.range(0, parts).forEach(part -> changes.add(new Change(name, size, part)));
            }
        }
        return changes.stream().map(change -> DynamicTest.dynamicTest(change.toString(), () -> isRefused(change)));
    }

    private void isRefused(Change change) throws IOException {
        var bytes = bytes(change.size());
        long id = trail.accept(bytes);
        change(id, change);
        var found = trail.store.raw(id);
        if (change.size() <= MIB) {
            assertTrue(found.isEmpty(), "a byte of it could be read");
        } else if (found.isPresent()) {
            var given = new ByteArrayOutputStream();
            try (var in = found.get()) {
                assertThrows(IOException.class, () -> in.transferTo(given));
            }
            int last = (change.size() - 1) / Chunks.SIZE * Chunks.SIZE;
            assertTrue(given.size() <= last, given.size() + " bytes");
        }
        assertTrue(trail.store.attested(id).isEmpty() || change.size() > MIB);
    }

    private void change(long id, Change change) {
        var part = part(id, change.part());
        switch (change.name()) {
            case "one bit" -> {
                part[part.length / 2] ^= 1;
                replace(id, change.part(), part);
            }
            case "one byte less" -> replace(id, change.part(), java.util.Arrays.copyOf(part, part.length - 1));
            case "one byte more" -> replace(id, change.part(), java.util.Arrays.copyOf(part, part.length + 1));
            case "another" -> replace(id, change.part(), bytes(part.length));
            case "nothing" -> replace(id, change.part(), new byte[0]);
            case "huge" ->
                update(
                        "update message_part set bytes = ? where message_id = ? and number = ?",
                        HUGE,
                        id,
                        change.part());
            case "deleted" -> update("delete from message_part where message_id = ? and number = ?", id, change.part());
            default ->
                update(
                        "update message_part set bytes = ? where message_id = ? and number = ?",
                        bytes(9),
                        id,
                        change.part());
        }
    }

    @Test
    void aChangedContentRaisesOneAlertWithItsTrackingId() {
        long id = trail.accept("letter");
        replace(id, 0, "forged".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        for (int i = 0; i < 3; i++) {
            assertTrue(trail.store.raw(id).isEmpty());
        }
        trail.append("after it");
        var alerts = trail.rows().stream()
                .filter(row -> row.type().equals(AuditType.ALERT.label())
                        && Long.valueOf(id).equals(row.message()))
                .toList();
        assertEquals(1, alerts.size());
        assertEquals(
                trail.store.message(id).orElseThrow().trackingId(),
                alerts.get(0).trackingId());
    }

    /** With the digest in its row the bytes fit; the event that stored it does not. */
    @Test
    void aContentThatWasChangedWithItsRowIsNotGivenToPeopleOrApplications() {
        long id = trail.accept("letter");
        var forged = "forged".getBytes(java.nio.charset.StandardCharsets.UTF_8);
        replace(id, 0, forged);
        update("update message set raw_sha256 = ? where id = ?", TamperedTrail.sha256(forged), id);
        assertTrue(trail.store.attested(id).isEmpty());
        long moved = trail.accept("another letter");
        assertTrue(trail.store.attested(moved).isPresent());
        update("update message set partner = 'q' where id = ?", moved);
        assertTrue(trail.store.attested(moved).isEmpty());
    }

    @Test
    void aHugeLengthInAPartIsNotBelieved() {
        long id = trail.accept("letter");
        update(
                "update message_part set bytes = ? where message_id = ?",
                new byte[] {0x7f, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0, 0},
                id);
        assertTrue(trail.store.raw(id).isEmpty());
    }
}
