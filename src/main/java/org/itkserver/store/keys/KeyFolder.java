package org.itkserver.store.keys;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.itkserver.audit.StoreUnavailable;
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
     * Makes the folder when it is not there.
     *
     * @param keyFile the keys that wrap: 32 bytes in base64 on each line, the newest first
     * @param nanos a clock that only goes forward, in nanoseconds
     * @throws IllegalArgumentException naming the setting and what is wrong with its file or folder
     */
    public KeyFolder(Path keyFile, Path folder, SecureRandom random, LongSupplier nanos) {
        this.folder = folder;
        this.random = random;
        this.nanos = nanos;
        masters = new MasterKeys(keyFile, random);
        try {
            if (!Files.isDirectory(folder)) {
                Files.createDirectories(folder);
                Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
            }
        } catch (IOException e) {
            throw new IllegalArgumentException("ITK_CONTENT_KEYS=" + folder + " cannot be made");
        }
    }

    /**
     * What tells this folder from every other; made when it is first asked for.
     *
     * @throws StoreUnavailable when the folder cannot be read or written
     */
    public String identity() {
        try {
            var there = readIdentity();
            if (there.isPresent()) {
                return there.get();
            }
            create(folder.resolve(IDENTITY), UUID.randomUUID() + "\n");
            return readIdentity().orElseThrow();
        } catch (FileAlreadyExistsException e) {
            return identity();
        } catch (IOException e) {
            throw unavailable();
        }
    }

    /** Whether it is the folder with this identity: not another one, and not the empty place where it should be mounted. */
    public boolean isFolder(String identity) {
        try {
            return readIdentity().filter(identity::equals).isPresent();
        } catch (IOException e) {
            return false;
        }
    }

    private Optional<String> readIdentity() throws IOException {
        try {
            return Optional.of(Files.readString(folder.resolve(IDENTITY)).trim())
                    .filter(identity -> !identity.isEmpty());
        } catch (NoSuchFileException e) {
            return Optional.empty();
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
            throw unavailable();
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

    /** Whether the key's file is there. */
    public boolean holds(String id) {
        return id.matches(ID) && Files.exists(file(id));
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
            throw unavailable();
        }
    }

    /**
     * Wraps keys that older keys of the key file wrapped with its first one, so that those can be taken out.
     *
     * @return how many
     * @throws StoreUnavailable when the folder cannot be read or written
     */
    public int wrapAnew() {
        int count = 0;
        for (var id : ids()) {
            try {
                if (!Files.readAllLines(file(id)).contains(masters.first())) {
                    var key = read(id);
                    if (key != null) {
                        var next = Files.createTempFile(folder, "wrapping", ".tmp");
                        write(next, text(key), StandardOpenOption.WRITE);
                        Files.move(next, file(id), StandardCopyOption.ATOMIC_MOVE);
                        count++;
                    }
                }
            } catch (IOException e) {
                throw unavailable();
            }
        }
        return count;
    }

    private List<String> ids() {
        try (var files = Files.newDirectoryStream(folder, "*" + END)) {
            var out = new ArrayList<String>();
            for (var file : files) {
                var name = String.valueOf(file.getFileName());
                var id = name.substring(0, name.length() - END.length());
                if (id.matches(ID)) {
                    out.add(id);
                }
            }
            return out;
        } catch (IOException e) {
            throw unavailable();
        }
    }

    private @Nullable DayKey read(String id) {
        try {
            var lines = Files.readAllLines(file(id));
            if (lines.size() == LINES && lines.get(0).equals(FORM)) {
                var bytes = masters.unwrap(lines.get(1), id, Base64.getDecoder().decode(lines.get(2)));
                if (bytes != null) {
                    return new DayKey(id, bytes, random);
                }
            }
        } catch (NoSuchFileException e) {
            return null;
        } catch (IOException e) {
            throw unavailable();
        } catch (NotAuthentic | IllegalArgumentException e) {
            // said below
        }
        throw new StoreUnavailable("the content key " + id + " cannot be opened with the keys in ITK_CONTENT_KEY_FILE");
    }

    private String text(DayKey key) {
        return FORM + "\n" + masters.first() + "\n"
                + Base64.getEncoder().encodeToString(masters.wrap(key.id(), key.bytes())) + "\n";
    }

    private Path file(String id) {
        return folder.resolve(id + END);
    }

    private void create(Path file, String text) throws IOException {
        var owner = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
        Files.createFile(file, owner);
        write(file, text, StandardOpenOption.WRITE);
        sync();
    }

    private static void write(Path file, String text, StandardOpenOption... options) throws IOException {
        try (var channel = FileChannel.open(file, options)) {
            channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)));
            channel.force(true);
        }
    }

    /** Makes the folder's own entries durable. */
    private void sync() throws IOException {
        try (var channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private StoreUnavailable unavailable() {
        return new StoreUnavailable("the folder of content keys, ITK_CONTENT_KEYS=" + folder + ", cannot be used");
    }
}
