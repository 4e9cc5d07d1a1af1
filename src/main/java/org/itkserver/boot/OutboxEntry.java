package org.itkserver.boot;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.itkserver.directory.Directory;
import org.itkserver.directory.HandlerSettings;
import org.itkserver.directory.Outbox;
import org.itkserver.directory.Service;
import org.itkserver.exchange.OutboxRules;

/** Reads the outboxes of {@code directory.yaml} and refuses those that can never send. One reading, one object. */
final class OutboxEntry {
    /** Where an outbox keeps what was sent and what was not. */
    private static final List<String> KEPT = List.of("sent", "failed");

    private final Path home;
    private final List<Service> services;
    private final Mistakes mistakes;
    private final List<Outbox> outboxes = new ArrayList<>();
    private final Map<String, YamlMap> entries = new LinkedHashMap<>();

    /** @param home where relative folders lie */
    OutboxEntry(Path home, List<Service> services, Mistakes mistakes) {
        this.home = home.toAbsolutePath().normalize();
        this.services = services;
        this.mistakes = mistakes;
    }

    /** The outboxes read so far. */
    List<Outbox> outboxes() {
        return outboxes;
    }

    /** Reads the mapping of names to outboxes. */
    void read(YamlMap map) {
        map.names()
                .forEach(name -> mistakes.in(() -> {
                    var entry = map.map(name).orElseThrow();
                    outboxes.add(outbox(name, entry));
                    entries.put(name, entry);
                    entry.end();
                }));
    }

    private Outbox outbox(String name, YamlMap entry) {
        var service = entry.text("service");
        var known = services.stream()
                .filter(candidate -> candidate.name().equals(service))
                .findFirst()
                .orElseThrow(() -> entry.wrong("service", "names " + service + ", which is not a service"));
        if (known.profileRequired() && entry.optional("profileId").isEmpty()) {
            throw entry.wrong(
                    "profileId", "is missing: " + service + " demands one, and nothing could be sent without it");
        }
        return new Outbox(
                name,
                DirectoryFile.folder(entry, entry.text("folder")),
                service,
                entry.texts("to"),
                entry.optional("interaction").orElse(null),
                entry.optional("profileId").orElse(null),
                entry.optional("mimeType").orElse("text/xml"),
                entry.truth("infAckRequested"),
                entry.truth("ackRequested"));
    }

    /** Refuses outboxes from which nothing can be sent in a directory that is otherwise right. */
    void check(Directory directory) {
        for (var outbox : outboxes) {
            OutboxRules.refusal(directory, outbox)
                    .ifPresent(refusal ->
                            mistakes.add(entry(outbox).wrong(refusal.key(), refusal.reason() + remedy(refusal))));
        }
        folders(directory);
    }

    private static String remedy(OutboxRules.Refusal refusal) {
        return switch (refusal.key()) {
            case "interaction" -> "; add the interaction URN of the messages";
            case "to" ->
                "; nothing could be sent: name addresses of partners that have an endpoint, or add a route to such a"
                        + " partner";
            default -> "; nothing could be sent";
        };
    }

    private YamlMap entry(Outbox outbox) {
        return java.util.Objects.requireNonNull(entries.get(outbox.name()));
    }

    /** A file in a shared folder would be sent twice, and what a handler or another outbox keeps there would be sent. */
    private void folders(Directory directory) {
        var taken = new LinkedHashMap<Path, String>();
        directory.handlers().forEach((name, handler) -> {
            if (handler instanceof HandlerSettings.Folder folder) {
                taken.put(resolved(folder.folder()), "the folder of handler " + name);
            }
        });
        for (var outbox : outboxes) {
            KEPT.forEach(name -> taken.putIfAbsent(
                    resolved(outbox.folder()).resolve(name), "the folder " + name + " of outbox " + outbox.name()));
        }
        for (var outbox : outboxes) {
            var other = taken.putIfAbsent(resolved(outbox.folder()), "the folder of outbox " + outbox.name());
            if (other != null) {
                mistakes.add(entry(outbox)
                        .wrong(
                                "folder",
                                "is also " + other + ": give each outbox and each handler a folder of its own"));
            }
        }
    }

    /** The folder without symbolic links, as far as it exists. */
    private Path resolved(Path folder) {
        var path = home.resolve(folder).normalize();
        for (var existing = path; existing != null; existing = existing.getParent()) {
            try {
                return existing.toRealPath().resolve(existing.relativize(path)).normalize();
            } catch (IOException e) {
                // its parent may exist
            }
        }
        return path;
    }
}
