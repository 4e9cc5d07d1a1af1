package org.itkserver.envelope;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import javax.crypto.Cipher;
import javax.crypto.ShortBufferException;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Encrypts one spool file with AES-256 in counter mode, so that what a crash or a stolen disk leaves of it says nothing. The key
 * is made for this file, used for nothing else and never leaves memory. Thread-safe.
 */
final class SpoolCipher {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int KEY_BYTES = 32;
    private static final int BLOCK = 16;

    private final SecretKeySpec key;

    SpoolCipher() {
        var bytes = new byte[KEY_BYTES];
        RANDOM.nextBytes(bytes);
        key = new SecretKeySpec(bytes, "AES");
    }

    OutputStream encrypting(OutputStream out) {
        var cipher = at(0);
        return new OutputStream() {
            private byte[] buffer = new byte[0];

            @Override
            public void write(int b) throws IOException {
                write(new byte[] {(byte) b}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                if (buffer.length < length) {
                    buffer = new byte[length];
                }
                out.write(buffer, 0, update(cipher, bytes, offset, length, buffer, 0));
            }
        };
    }

    /** @param start where in the file {@code in} begins */
    InputStream decrypting(InputStream in, long start) {
        var cipher = at(start);
        return new BlockStream() {
            @Override
            public int read(byte[] bytes, int offset, int length) throws IOException {
                int count = in.read(bytes, offset, length);
                return count < 1 ? count : update(cipher, bytes, offset, count, bytes, offset);
            }

            @Override
            public void close() throws IOException {
                in.close();
            }
        };
    }

    /** The key serves one file alone, so the counter may begin at 0. */
    private Cipher at(long position) {
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

    private static int update(Cipher cipher, byte[] from, int offset, int length, byte[] to, int at) {
        try {
            return cipher.update(from, offset, length, to, at);
        } catch (ShortBufferException e) {
            throw new IllegalStateException(e);
        }
    }
}
