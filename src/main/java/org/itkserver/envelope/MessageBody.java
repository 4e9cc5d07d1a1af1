package org.itkserver.envelope;

import java.io.ByteArrayInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of one message as they arrived: in memory up to {@link #IN_MEMORY} bytes, above that in an encrypted spool file that
 * {@link #close()} deletes. Filled by one thread through {@link #tee}, then read-only and safe to read from several threads until
 * the last user has closed it.
 */
public final class MessageBody implements Closeable {
    /** Bytes kept in memory before the body moves to a file. */
    public static final int IN_MEMORY = 1 << 20;

    /**
     * Attribute of a servlet request whose body was spooled before a servlet was called. Its value is the complete
     * {@link MessageBody}, or the {@link IOException} that ended the reading; without it, the request's stream has the body.
     */
    public static final String ATTRIBUTE = MessageBody.class.getName();

    private static final int FIRST_BUFFER = 32 * 1024;

    private final Path spoolFolder;
    private final long limit;
    private byte[] memory;
    private long size;
    private @Nullable SpoolFile spool;
    private final AtomicInteger users = new AtomicInteger(1);

    /**
     * @param spoolFolder where a spool file goes; must exist
     * @param limit largest accepted size in bytes
     * @param expected the announced size in bytes, or a negative number when unknown; only sizes the first buffer
     */
    public MessageBody(Path spoolFolder, long limit, long expected) {
        this.spoolFolder = spoolFolder;
        this.limit = limit;
        this.memory = new byte[expected > 0 && expected <= IN_MEMORY ? (int) expected : FIRST_BUFFER];
    }

    /**
     * An empty body in a spool file, whatever its size; to be filled by {@link #write}.
     *
     * @throws IOException when the file cannot be made
     */
    public static MessageBody spooled(Path spoolFolder, long limit) throws IOException {
        var body = new MessageBody(spoolFolder, limit, 1);
        body.moveToFile();
        return body;
    }

    /** A body that is already complete and in memory. The array is not copied. */
    public static MessageBody of(byte[] bytes) {
        var body = new MessageBody(Path.of("."), bytes.length, -1);
        body.memory = bytes;
        body.size = bytes.length;
        return body;
    }

    /** Bytes received so far. */
    public long size() {
        return size;
    }

    /**
     * A stream over {@code source} that keeps every byte it hands out. It fails with {@link MessageTooLarge} as soon as
     * the limit is passed.
     */
    InputStream tee(InputStream source) {
        return new BlockStream() {
            @Override
            public int read(byte[] buffer, int offset, int length) throws IOException {
                int count = source.read(buffer, offset, length);
                if (count > 0) {
                    append(buffer, offset, count);
                }
                return count;
            }
        };
    }

    /** Takes everything that {@code source} has. */
    public void fill(InputStream source) throws IOException {
        var buffer = new byte[FIRST_BUFFER];
        for (int n = source.read(buffer); n >= 0; n = source.read(buffer)) {
            append(buffer, 0, n);
        }
    }

    /**
     * Adds bytes at the end.
     *
     * @throws MessageTooLarge when the limit is passed
     * @throws IOException when the spool file cannot be written
     */
    public void write(byte[] buffer, int offset, int count) throws IOException {
        append(buffer, offset, count);
    }

    private void append(byte[] buffer, int offset, int count) throws IOException {
        if (size + count > limit) {
            throw new MessageTooLarge(limit);
        }
        if (spool == null && size + count > IN_MEMORY) {
            moveToFile();
        }
        if (spool != null) {
            spool.write(buffer, offset, count);
        } else {
            if (size + count > memory.length) {
                memory = Arrays.copyOf(memory, (int) Math.min(IN_MEMORY, Math.max(memory.length * 2L, size + count)));
            }
            System.arraycopy(buffer, offset, memory, (int) size, count);
        }
        size += count;
    }

    private void moveToFile() throws IOException {
        spool = new SpoolFile(spoolFolder);
        spool.write(memory, 0, (int) size);
        memory = new byte[0];
    }

    /** A stream over the bytes from {@code start} to {@code end} (exclusive). May be called any number of times. */
    public InputStream open(long start, long end) {
        if (start < 0 || end < start || end > size) {
            throw new IllegalArgumentException("no such range: " + start + " to " + end + " of " + size);
        }
        return spool == null
                ? new ByteArrayInputStream(memory, (int) start, (int) (end - start))
                : spool.open(start, end);
    }

    /** A stream over all bytes. */
    public InputStream open() {
        return open(0, size);
    }

    /** All of it as characters, decoded as {@link EnvelopeScanner} does. */
    public Reader characters() throws IOException {
        return new PositionedReader(open());
    }

    /** The bytes of a range that is known to be small. */
    public byte[] bytes(long start, long end) {
        try (var in = open(start, end)) {
            return in.readNBytes(Math.toIntExact(end - start));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** SHA-256 of a range, 32 bytes. */
    public byte[] sha256(long start, long end) {
        var digest = Sha256.digest();
        if (spool == null) {
            digest.update(memory, (int) start, (int) (end - start));
            return digest.digest();
        }
        try (var in = open(start, end)) {
            var buffer = new byte[64 * 1024];
            for (int n = in.read(buffer); n > 0; n = in.read(buffer)) {
                digest.update(buffer, 0, n);
            }
            return digest.digest();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One more user: the bytes stay until each has called {@link #close()}. */
    public MessageBody retain() {
        users.incrementAndGet();
        return this;
    }

    /** One user less; the last one deletes the spool file, if there is one. */
    @Override
    public void close() {
        if (users.decrementAndGet() != 0) {
            return;
        }
        try {
            if (spool != null) {
                spool.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
