package org.itkserver.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Set;

/**
 * What this process has in hand, in a small mapped file that survives the process: an item is noted before it is tried, and the
 * note goes when the attempt has ended. A note that the next start finds was there when the process died; after
 * {@value #SET_ASIDE} lost attempts the item is not tried again. A death that {@link #fatal} recorded counts for more than one
 * that may have been a kill: two of them are enough (docs/adr/0026). Items are kept as digests. Thread-safe.
 */
public final class InHand {
    /** So many lost attempts and the item is set aside. */
    public static final int SET_ASIDE = 5;
    /** Lost attempts that make a suspect; the first recorded death counts as so many. */
    public static final int SUSPECT = 2;

    private static final long MAGIC = 0x49544B2D48414E44L;
    private static final int KEY = 16;
    private static final int SLOTS = 64;
    private static final int KEPT = 128;
    private static final int END = Long.BYTES;
    private static final int NEXT = END + Integer.BYTES;
    private static final int FIRST_SLOT = NEXT + Integer.BYTES;
    private static final int FIRST_KEPT = FIRST_SLOT + SLOTS * KEY;
    private static final int ENTRY = KEY + Integer.BYTES;
    private static final int SIZE = FIRST_KEPT + KEPT * ENTRY;
    private static final int FATAL = 70;
    private static final byte[] FREE = new byte[KEY];

    private final ByteBuffer buffer;

    private InHand(ByteBuffer buffer) {
        this.buffer = buffer;
        if (buffer.getLong(0) != MAGIC) {
            buffer.put(0, new byte[SIZE]);
            buffer.putLong(0, MAGIC);
        }
        for (int slot = 0; slot < SLOTS; slot++) {
            var key = key(FIRST_SLOT + slot * KEY);
            if (!Arrays.equals(key, FREE)) {
                count(key);
                buffer.put(FIRST_SLOT + slot * KEY, FREE);
            }
        }
    }

    /** An attempt. */
    @FunctionalInterface
    public interface Attempt<T, E extends Exception> {
        /** Does it. */
        T run() throws E;
    }

    /**
     * The file of an earlier process, or a new one.
     *
     * @throws IOException when it cannot be made or mapped
     */
    public static InHand open(Path file) throws IOException {
        var options = Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try (var channel = FileChannel.open(file, options, PrivateFiles.file())) {
            if (channel.size() < SIZE) {
                // a mapped file with a hole would end the process when the disk is full
                channel.write(ByteBuffer.allocate(SIZE), 0);
            }
            return new InHand(channel.map(FileChannel.MapMode.READ_WRITE, 0, SIZE));
        }
    }

    /** Without a file: what is noted ends with the process. */
    public static InHand inMemory() {
        return new InHand(ByteBuffer.allocate(SIZE));
    }

    /** Lost attempts after one more. */
    public static int after(int lost, boolean fatal) {
        if (!fatal) {
            return lost + 1;
        }
        return lost < SUSPECT ? SUSPECT : Math.max(SET_ASIDE, lost + 1);
    }

    /**
     * Makes an attempt with the item noted. The note stays when the attempt runs out of memory, because the process ends then.
     *
     * @param item kind and name
     */
    public <T, E extends Exception> T during(String item, Attempt<T, E> attempt) throws E {
        var key = digest(item);
        int slot = take(key);
        boolean ended = true;
        try {
            return attempt.run();
        } catch (OutOfMemoryError e) {
            ended = false;
            throw e;
        } finally {
            if (ended) {
                end(slot, key);
            }
        }
    }

    /** Whether so many attempts with the item were lost that it must not be tried again. */
    public synchronized boolean isSetAside(String item) {
        int at = find(digest(item));
        return at >= 0 && buffer.getInt(at + KEY) >= SET_ASIDE;
    }

    /** The process ends because it cannot be trusted any more. Allocates nothing. */
    public void fatal() {
        buffer.putInt(END, FATAL);
    }

    /** Whether the process before this one recorded its death with {@link #fatal}; until {@link #accountedFor}. */
    public boolean hadFatalEnd() {
        return buffer.getInt(END) == FATAL;
    }

    /** The death of the process before this one has been counted wherever it counts. */
    public void accountedFor() {
        buffer.putInt(END, 0);
    }

    private synchronized int take(byte[] key) {
        for (int slot = 0; slot < SLOTS; slot++) {
            if (Arrays.equals(key(FIRST_SLOT + slot * KEY), FREE)) {
                buffer.put(FIRST_SLOT + slot * KEY, key);
                return slot;
            }
        }
        return -1;
    }

    /** An attempt that ended, however, did not end the process. */
    private synchronized void end(int slot, byte[] key) {
        if (slot >= 0) {
            buffer.put(FIRST_SLOT + slot * KEY, FREE);
        }
        int at = find(key);
        if (at >= 0) {
            buffer.put(at, new byte[ENTRY]);
        }
    }

    private void count(byte[] key) {
        int at = find(key);
        if (at < 0) {
            int next = Math.floorMod(buffer.getInt(NEXT), KEPT);
            at = FIRST_KEPT + next * ENTRY;
            buffer.putInt(NEXT, next + 1);
            buffer.put(at, key);
            buffer.putInt(at + KEY, 0);
        }
        buffer.putInt(at + KEY, after(buffer.getInt(at + KEY), hadFatalEnd()));
    }

    private int find(byte[] key) {
        for (int i = 0; i < KEPT; i++) {
            int at = FIRST_KEPT + i * ENTRY;
            if (Arrays.equals(key(at), key)) {
                return at;
            }
        }
        return -1;
    }

    private byte[] key(int at) {
        var out = new byte[KEY];
        buffer.get(at, out);
        return out;
    }

    private static byte[] digest(String item) {
        try {
            var sha256 = MessageDigest.getInstance("SHA-256");
            return Arrays.copyOf(sha256.digest(item.getBytes(StandardCharsets.UTF_8)), KEY);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
