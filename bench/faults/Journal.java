package faults;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A file of lines of words, outside the server and its database. Each line is on disk when its method returns. Thread-safe. */
final class Journal {
    private final FileChannel file;
    private long written;
    private long forced;

    Journal(Path path) throws IOException {
        file = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    void add(Object... words) {
        var line = Stream.of(words).map(String::valueOf).collect(Collectors.joining(" ", "", "\n"));
        try {
            force(write(line));
        } catch (IOException e) {
            throw new IllegalStateException("the journal cannot be written", e);
        }
    }

    private synchronized long write(String line) throws IOException {
        file.write(ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8)));
        return ++written;
    }

    /** Lines that came while another was forced share the next force. */
    private void force(long number) throws IOException {
        synchronized (file) {
            if (forced < number) {
                long upTo;
                synchronized (this) {
                    upTo = written;
                }
                file.force(false);
                forced = upTo;
            }
        }
    }

    static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
