package org.itkserver.store.keys;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.itkserver.audit.StoreUnavailable;
import org.itkserver.io.PrivateFiles;
import org.jspecify.annotations.Nullable;

/**
 * The folder of the day keys, one file a key, each wrapped by a key of the key file. It lies outside the database and outside its
 * backups: a key that is deleted here is gone from everywhere. Nodes that share a database share the folder. Thread-safe.
 */
public final class KeyFolder {
    private static final String END = ".key";
    private static final String IDENTITY = "folder-id";
    private static final String FORM = "itk-content-key-1";
    private static final int LINES = 3;
    private static final int SUFFIX_BYTES = 4;
    private static final String ID = "\\d{4}-\\d{2}-\\d{2}-[0-9a-f]{8}";
    /** A key that is deleted is not used for longer. */
    private static final long LOOK_AGAIN = Duration.ofSeconds(1).toNanos();

    private record Known(DayKey key, long seen) {}

    private final Path folder;
    private final MasterKeys masters;
    private final SecureRandom random;
    private final LongSupplier nanos;
    private final Map<String, Known> known = new ConcurrentHashMap<>();

    /**
     * @param keyFile the keys that wrap: 32 bytes in base64 on each line, the newest first
     * @param nanos a clock that only goes forward, in nanoseconds
     * @throws IllegalArgumentException naming the setting and what is wrong with its file
     */
    public KeyFolder(Path keyFile, Path folder, SecureRandom random, LongSupplier nanos) {
        this.folder = folder;
        this.random = random;
        this.nanos = nanos;
        masters = new MasterKeys(keyFile, random);
    }

    /**
     * What tells this folder from every other; empty when it has nothing that does.
     *
     * @throws StoreUnavailable when the folder cannot be read
     */
    public Optional<String> identity() {
        try {
            return Optional.of(Files.readString(folder.resolve(IDENTITY)).trim());
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw unavailable(e);
        }
    }

    /**
     * Makes the folder, if it is not there, and gives it what tells it from every other.
     *
     * @throws StoreUnavailable when the folder cannot be written
     */
    public void found(String identity) {
        try {
            PrivateFiles.createDirectories(folder);
            create(folder.resolve(IDENTITY), identity + "\n");
        } catch (IOException e) {
            throw unavailable(e);
        }
    }

    /** Whether it is the folder with this identity: not another one, and not the empty place where it should be mounted. */
    public boolean isFolder(String identity) {
        try {
            return identity().filter(identity::equals).isPresent();
        } catch (StoreUnavailable e) {
            return false;
        }
    }

    /**
     * A new key, durable in its file.
     *
     * @throws StoreUnavailable when the folder cannot be written
     */
    public DayKey make(LocalDate day) {
        var suffix = new byte[SUFFIX_BYTES];
        random.nextBytes(suffix);
        var bytes = new byte[AesGcm.KEY_BYTES];
        random.nextBytes(bytes);
        var key = new DayKey(day + "-" + HexFormat.of().formatHex(suffix), bytes, random);
        try {
            create(file(key.id()), text(key));
        } catch (IOException e) {
            throw unavailable(e);
        }
        known.put(key.id(), new Known(key, nanos.getAsLong()));
        return key;
    }

    /**
     * The key of this name.
     *
     * @return empty when its file is not there: what it encrypted can never be read again
     * @throws StoreUnavailable when its file cannot be read, or no key of the key file opens it
     */
    public Optional<DayKey> find(String id) {
        var cached = known.get(id);
        if (cached != null && nanos.getAsLong() - cached.seen() < LOOK_AGAIN) {
            return Optional.of(cached.key());
        }
        if (!holds(id)) {
            known.remove(id);
            return Optional.empty();
        }
        var key = cached == null ? read(id) : cached.key();
        if (key != null) {
            known.put(id, new Known(key, nanos.getAsLong()));
        }
        return Optional.ofNullable(key);
    }

    /**
     * Every key that is there and can be opened, by id.
     *
     * @throws StoreUnavailable when the folder cannot be read
     */
    public Map<String, DayKey> all() {
        var out = new HashMap<String, DayKey>();
        for (var id : ids()) {
            try {
                out.put(id, open(id));
            } catch (NoSuchFileException e) {
                // a node destroyed it meanwhile
            } catch (NotAuthentic | IllegalArgumentException e) {
                // it is reported when a content needs it
            } catch (IOException e) {
                throw unavailable(e);
            }
        }
        return out;
    }

    /** Whether it is the form of a key's name. */
    public static boolean isKey(String id) {
        return id.matches(ID);
    }

    /**
     * Whether the key's file is there.
     *
     * @throws StoreUnavailable when that cannot be told
     */
    public boolean holds(String id) {
        try {
            return isKey(id)
                    && Files.readAttributes(file(id), BasicFileAttributes.class).isRegularFile();
        } catch (NoSuchFileException e) {
            return false;
        } catch (IOException e) {
            throw unavailable(e);
        }
    }

    /**
     * Deletes a key for ever.
     *
     * @throws StoreUnavailable when its file cannot be deleted
     */
    public void destroy(String id) {
        try {
            Files.deleteIfExists(file(id));
            sync();
            known.remove(id);
        } catch (IOException e) {
            throw unavailable(e);
        }
    }

    /**
     * Wraps keys that older keys of the key file wrapped with its first one, so that those can be taken out. One that cannot be
     * opened stays as it is.
     *
     * @return the ids of those that cannot be opened
     * @throws StoreUnavailable when the folder cannot be read or written
     */
    public List<String> wrapAnew() {
        var closed = new ArrayList<String>();
        for (var id : ids()) {
            try {
                // a damaged file may have any bytes
                if (!Files.readAllLines(file(id), StandardCharsets.ISO_8859_1).contains(masters.first())) {
                    create(file(id), text(open(id)));
                }
            } catch (NoSuchFileException e) {
                // another node destroyed it meanwhile
            } catch (NotAuthentic | IllegalArgumentException e) {
                closed.add(id);
            } catch (IOException e) {
                throw unavailable(e);
            }
        }
        return closed;
    }

    private List<String> ids() {
        try (var files = Files.newDirectoryStream(folder, "*" + END)) {
            var out = new ArrayList<String>();
            for (var file : files) {
                var name = String.valueOf(file.getFileName());
                var id = name.substring(0, name.length() - END.length());
                if (isKey(id)) {
                    out.add(id);
                }
            }
            return out;
        } catch (IOException e) {
            throw unavailable(e);
        }
    }

    private @Nullable DayKey read(String id) {
        try {
            return open(id);
        } catch (NoSuchFileException e) {
            return null;
        } catch (IOException e) {
            throw unavailable(e);
        } catch (NotAuthentic | IllegalArgumentException e) {
            throw new StoreUnavailable(
                    "the content key " + id + " cannot be opened with the keys in ITK_CONTENT_KEY_FILE");
        }
    }

    /** @throws IllegalArgumentException when it is none, or its master key is not there */
    private DayKey open(String id) throws IOException {
        var lines = Files.readAllLines(file(id), StandardCharsets.ISO_8859_1);
        if (lines.size() != LINES || !lines.get(0).equals(FORM)) {
            throw new IllegalArgumentException("not a key");
        }
        var bytes = masters.unwrap(lines.get(1), id, Base64.getDecoder().decode(lines.get(2)));
        if (bytes == null) {
            throw new IllegalArgumentException("wrapped by another master key");
        }
        return new DayKey(id, bytes, random);
    }

    private String text(DayKey key) {
        return FORM + "\n" + masters.first() + "\n"
                + Base64.getEncoder().encodeToString(masters.wrap(key.id(), key.bytes())) + "\n";
    }

    private Path file(String id) {
        return folder.resolve(id + END);
    }

    /** All of it, durable, or nothing: a crash in between leaves a file that is none of ours. */
    private void create(Path file, String text) throws IOException {
        var owner = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
        var next = Files.createTempFile(folder, "writing-", ".tmp", owner);
        try {
            try (var channel = FileChannel.open(next, StandardOpenOption.WRITE)) {
                var left = ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
                while (left.hasRemaining()) {
                    channel.write(left);
                }
                channel.force(true);
            }
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
            sync();
        } finally {
            Files.deleteIfExists(next);
        }
    }

    /** Makes the folder's own entries durable. */
    private void sync() throws IOException {
        try (var channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private StoreUnavailable unavailable(IOException e) {
        return new StoreUnavailable("the folder of content keys, ITK_CONTENT_KEYS=" + folder + ", cannot be used: "
                + e.getClass().getSimpleName());
    }
}
