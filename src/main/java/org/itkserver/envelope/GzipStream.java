package org.itkserver.envelope;

import java.io.IOException;
import java.io.InputStream;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Reads gzip (RFC 1952) to its end: all members, each checked by its CRC and length. The JDK's stream takes a damaged second
 * member for the end of the data; here anything but zeros behind the last member is an error. Not thread-safe.
 */
final class GzipStream extends BlockStream {
    private static final int HEADER_CRC = 2;
    private static final int EXTRA = 4;
    private static final int NAME = 8;
    private static final int COMMENT = 16;
    private static final int RESERVED = 0xE0;
    private static final String CUT = "the gzip data is cut short";

    private final InputStream in;
    private final Inflater inflater = new Inflater(true);
    private final CRC32 crc = new CRC32();
    private final CRC32 headerCrc = new CRC32();
    private final byte[] input = new byte[8192];
    private int position;
    private int limit;
    private boolean inMember;
    private boolean started;
    private boolean ended;

    GzipStream(InputStream in) {
        this.in = in;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        while (!ended) {
            if (!inMember) {
                member();
                continue;
            }
            int count = inflated(buffer, offset, length);
            if (count > 0) {
                crc.update(buffer, offset, count);
                return count;
            }
            if (inflater.finished()) {
                trailer();
            } else if (inflater.needsDictionary()) {
                throw broken();
            } else if (position == limit && !fill()) {
                throw new UndecodablePayload(CUT);
            }
        }
        return -1;
    }

    private int inflated(byte[] buffer, int offset, int length) throws IOException {
        inflater.setInput(input, position, limit - position);
        try {
            int count = inflater.inflate(buffer, offset, length);
            position = limit - inflater.getRemaining();
            return count;
        } catch (DataFormatException e) {
            throw broken();
        }
    }

    /** The next member's header, or the end of the data. */
    private void member() throws IOException {
        if (started && atEnd()) {
            ended = true;
            return;
        }
        headerCrc.reset();
        if (header() != 0x1f || header() != 0x8b) {
            throw new UndecodablePayload(started ? "something follows the gzip data" : "it is not gzip data");
        }
        started = true;
        int method = header();
        int flags = header();
        if (method != 8 || (flags & RESERVED) != 0) {
            throw broken();
        }
        skip(6);
        if ((flags & EXTRA) != 0) {
            skip(header() | header() << 8);
        }
        if ((flags & NAME) != 0) {
            skipText();
        }
        if ((flags & COMMENT) != 0) {
            skipText();
        }
        int expected = (int) headerCrc.getValue() & 0xffff;
        if ((flags & HEADER_CRC) != 0 && (header() | header() << 8) != expected) {
            throw broken();
        }
        inflater.reset();
        crc.reset();
        inMember = true;
    }

    /** Zeros pad some gzip files up to the end. */
    private boolean atEnd() throws IOException {
        boolean zeros = false;
        while (position < limit || fill()) {
            if (input[position] != 0) {
                if (zeros) {
                    throw new UndecodablePayload("something follows the gzip data");
                }
                return false;
            }
            zeros = true;
            position++;
        }
        return true;
    }

    private void trailer() throws IOException {
        long length = inflater.getBytesWritten() & 0xffffffffL;
        if (number() != crc.getValue() || number() != length) {
            throw new UndecodablePayload("the checksum or length of the gzip data does not match");
        }
        inMember = false;
    }

    private long number() throws IOException {
        return one() | one() << 8 | one() << 16 | (long) one() << 24;
    }

    private void skip(int count) throws IOException {
        for (int i = 0; i < count; i++) {
            header();
        }
    }

    private void skipText() throws IOException {
        while (header() != 0) {
            // a zero ends it
        }
    }

    private int header() throws IOException {
        int b = one();
        headerCrc.update(b);
        return b;
    }

    private int one() throws IOException {
        if (position == limit && !fill()) {
            throw new UndecodablePayload(CUT);
        }
        return input[position++] & 0xff;
    }

    private boolean fill() throws IOException {
        int count = in.read(input, 0, input.length);
        position = 0;
        limit = Math.max(count, 0);
        return count > 0;
    }

    private static UndecodablePayload broken() {
        return new UndecodablePayload("the gzip data is damaged");
    }

    @Override
    public void close() throws IOException {
        inflater.end();
        in.close();
    }
}
