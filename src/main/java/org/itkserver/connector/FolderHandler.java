package org.itkserver.connector;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.security.DigestOutputStream;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.itkserver.envelope.Sha256;
import org.itkserver.envelope.UndecodablePayload;
import org.itkserver.handler.HandledMessage;
import org.itkserver.handler.Outcome;
import org.itkserver.handler.Payload;
import org.itkserver.handler.PayloadHandler;
import org.itkserver.io.PrivateFiles;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes each payload to a file and then a {@code TRACKING-ID.json} that describes them: when that is there, all is there, and
 * on disk. A repeat after a crash writes the same names, with a higher attempt. Never decides the business outcome (H7).
 * Thread-safe.
 */
public final class FolderHandler implements PayloadHandler {
    private static final Logger LOG = LoggerFactory.getLogger(FolderHandler.class);
    private static final Map<String, String> EXTENSIONS = Map.of(
            "text/xml", ".xml",
            "application/xml", ".xml",
            "application/cda+xml", ".xml",
            "text/plain", ".txt",
            "text/html", ".html",
            "application/pdf", ".pdf",
            "image/jpeg", ".jpg",
            "image/png", ".png");

    private static final Set<StandardOpenOption> ANEW =
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE);

    private final Path folder;
    private final boolean own;

    /**
     * @param folder made when it is not there
     * @param own whether it lies in the server's home, so that nobody but the server's user reads it
     */
    public FolderHandler(Path folder, boolean own) {
        this.folder = folder;
        this.own = own;
    }

    @Override
    public Outcome handle(HandledMessage message) {
        try {
            if (own) {
                PrivateFiles.createDirectories(folder);
            } else {
                Files.createDirectories(folder);
            }
            var entries = new ArrayList<String>();
            for (var payload : message.payloads()) {
                entries.add(write(message, payload, entries.size() + 1));
            }
            var json = description(message, entries).getBytes(StandardCharsets.UTF_8);
            place(message.trackingId().value() + ".json", out -> out.write(json));
            return Outcome.done();
        } catch (UndecodablePayload e) {
            return new Outcome.GiveUp("the payload is not what its manifest item says", Outcome.Why.UNREADABLE, null);
        } catch (IOException | UncheckedIOException e) {
            LOG.warn("{} cannot be written to folder {}", message.trackingId(), folder, e);
            return new Outcome.TryAgain("the folder cannot be written to", true);
        }
    }

    private String write(HandledMessage message, Payload payload, int number) throws IOException {
        var type = payload.mimeType().toLowerCase(Locale.ROOT);
        var name = message.trackingId().value() + "-" + number + EXTENSIONS.getOrDefault(type, ".bin");
        var digest = Sha256.digest();
        place(name, out -> copy(payload, new DigestOutputStream(out, digest)));
        return "{\"file\": " + Json.text(name) + ", \"mimeType\": " + Json.text(payload.mimeType())
                + ", \"profileId\": "
                + Json.text(payload.profileId()) + ", \"id\": " + Json.text(payload.id()) + ", \"sha256\": "
                + Json.text(HexFormat.of().formatHex(digest.digest())) + "}";
    }

    private static void copy(Payload payload, java.io.OutputStream out) throws IOException {
        var buffer = new byte[64 * 1024];
        try (var in = payload.open()) {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                out.write(buffer, 0, n);
            }
        }
        out.flush();
    }

    private static String description(HandledMessage message, List<String> payloads) {
        return "{\"trackingId\": " + Json.text(message.trackingId().value()) + ", \"service\": "
                + Json.text(message.service()) + ", \"interaction\": " + Json.text(message.interaction())
                + ", \"sender\": " + Json.text(message.sender()) + ", \"attempt\": " + message.attempt()
                + ", \"payloads\": [" + String.join(", ", payloads) + "]}\n";
    }

    private FileAttribute<?>[] mode() {
        return own ? new FileAttribute<?>[] {PrivateFiles.file()} : new FileAttribute<?>[0];
    }

    /** A file that appears under its name when it is complete and on disk. */
    private void place(String name, Content content) throws IOException {
        var half = folder.resolve("." + name + ".part");
        try (var channel = FileChannel.open(half, ANEW, mode())) {
            content.writeTo(java.nio.channels.Channels.newOutputStream(channel));
            channel.force(true);
        } catch (IOException | RuntimeException e) {
            Files.deleteIfExists(half);
            throw e;
        }
        Files.move(half, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE);
        try (var directory = FileChannel.open(folder, StandardOpenOption.READ)) {
            directory.force(true);
        }
    }

    @FunctionalInterface
    private interface Content {
        void writeTo(java.io.OutputStream out) throws IOException;
    }
}
