package killnine;

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

/** A file of lines of words. Thread-safe. */
final class Journal {
    private final FileChannel file;
    private final boolean force;

    /** @param force whether a line is on disk before {@link #add} returns */
    Journal(Path path, boolean force) throws IOException {
        this.file = FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        this.force = force;
    }

    synchronized void add(Object... words) {
        var line = Stream.of(words).map(String::valueOf).collect(Collectors.joining(" ", "", "\n"));
        try {
            file.write(ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8)));
            if (force) {
                file.force(false);
            }
        } catch (IOException e) {
            throw new IllegalStateException("the journal cannot be written", e);
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
