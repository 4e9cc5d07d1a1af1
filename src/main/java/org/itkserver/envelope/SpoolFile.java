package org.itkserver.envelope;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import javax.crypto.Cipher;
import javax.crypto.ShortBufferException;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Bytes in a file that only its owner can open, encrypted with AES-256 in counter mode, so that what a crash or a stolen disk
 * leaves of it says nothing. The key is made for this file, used for nothing else and never leaves memory. Written by one thread,
 * then read by any number.
 */
final class SpoolFile implements Closeable {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int KEY_BYTES = 32;
    private static final int BLOCK = 16;

    private final SecretKeySpec key;
    private final Cipher encrypting;
    private final Path file;
    private final FileChannel channel;
    private byte[] encrypted = new byte[0];

    /** @param folder where the file goes; must exist */
    SpoolFile(Path folder) throws IOException {
        var bytes = new byte[KEY_BYTES];
        RANDOM.nextBytes(bytes);
        key = new SecretKeySpec(bytes, "AES");
        encrypting = cipher(0);
        var owner = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
        file = Files.createTempFile(folder, "message-", ".spool", owner);
        channel = opened(file);
    }

    private static FileChannel opened(Path file) throws IOException {
        try {
            return FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
        } catch (IOException e) {
            Files.deleteIfExists(file);
            throw e;
        }
    }

    /** Adds bytes at the end. */
    void write(byte[] bytes, int offset, int count) throws IOException {
        if (encrypted.length < count) {
            encrypted = new byte[count];
        }
        var out = ByteBuffer.wrap(encrypted, 0, update(encrypting, bytes, offset, count, encrypted, 0));
        while (out.hasRemaining()) {
            channel.write(out);
        }
    }

    /** A stream over the bytes from {@code start} to {@code end} (exclusive), read by position: several share one channel. */
    InputStream open(long start, long end) {
        var decrypting = cipher(start);
        return new BlockStream() {
            private long position = start;

            @Override
            public int read(byte[] buffer, int offset, int length) throws IOException {
                if (position >= end) {
                    return -1;
                }
                int wanted = (int) Math.min(length, end - position);
                int count = channel.read(ByteBuffer.wrap(buffer, offset, wanted), position);
                if (count < 1) {
                    return count;
                }
                position += count;
                return update(decrypting, buffer, offset, count, buffer, offset);
            }
        };
    }

    /** The key serves one file alone, so the counter may begin at 0. */
    private Cipher cipher(long position) {
        var counter = BigInteger.valueOf(position / BLOCK).toByteArray();
        var first = new byte[BLOCK];
        System.arraycopy(counter, 0, first, BLOCK - counter.length, counter.length);
        try {
            var cipher = Cipher.getInstance("AES/CTR/NoPadding");
            cipher.init(Cipher.ENCRYPT_MODE, key, new IvParameterSpec(first));
            cipher.update(new byte[(int) (position % BLOCK)]);
            return cipher;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES does not work here", e);
        }
    }

    private static int update(Cipher cipher, byte[] from, int offset, int count, byte[] to, int at) {
        try {
            return cipher.update(from, offset, count, to, at);
        } catch (ShortBufferException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Deletes the file. */
    @Override
    public void close() throws IOException {
        channel.close();
        Files.deleteIfExists(file);
    }
}
