package org.itkserver.store;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.itkserver.audit.StoreUnavailable;
import org.itkserver.retention.KeyStore;
import org.itkserver.store.keys.DayKey;
import org.itkserver.store.keys.KeyFolder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The keys of contents: in their folder, and known to the database by name, so that a missing one is noticed. The database also
 * knows which folder it is. Thread-safe.
 */
public final class JdbcContentKeys implements ContentKeys, KeyStore {
    private static final Logger LOG = LoggerFactory.getLogger(JdbcContentKeys.class);
    private static final String CLAIM =
            "insert into content_key_folder (slot, id) values (1, ?) on conflict do nothing";
    private static final String TURN =
            """
            update content_key_folder set looked_by = ?, looked_until = ?
            where looked_until is null or looked_until < ? or looked_until > ? or looked_by = ?""";
    private static final String MADE = "insert into content_key (id, made_at) values (?, ?) on conflict do nothing";
    private static final String KEYS = "select id, gone_at is not null from content_key order by id";
    private static final String USED =
            """
            select 1 where exists (select 1 from message_part where key_id = ?)
                or exists (select 1 from refused where key_id = ?)""";
    private static final String NOTE = "update content_key set gone_at = ? where id = ?";

    private final Database database;
    private final KeyFolder folder;
    private final String node;
    private final Clock clock;
    private volatile @Nullable String claimed;
    private volatile @Nullable DayKey today;
    private @Nullable DayKey unregistered;

    /** @param node id of this node */
    public JdbcContentKeys(Database database, KeyFolder folder, String node, Clock clock) {
        this.database = database;
        this.folder = folder;
        this.node = node;
        this.clock = clock;
    }

    /**
     * Makes sure that nothing in the database is encrypted, for a server that has no keys.
     *
     * @throws DatabaseRefused when something is
     * @throws StoreUnavailable when the database is away
     */
    public static void requireNone(Database database) {
        if (known(database).isPresent()) {
            throw new DatabaseRefused(
                    "The contents of this database are encrypted at rest, and ITK_CONTENT_KEY_FILE is not"
                            + " set: set ITK_CONTENT_KEY_FILE and ITK_CONTENT_KEYS as the servers of this database have them.");
        }
    }

    /**
     * Makes sure that this is the folder that the database's contents were encrypted with, or the first.
     *
     * @throws DatabaseRefused when it is the folder of another database
     * @throws StoreUnavailable when the database or the folder is away; a folder that is not mounted yet is empty
     */
    public synchronized void claim() {
        var identity = folder.identity();
        var known = known(database);
        if (known.isEmpty()) {
            var wanted = identity.orElseGet(() -> UUID.randomUUID().toString());
            database.read(connection -> Sql.update(connection, CLAIM, wanted));
            known = known(database);
        }
        if (identity.isEmpty() && keys().isEmpty()) {
            folder.found(known.orElseThrow());
        } else if (identity.isPresent() && !identity.equals(known)) {
            throw new DatabaseRefused("ITK_CONTENT_KEYS is the folder of another database: its folder-id is "
                    + identity.get() + ", and this database's contents are encrypted with the folder "
                    + known.orElseThrow() + ". Name that folder.");
        } else if (identity.isEmpty()) {
            throw new StoreUnavailable("ITK_CONTENT_KEYS is not the folder that this database's contents are encrypted"
                    + " with: its folder-id is not " + known.orElseThrow());
        }
        if (claimed == null) {
            folder.wrapAnew().forEach(id -> LOG.warn("the content key {} cannot be opened with the key file", id));
        }
        claimed = known.orElseThrow();
    }

    /** While the server runs, another folder in the place of the right one is waited out. */
    private void claimAgain() {
        try {
            claim();
        } catch (DatabaseRefused e) {
            throw new StoreUnavailable(String.valueOf(e.getMessage()));
        }
    }

    private static Optional<String> known(Database database) {
        return database.read(KeyNotes::folder);
    }

    /** Whether contents can be encrypted and read now, as far as the folder goes. */
    public boolean isUsable() {
        var identity = claimed;
        return identity != null && folder.isFolder(identity);
    }

    @Override
    public DayKey current() {
        var day = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
        var key = today;
        return isCurrent(key, day) ? key : next(day);
    }

    /** Also a key of today may be taken away. */
    private boolean isCurrent(@Nullable DayKey key, LocalDate day) {
        return key != null
                && DayKey.day(key.id()).equals(day)
                && folder.find(key.id()).isPresent();
    }

    private synchronized DayKey next(LocalDate day) {
        var key = today;
        if (isCurrent(key, day)) {
            return key;
        }
        if (!isUsable()) {
            claimAgain();
        }
        var next = unregistered;
        if (!isCurrent(next, day)) {
            next = folder.make(day);
            unregistered = next;
        }
        requireFolder();
        var id = next.id();
        database.read(connection -> Sql.update(connection, MADE, id, clock.instant()));
        unregistered = null;
        today = next;
        return next;
    }

    @Override
    public Optional<DayKey> find(String id) {
        var key = folder.find(id);
        if (key.isEmpty()) {
            requireFolder();
        }
        return key;
    }

    /** A missing file is a missing key only in the right folder. */
    private void requireFolder() {
        if (!isUsable()) {
            throw new StoreUnavailable("the folder of content keys is not there; is ITK_CONTENT_KEYS mounted?");
        }
    }

    @Override
    public boolean takeTurn(Instant now, Duration lease) {
        return database.read(connection ->
                        Sql.update(connection, TURN, node, now.plus(lease), now, now.plus(lease.multipliedBy(2)), node))
                == 1;
    }

    @Override
    public List<Key> keys() {
        return database
                .read(connection -> Sql.list(connection, KEYS, row -> new Known(row.getString(1), row.getBoolean(2))))
                .stream()
                .filter(known -> KeyFolder.isKey(known.id()))
                .map(known -> new Key(known.id(), DayKey.day(known.id()), known.gone()))
                .toList();
    }

    private record Known(String id, boolean gone) {}

    @Override
    public boolean isThere(Key key) {
        boolean there = folder.holds(key.id());
        requireFolder();
        return there;
    }

    @Override
    public boolean isUsed(Key key) {
        return database.read(connection -> Sql.first(connection, USED, row -> 1, key.id(), key.id()))
                .isPresent();
    }

    @Override
    public void destroy(Key key) {
        requireFolder();
        folder.destroy(key.id());
    }

    @Override
    public void note(Key key, @Nullable Instant at) {
        database.read(connection -> Sql.update(connection, NOTE, at, key.id()));
    }
}
