package org.itkserver.envelope;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * Decodes base64 strictly: the alphabet of RFC 4648 section 4, correct padding, XML white space anywhere, nothing else. The
 * JDK's MIME decoder drops other characters and everything behind the padding. Not thread-safe.
 */
final class Base64Stream extends PieceStream {
    private static final int BLOCK = 8192;
    private static final int QUAD = 4;

    private final InputStream in;
    private final byte[] input = new byte[BLOCK];
    private final byte[] quads = new byte[BLOCK];
    private int held;
    private boolean padded;

    Base64Stream(InputStream in) {
        this.in = in;
    }

    @Override
    protected byte @Nullable [] next() throws IOException {
        int count = in.read(input, 0, BLOCK - held);
        if (count < 0) {
            if (held > 0) {
                throw new UndecodablePayload("the base64 is cut short or its padding is missing");
            }
            return null;
        }
        int length = held + kept(count);
        int whole = length - length % QUAD;
        var decoded = decoded(whole);
        held = length - whole;
        System.arraycopy(quads, whole, quads, 0, held);
        return decoded;
    }

    /** Copies what is not white space behind the held characters; how many that is. */
    private int kept(int count) throws IOException {
        int at = held;
        for (int i = 0; i < count; i++) {
            byte b = input[i];
            if (b == ' ' || b == '\n' || b == '\r' || b == '\t') {
                continue;
            }
            if (padded && (b != '=' || at % QUAD == 0)) {
                throw new UndecodablePayload("the base64 has characters after its padding");
            }
            padded |= b == '=';
            quads[at++] = b;
        }
        return at - held;
    }

    private byte[] decoded(int length) throws IOException {
        try {
            return Base64.getDecoder().decode(Arrays.copyOf(quads, length));
        } catch (IllegalArgumentException e) {
            throw new UndecodablePayload("it is not base64: it has a character that is not in the alphabet of RFC 4648,"
                    + " or its padding is wrong");
        }
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
