package org.itkserver.envelope;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PieceStreamTest {
    private static PieceStream of(String... pieces) {
        Iterator<String> left = List.of(pieces).iterator();
        return new PieceStream() {
            @Override
            protected byte @Nullable [] next() {
                return left.hasNext() ? left.next().getBytes(StandardCharsets.ISO_8859_1) : null;
            }
        };
    }

    @Test
    void piecesBecomeOneStream() throws IOException {
        assertEquals("abcdef", new String(of("", "abc", "", "d", "ef").readAllBytes(), StandardCharsets.ISO_8859_1));
        assertEquals(-1, of().read(new byte[1]));
    }

    @Test
    void aByteAtATimeIsTheSame() throws IOException {
        var in = of("\u00ffa", "", "b");
        assertEquals(List.of(255, 97, 98, -1), List.of(in.read(), in.read(), in.read(), in.read()));
    }

    @Test
    void aReadGivesWhatIsThere() throws IOException {
        var in = of("abc", "d");
        var buffer = new byte[10];
        assertEquals(2, in.read(buffer, 4, 2));
        assertEquals(1, in.read(buffer, 6, 4));
        assertEquals("abc", new String(buffer, 4, 3, StandardCharsets.ISO_8859_1));
    }

    @Test
    void aCapLetsExactlyTheLimitThrough() throws IOException {
        var bytes = new byte[1000];
        assertEquals(1000, new CappedStream(new ByteArrayInputStream(bytes), 1000, "too long").readAllBytes().length);
        var more = new CappedStream(new ByteArrayInputStream(bytes), 999, "too long");
        assertEquals(
                "too long", assertThrows(IOException.class, more::readAllBytes).getMessage());
    }
}
