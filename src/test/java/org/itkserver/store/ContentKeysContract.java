package org.itkserver.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.itkserver.audit.AlertKind;
import org.itkserver.audit.AuditEvent;
import org.itkserver.audit.AuditType;
import org.itkserver.audit.StoreUnavailable;
import org.itkserver.audit.verify.Report;
import org.itkserver.clock.SureTime;
import org.itkserver.retention.KeyKeeper;
import org.itkserver.retention.KeyStore;
import org.itkserver.store.keys.DayKey;
import org.itkserver.store.keys.KeyFolder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Contents encrypted at rest: what the database holds, who can read it, and what becomes of it when a key goes. */
abstract class ContentKeysContract {
    private static final String SECRET = "Mrs Smith, 943 476 5919";

    @TempDir
    private Path home;

    private long nanos;
    private Database database;
    private JdbcContentKeys keys;
    private TamperedTrail trail;

    abstract DatabaseSettings settings();

    @BeforeEach
    void open() throws IOException, SQLException {
        var master = new byte[32];
        new SecureRandom().nextBytes(master);
        Files.writeString(home.resolve("content.key"), Base64.getEncoder().encodeToString(master));
        Files.setPosixFilePermissions(home.resolve("content.key"), PosixFilePermissions.fromString("rw-------"));
        database = MigratedDatabase.of(settings());
        for (var table : List.of("content_key", "content_key_folder", "message_part", "message", "refused")) {
            run("delete from " + table);
        }
        trail = new TamperedTrail(database);
        trail.store.close();
        keys = new JdbcContentKeys(database, folder("keys"), trail.node, trail.clock);
        keys.claim();
        trail.encryptedWith(keys, ContentKeys.reading(folder("keys")));
    }

    @AfterEach
    void close() {
        trail.close();
        database.close();
    }

    private KeyFolder folder(String name) {
        return new KeyFolder(home.resolve("content.key"), home.resolve(name), new SecureRandom(), () -> nanos);
    }

    private void run(String sql) throws SQLException {
        try (var connection = database.connection();
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private List<String> column(String sql) {
        return database.read(connection -> {
            try (var statement = connection.createStatement();
                    var rows = statement.executeQuery(sql)) {
                var out = new ArrayList<String>();
                while (rows.next()) {
                    out.add(rows.getString(1));
                }
                return out;
            }
        });
    }

    private List<String> stored() {
        return database.read(connection -> {
            try (var statement = connection.createStatement();
                    var rows = statement.executeQuery(
                            "select bytes from message_part union all select bytes from refused")) {
                var out = new ArrayList<String>();
                while (rows.next()) {
                    out.add(new String(rows.getBytes(1), StandardCharsets.ISO_8859_1));
                }
                return out;
            }
        });
    }

    private byte[] read(long id) throws IOException {
        try (var in = trail.store.raw(id).orElseThrow()) {
            return in.readAllBytes();
        }
    }

    private void deleteKeys() throws IOException {
        for (var id : column("select id from content_key")) {
            Files.deleteIfExists(home.resolve("keys").resolve(id + ".key"));
        }
        nanos += Duration.ofSeconds(2).toNanos();
    }

    /** What is told by two looks in a row. */
    private List<AuditEvent> keep() {
        var told = new ArrayList<AuditEvent>();
        var keeper = new KeyKeeper(
                keys,
                event -> {
                    trail.store.append(event);
                    told.add(event);
                },
                trail.clock,
                SureTime.of(trail.clock));
        keeper.look();
        keeper.look();
        return told;
    }

    private Report.Node verified() {
        trail.stopped();
        var node = trail.verify();
        trail.encryptedWith(keys, ContentKeys.reading(folder("keys")));
        return node;
    }

    private AuditEvent refusal(String errorId) {
        return new AuditEvent(
                trail.clock.instant(), AuditType.REFUSED, null, null, null, null, "x", null, "1000", errorId, "x");
    }

    @Test
    void nothingReadableIsStored() throws IOException {
        long small = trail.accept(SECRET);
        var big = (SECRET + " ").repeat(60_000);
        long large = trail.accept(big);
        trail.store.refuse(refusal("E-1"), SECRET.getBytes(StandardCharsets.UTF_8), SECRET.length());

        assertEquals(4, stored().size(), "one small, two of a large one, one refused");
        for (var bytes : stored()) {
            assertFalse(bytes.contains("Smith"));
        }
        assertEquals(List.of("0"), column("select count(*) from message_part where key_id is null"));
        assertArrayEquals(SECRET.getBytes(StandardCharsets.UTF_8), read(small));
        assertArrayEquals(big.getBytes(StandardCharsets.UTF_8), read(large));
        var query = new JdbcAuditQuery(database, trail.store, keys);
        assertArrayEquals(
                SECRET.getBytes(StandardCharsets.UTF_8),
                query.refusedStart("E-1").orElseThrow());
        assertNull(verified().first());
    }

    @Test
    void whatWasStoredBeforeStaysReadable() throws IOException {
        trail.store.close();
        trail.restart();
        long before = trail.accept(SECRET);
        trail.store.close();
        trail.encryptedWith(keys, ContentKeys.reading(folder("keys")));
        assertArrayEquals(SECRET.getBytes(StandardCharsets.UTF_8), read(before));
    }

    @Test
    void bytesOfAnotherMessageAreFound() throws Exception {
        long one = trail.accept(SECRET);
        long other = trail.accept("somebody else's letter");
        trail.stopped();
        run("update message_part set bytes = (select bytes from message_part where message_id = " + other
                + ") where message_id = " + one);
        assertThrows(RuntimeException.class, () -> read(one));
        var first = trail.verify().first();
        assertNotNull(first);
        assertTrue(first.problem().contains("has other bytes"), first.problem());
    }

    @Test
    void everyDayHasItsOwnKey() {
        trail.accept("1");
        trail.accept("2");
        trail.clock.forward(Duration.ofDays(1));
        trail.accept("3");
        assertEquals(
                List.of("2026-11-22", "2026-11-23"),
                keys.keys().stream().map(key -> DayKey.day(key.id()).toString()).toList());
    }

    @Test
    void withoutItsKeyAContentIsAsGoodAsDestroyed() throws IOException {
        long id = trail.accept(SECRET);
        deleteKeys();
        assertTrue(trail.store.raw(id).isEmpty());

        var told = keep();
        assertEquals(1, told.size());
        assertEquals(AuditType.CONTENT_KEY_GONE, told.get(0).type());
        assertEquals(AlertKind.CONTENT_KEY_GONE, told.get(0).aside().cause().kind());
        assertEquals(List.of(), keep(), "told once");

        var node = verified();
        assertNull(node.first());
        assertEquals(1, node.unreadable());
    }

    @Test
    void aKeyThatIsGoneWithoutAnEventIsAFinding() throws IOException {
        trail.accept(SECRET);
        deleteKeys();
        var first = verified().first();
        assertNotNull(first);
        assertTrue(first.problem().contains("no sealed event records that it is gone"), first.problem());
    }

    @Test
    void aKeyOfTodayThatIsTakenAwayIsReplaced() throws IOException {
        trail.accept(SECRET);
        deleteKeys();
        long next = trail.accept(SECRET);
        assertArrayEquals(SECRET.getBytes(StandardCharsets.UTF_8), read(next));
        assertEquals(2, keys.keys().size());
    }

    @Test
    void aKeyThatComesBackIsWatchedAgain() throws IOException {
        long id = trail.accept(SECRET);
        var file = home.resolve("keys").resolve(keys.keys().get(0).id() + ".key");
        var saved = Files.readAllBytes(file);
        deleteKeys();
        keep();
        assertTrue(keys.keys().get(0).gone());
        Files.write(file, saved);
        assertEquals(List.of(), keep());
        assertFalse(keys.keys().get(0).gone());
        assertArrayEquals(SECRET.getBytes(StandardCharsets.UTF_8), read(id));
    }

    @Test
    void aKeyIsDestroyedWhenNothingIsLeftThatItOpens() throws Exception {
        trail.accept(SECRET);
        var backup = stored().get(0);
        var key = keys.keys().get(0);
        trail.clock.forward(Duration.ofDays(3));
        assertEquals(List.of(), keep(), "something is left");
        run("delete from message_part");
        trail.clock.forward(Duration.ofDays(-1));
        assertEquals(List.of(), keep(), "its day is over, but a slow clock may still write");
        trail.clock.forward(Duration.ofDays(1));

        var told = keep();
        assertEquals(1, told.size());
        assertTrue(
                told.get(0).detail().startsWith(key.id() + " is destroyed"),
                told.get(0).detail());
        assertNull(told.get(0).aside());
        assertFalse(Files.exists(home.resolve("keys").resolve(key.id() + ".key")));
        assertTrue(
                folder("keys").find(key.id()).isEmpty(), "so nothing opens " + backup.length() + " bytes of a backup");
        assertEquals(List.of(), keep());
    }

    @Test
    void theStartOfARefusedMessageKeepsItsKey() {
        trail.store.refuse(AuditEvent.ofServer(trail.clock.instant(), AuditType.REFUSED, "x"), new byte[] {1}, 1);
        trail.clock.forward(Duration.ofDays(3));
        assertEquals(List.of(), keep());
        trail.store.forgetRefused(trail.clock.instant());
        assertEquals(1, keep().size());
    }

    /** The trail tells of a destruction once, and the keys after it are looked at. */
    @Test
    void aKeyThatCannotBeDestroyedIsToldOfOnceAndHoldsUpNoOther() throws Exception {
        trail.accept(SECRET);
        run("delete from message_part");
        trail.clock.forward(Duration.ofDays(3));
        trail.accept(SECRET);
        run("delete from message_part");
        trail.clock.forward(Duration.ofDays(3));
        var stuck = keys.keys().get(0).id();
        var failing = (KeyStore) Proxy.newProxyInstance(
                KeyStore.class.getClassLoader(), new Class<?>[] {KeyStore.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("destroy")
                            && ((KeyStore.Key) arguments[0]).id().equals(stuck)) {
                        throw new StoreUnavailable("the folder of content keys cannot be written");
                    }
                    try {
                        return method.invoke(keys, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
        var told = new ArrayList<AuditEvent>();
        var away = new AtomicBoolean(true);
        var keeper = new KeyKeeper(
                failing,
                event -> {
                    if (away.get()) {
                        throw new StoreUnavailable("the database is away");
                    }
                    told.add(event);
                },
                trail.clock,
                SureTime.of(trail.clock));
        assertThrows(StoreUnavailable.class, keeper::look);
        assertEquals(2, keys.keys().stream().filter(key -> !key.gone()).count(), "no key goes unrecorded");
        away.set(false);
        for (int i = 0; i < 3; i++) {
            assertThrows(StoreUnavailable.class, keeper::look);
        }
        assertEquals(2, told.size(), told.toString());
        assertEquals(
                List.of(stuck),
                keys.keys().stream()
                        .filter(key -> !key.gone())
                        .map(KeyStore.Key::id)
                        .toList());
    }

    @Test
    void aKeyThatIsMissingOnceIsNotGone() throws IOException {
        trail.accept(SECRET);
        var told = new ArrayList<AuditEvent>();
        var keeper = new KeyKeeper(keys, told::add, trail.clock, SureTime.of(trail.clock));
        var file = home.resolve("keys").resolve(keys.keys().get(0).id() + ".key");
        var saved = Files.readAllBytes(file);
        Files.delete(file);
        keeper.look();
        Files.write(file, saved);
        keeper.look();
        Files.delete(file);
        keeper.look();
        assertEquals(List.of(), told);
        keeper.look();
        assertEquals(1, told.size());
    }

    @Test
    void oneNodeLooksAfterTheKeysAtATime() throws IOException {
        trail.accept(SECRET);
        deleteKeys();
        assertTrue(keys.takeTurn(trail.clock.instant(), Duration.ofMinutes(3)));
        var other = new JdbcContentKeys(database, folder("keys"), "other", trail.clock);
        assertFalse(other.takeTurn(trail.clock.instant(), Duration.ofMinutes(3)));
        trail.clock.forward(Duration.ofMinutes(4));
        assertTrue(other.takeTurn(trail.clock.instant(), Duration.ofMinutes(3)));
        assertEquals(List.of(), keep());
    }

    @Test
    void nodesThatShareTheFolderReadEachOthers() throws IOException {
        long id = trail.accept(SECRET);
        var other = new JdbcContentKeys(database, folder("keys"), "other", trail.clock);
        other.claim();
        var third = new JdbcMessageStore(database, "other", trail.key, trail.clock, other, event -> {});
        try (third;
                var in = third.raw(id).orElseThrow()) {
            assertArrayEquals(SECRET.getBytes(StandardCharsets.UTF_8), in.readAllBytes());
        }
    }

    @Test
    void aForgedKeyNameExcusesNothing() throws Exception {
        trail.accept(SECRET);
        var taken = keys.keys().get(0).id();
        deleteKeys();
        keep();
        trail.clock.forward(Duration.ofDays(5));
        trail.accept("later");
        for (var forged : List.of(taken, "%", "2026-11-22-00000000", "nothing")) {
            var turned = "update message_part set key_id = '" + forged + "', bytes = '\\x00' where message_id ="
                    + " (select max(message_id) from message_part)";
            run(turned.replace("'\\x00'", "cast('00' as bytea)"));
            var first = verified().first();
            assertNotNull(first, forged);
            assertTrue(first.problem().contains("its key " + forged + " is not there"), first.problem());
        }
    }

    @Test
    void aDestroyedKeyExcusesNothing() throws Exception {
        long id = trail.accept(SECRET);
        var bytes = stored().get(0);
        run("delete from message_part");
        trail.clock.forward(Duration.ofDays(3));
        assertEquals(1, keep().size());
        run("insert into message_part (message_id, kind, number, codec, key_id, bytes) values (" + id
                + ", 'q', 0, 'lz4', '" + keys.keys().get(0).id() + "', cast('" + bytes.length() + "' as bytea))");
        var first = verified().first();
        assertNotNull(first);
        assertTrue(first.problem().contains("no sealed event records that it is gone"), first.problem());
    }

    @Test
    void refusalsAreToldOfAlsoWhileTheKeysAreAway() throws IOException {
        trail.accept(SECRET);
        Files.move(home.resolve("keys"), home.resolve("away"));
        nanos += Duration.ofSeconds(2).toNanos();
        trail.clock.forward(Duration.ofDays(1));
        trail.store.refuse(AuditEvent.ofServer(trail.clock.instant(), AuditType.REFUSED, "x"), new byte[] {1}, 1);
        assertEquals(List.of("0"), column("select count(*) from refused"));
        assertFalse(keys.isUsable());
    }

    @Test
    void aServerWithoutKeysDoesNotWriteInTheClearWhereContentsAreEncrypted() {
        var refused = assertThrows(DatabaseRefused.class, () -> JdbcContentKeys.requireNone(database));
        assertTrue(String.valueOf(refused.getMessage()).contains("ITK_CONTENT_KEY_FILE is not set"));
    }

    @Test
    void theFolderOfAnotherDatabaseEndsTheStart() {
        trail.accept(SECRET);
        folder("of-another").found("of-another-database");
        var other = new JdbcContentKeys(database, folder("of-another"), trail.node, trail.clock);
        var refused = assertThrows(DatabaseRefused.class, other::claim);
        assertTrue(String.valueOf(refused.getMessage()).contains("ITK_CONTENT_KEYS"), refused.getMessage());
        assertThrows(StoreUnavailable.class, other::current, "a running server waits");
    }

    @Test
    void anotherFolderIsNotTakenForThisOne() {
        trail.accept(SECRET);
        var other = new JdbcContentKeys(database, folder("elsewhere"), trail.node, trail.clock);
        var message = assertThrows(StoreUnavailable.class, other::claim).getMessage();
        assertTrue(message.contains("ITK_CONTENT_KEYS"), message);
        assertThrows(StoreUnavailable.class, other::current);
        assertThrows(StoreUnavailable.class, () -> other.isThere(keys.keys().get(0)));
    }

    @Test
    void aFolderThatIsNotMountedLosesNothing() throws IOException {
        long id = trail.accept(SECRET);
        Files.move(home.resolve("keys"), home.resolve("away"));
        Files.createDirectory(home.resolve("keys"));
        nanos += Duration.ofSeconds(2).toNanos();
        assertThrows(StoreUnavailable.class, () -> trail.store.raw(id));
        assertThrows(StoreUnavailable.class, () -> trail.accept("another"));
        assertThrows(StoreUnavailable.class, this::keep);
        assertFalse(keys.keys().get(0).gone());

        Files.delete(home.resolve("keys")); // fails when anything was put there
        Files.move(home.resolve("away"), home.resolve("keys"));
        assertArrayEquals(SECRET.getBytes(StandardCharsets.UTF_8), read(id));
        trail.accept("another");
    }

    @Test
    void aServerWithoutKeysSaysWhatIsMissing() {
        long id = trail.accept(SECRET);
        trail.store.close();
        trail.restart();
        var message =
                assertThrows(StoreUnavailable.class, () -> trail.store.raw(id)).getMessage();
        assertTrue(message.contains("ITK_CONTENT_KEY_FILE is not set"), message);
    }
}
