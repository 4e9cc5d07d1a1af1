package org.itkserver.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.itkserver.store.keys.NotAuthentic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A row that was damaged is refused before memory is allocated for what it claims to be. */
class ChunksTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final long LITTLE = 64 * 1024;

    private final Random random = new Random(11);

    private static void isRefusedCheaply(byte[] part, long most) {
        long before = THREADS.getCurrentThreadAllocatedBytes();
        assertThrows(NotAuthentic.class, () -> Chunks.decompress(part, most));
        long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
        assertTrue(allocated < LITTLE, allocated + " bytes");
    }

    /** Text of words that come again, as XML does, and bytes that do not compress. */
    private byte[] content(int size) {
        var out = new byte[size];
        random.nextBytes(out);
        for (int i = 16; i < size; i++) {
            if (random.nextInt(50) != 0) {
                out[i] = out[i - 1 - random.nextInt(15)];
            }
        }
        return out;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 4, 5, 12, 13, 14, 15, 16, 254, 255, 256, 270, 4096, 65_536, Chunks.SIZE})
    void whatWasCompressedComesBack(int size) {
        for (var bytes : new byte[][] {new byte[size], content(size)}) {
            assertArrayEquals(bytes, Chunks.decompress(Chunks.compress(bytes, size), size));
        }
    }

    @Test
    void aDamagedLengthIsRefusedBeforeAnythingIsAllocated() {
        var part = Chunks.compress(content(100_000), 100_000);
        for (int length :
                new int[] {-1, Integer.MIN_VALUE, Integer.MAX_VALUE, 99_999, 100_001, 256 * part.length, 1 << 30}) {
            var damaged = part.clone();
            ByteBuffer.wrap(damaged).putInt(length);
            isRefusedCheaply(damaged, Integer.MAX_VALUE);
        }
    }

    /** A block that was made to grow to a length that fits its prefix. */
    @Test
    void moreThanWasStoredIsRefusedBeforeAnythingIsAllocated() {
        var zeros = new byte[32 << 20];
        var bomb = Chunks.compress(zeros, zeros.length);
        assertTrue(bomb.length < 1 << 20);
        isRefusedCheaply(bomb, Chunks.SIZE);
        isRefusedCheaply(bomb, zeros.length - 1);
    }

    @Test
    void anyDamageIsRefusedOrHarmless() {
        for (int i = 0; i < 20_000; i++) {
            int size = random.nextInt(600);
            var part = Chunks.compress(content(size), size);
            var damaged = random.nextInt(4) == 0 ? Arrays.copyOf(part, random.nextInt(part.length + 1)) : part;
            for (int n = random.nextInt(4); n > 0 && damaged.length > 0; n--) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
            }
            try {
                assertTrue(Chunks.decompress(damaged, size).length <= size);
            } catch (NotAuthentic e) {
                // refused
            }
        }
    }
}
