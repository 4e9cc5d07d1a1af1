package org.itkserver.store;

import java.security.MessageDigest;
import java.util.Map;
import org.itkserver.envelope.Sha256;
import org.jspecify.annotations.Nullable;

/** SHA-256 over the parts of messages, as they come: message after message, part after part. Not thread-safe. */
final class PartHash {
    private final Map<Long, byte[]> out;
    private @Nullable Long message;
    private MessageDigest digest = Sha256.digest();
    private boolean readable = true;

    PartHash(Map<Long, byte[]> out) {
        this.out = out;
    }

    /** SHA-256 of bytes that are at hand. */
    static byte[] of(byte[] bytes) {
        return Sha256.digest().digest(bytes);
    }

    void part(long of, byte[] frame) {
        if (message != null && message != of) {
            end();
        }
        message = of;
        try {
            digest.update(Chunks.decompress(frame));
        } catch (RuntimeException e) {
            // bytes that do not even decompress are not the ones that were stored
            readable = false;
        }
    }

    /** The last message is complete. */
    void end() {
        if (message != null) {
            out.put(message, readable ? digest.digest() : new byte[0]);
        }
        digest = Sha256.digest();
        readable = true;
    }
}
