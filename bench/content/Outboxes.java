package content;

import content.Exits.Exit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.itkserver.testing.GeneratedPayload;

/** Files in outbox folders; they come out at the next hop and the API. One thread feeds one pair of folders. */
final class Outboxes {
    private static final int FILES = 150;
    private static final int PATIENCE = 120;

    private final Bed bed;
    private final Exits exits;
    private final Tally tally;

    Outboxes(Bed bed, Exits exits, Tally tally) {
        this.bed = bed;
        this.exits = exits;
        this.tally = tally;
    }

    /** Sends the contents of these seeds through the folders {@code xml-N} and {@code bytes-N}, until a time of {@code nanoTime}. */
    void run(int number, List<Long> seeds, long end) throws IOException, InterruptedException {
        for (int i = 0; i < seeds.size() && System.nanoTime() < end; i += FILES) {
            batch(number, seeds.subList(i, Math.min(seeds.size(), i + FILES)));
        }
    }

    private void batch(int number, List<Long> seeds) throws IOException, InterruptedException {
        Map<String, Long> waiting = new HashMap<>();
        for (long seed : seeds) {
            var payload = GeneratedPayload.of(seed);
            if (payload.content() != null) {
                var name = seed + (payload.isXml() ? ".xml" : ".bin");
                var folder = folder(number, payload);
                var half = folder.resolve(name + ".part");
                Files.write(half, payload.content());
                Files.move(half, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE);
                waiting.put(name, seed);
            }
        }
        long end = System.nanoTime() + PATIENCE * 1_000_000_000L;
        while (!waiting.isEmpty()) {
            for (var kind : List.of("xml-", "bytes-")) {
                sent(bed.home().resolve("out/" + kind + number), waiting);
            }
            if (System.nanoTime() > end) {
                waiting.forEach((name, seed) -> tally.differ("seed " + seed + ": the outbox did not send " + name));
                return;
            }
            Thread.sleep(200);
        }
    }

    private Path folder(int number, GeneratedPayload payload) throws IOException {
        var folder = bed.home().resolve("out/" + (payload.isXml() ? "xml-" : "bytes-") + number);
        Files.createDirectories(folder);
        return folder;
    }

    private void sent(Path folder, Map<String, Long> waiting) throws IOException, InterruptedException {
        if (!Files.isDirectory(folder.resolve("sent"))) {
            return;
        }
        try (var files = Files.newDirectoryStream(folder.resolve("sent"))) {
            for (var file : files) {
                var name = file.getFileName().toString();
                var seed = waiting.remove(name.substring(Math.min(name.length(), 37)));
                if (seed != null) {
                    compare(seed, name.substring(0, 36));
                }
            }
        }
        try (var files = Files.newDirectoryStream(folder.resolve("failed"), "*.reason.txt")) {
            for (var file : files) {
                var seed = waiting.remove(file.getFileName().toString().replace(".reason.txt", ""));
                if (seed != null) {
                    tally.differ("seed " + seed + ": the outbox says " + Files.readString(file).strip());
                }
            }
        }
    }

    private void compare(long seed, String id) throws IOException, InterruptedException {
        var payload = GeneratedPayload.of(seed);
        tally.compared("partner, from an outbox", seed, Soap.holds(Soap.of(exits.await(Exit.PARTNER, id)).inner(), payload));
        var read = bed.api("/api/messages/" + id + "/payloads/1");
        tally.compared("API payload, from an outbox", seed, read.statusCode() == 200 && payload.isContent(read.body()));
    }
}
