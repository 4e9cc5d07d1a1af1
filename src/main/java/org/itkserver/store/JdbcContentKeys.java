package org.itkserver.store;

import static org.itkserver.store.Database.utc;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.itkserver.audit.StoreUnavailable;
import org.itkserver.retention.KeyStore;
import org.itkserver.store.keys.DayKey;
import org.itkserver.store.keys.KeyFolder;
import org.jspecify.annotations.Nullable;

/**
 * The keys of contents: in their folder, and known to the database by name, so that a missing one is noticed. The database also
 * knows which folder it is. Thread-safe.
 */
public final class JdbcContentKeys implements ContentKeys, KeyStore {
    private static final String CLAIM =
            "insert into content_key_folder (slot, id) values (1, ?) on conflict do nothing";
    private static final String FOLDER = "select id from content_key_folder";
    private static final String MADE = "insert into content_key (id, made_at) values (?, ?) on conflict do nothing";
    private static final String KEYS = "select id, gone_at is not null from content_key order by id";
    private static final String USED =
            """
            select 1 where exists (select 1 from message_part where key_id = ?)
                or exists (select 1 from refused where key_id = ?)""";
    private static final String NOTE = "update content_key set gone_at = ? where id = ?";

    private static final String TOLD_GONE =
            """
            select 1 from content_key k join audit_event e
                on e.type = 'content-key-gone' and e.at = k.gone_at and e.detail like k.id || ' %'
            where k.id = ?""";

    private final Database database;
    private final KeyFolder folder;
    private final Clock clock;
    private volatile @Nullable String claimed;
    private volatile @Nullable DayKey today;
    private @Nullable DayKey unregistered;

    public JdbcContentKeys(Database database, KeyFolder folder, Clock clock) {
        this.database = database;
        this.folder = folder;
        this.clock = clock;
    }

    /**
     * Makes sure that this is the folder that the database's contents were encrypted with, or the first.
     *
     * @throws StoreUnavailable when it is another, and when the database or the folder is away
     */
    public synchronized void claim() {
        var identity = folder.identity();
        var known = database.read(connection -> {
            try (var insert = connection.prepareStatement(CLAIM);
                    var select = connection.prepareStatement(FOLDER)) {
                insert.setString(1, identity);
                insert.executeUpdate();
                try (var row = select.executeQuery()) {
                    row.next();
                    return row.getString(1);
                }
            }
        });
        if (!identity.equals(known)) {
            throw new StoreUnavailable("ITK_CONTENT_KEYS is not the folder that this database's contents are encrypted"
                    + " with: its folder-id is not " + known);
        }
        if (claimed == null) {
            folder.wrapAnew();
        }
        claimed = identity;
    }

    @Override
    public DayKey current() {
        var day = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
        var key = today;
        // also a key of today may be taken away
        return key != null
                        && DayKey.day(key.id()).equals(day)
                        && folder.find(key.id()).isPresent()
                ? key
                : next(day);
    }

    private synchronized DayKey next(LocalDate day) {
        var key = today;
        if (key != null
                && DayKey.day(key.id()).equals(day)
                && folder.find(key.id()).isPresent()) {
            return key;
        }
        if (claimed == null || !folder.isFolder(claimed)) {
            claim();
        }
        var next = unregistered;
        if (next == null || !DayKey.day(next.id()).equals(day) || !folder.holds(next.id())) {
            next = folder.make(day);
            unregistered = next;
        }
        var id = next.id();
        database.read(connection -> {
            try (var insert = connection.prepareStatement(MADE)) {
                insert.setString(1, id);
                insert.setObject(2, utc(clock.instant()));
                return insert.executeUpdate();
            }
        });
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
        var identity = claimed;
        if (identity == null || !folder.isFolder(identity)) {
            throw new StoreUnavailable("the folder of content keys is not there; is ITK_CONTENT_KEYS mounted?");
        }
    }

    @Override
    public List<Key> keys() {
        return database.read(connection -> {
            try (var select = connection.prepareStatement(KEYS);
                    var rows = select.executeQuery()) {
                var out = new ArrayList<Key>();
                while (rows.next()) {
                    out.add(new Key(rows.getString(1), DayKey.day(rows.getString(1)), rows.getBoolean(2)));
                }
                return out;
            }
        });
    }

    @Override
    public boolean isThere(Key key) {
        requireFolder();
        return folder.holds(key.id());
    }

    @Override
    public boolean isUsed(Key key) {
        return database.read(connection -> {
            try (var select = connection.prepareStatement(USED)) {
                select.setString(1, key.id());
                select.setString(2, key.id());
                try (var row = select.executeQuery()) {
                    return row.next();
                }
            }
        });
    }

    @Override
    public void destroy(Key key) {
        requireFolder();
        folder.destroy(key.id());
    }

    @Override
    public void note(Key key, @Nullable Instant at) {
        database.read(connection -> {
            try (var update = connection.prepareStatement(NOTE)) {
                update.setObject(1, at == null ? null : utc(at), Types.TIMESTAMP_WITH_TIMEZONE);
                update.setString(2, key.id());
                return update.executeUpdate();
            }
        });
    }

    /** Whether an event tells that a key is gone. */
    static boolean isToldGone(Connection connection, String key) throws SQLException {
        try (var select = connection.prepareStatement(TOLD_GONE)) {
            select.setString(1, key);
            try (var row = select.executeQuery()) {
                return row.next();
            }
        }
    }
}
