package org.itkserver.boot;

import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.itkserver.directory.AckDeadlines;
import org.itkserver.directory.Catalogue;
import org.itkserver.directory.Directory;
import org.itkserver.directory.HandlerSettings;
import org.itkserver.directory.Organisation;
import org.itkserver.directory.Partner;
import org.itkserver.directory.Pattern;
import org.itkserver.directory.Retention;
import org.itkserver.directory.Route;
import org.itkserver.directory.Service;
import org.itkserver.envelope.Namespaces;

/**
 * Reads {@code directory.yaml}. One reading, one object.
 */
final class DirectoryFile {
    private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration LONGEST_TIMEOUT = Duration.ofSeconds(60);
    private static final Duration LONGEST_DEADLINE = Duration.ofDays(365);
    private static final Set<String> RESERVED = Set.of(Directory.INBOX, Directory.SAMPLE);

    private final boolean loopback;
    private final Map<String, HandlerSettings> handlers = new LinkedHashMap<>();
    private final Predicate<URI> ourself;
    private final Mistakes mistakes = new Mistakes();

    private final Path folder;

    private DirectoryFile(boolean loopback, Predicate<URI> ourself, Path folder) {
        this.loopback = loopback;
        this.ourself = ourself;
        this.folder = folder;
    }

    /**
     * @param text the file
     * @param loopback whether the server listens on a loopback address only; invented data is refused elsewhere
     * @param ourself whether a URL is one of this server's own, which is never a target
     * @throws IllegalArgumentException with one line for each mistake, naming line, key and rule
     */
    static Directory read(String text, boolean loopback, Predicate<URI> ourself) {
        return read(text, loopback, ourself, Path.of("."));
    }

    /**
     * The same.
     *
     * @param folder where the certificate files lie that the file names
     */
    static Directory read(String text, boolean loopback, Predicate<URI> ourself, Path folder) {
        return new DirectoryFile(loopback, ourself, folder).directory(YamlText.root(text));
    }

    /**
     * The text of the file's bytes.
     *
     * @throws IllegalArgumentException naming the line that is not UTF-8
     */
    static String text(byte[] bytes) {
        var in = ByteBuffer.wrap(bytes);
        var out = CharBuffer.allocate(bytes.length);
        var result = StandardCharsets.UTF_8.newDecoder().decode(in, out, true);
        if (result.isError()) {
            long line = 1 + out.flip().chars().filter(c -> c == '\n').count();
            throw new IllegalArgumentException("line " + line + ": the file is not UTF-8; save it in that encoding");
        }
        var text = out.flip().toString();
        return text.startsWith("\uFEFF") ? text.substring(1) : text;
    }

    private Directory directory(YamlMap root) {
        var organisation = mistakes.orNull(() ->
                organisation(root.map("organisation").orElseThrow(() -> root.wrong("organisation", "is missing"))));
        mistakes.in(() -> root.map("handlers").ifPresent(this::handlers));
        var retention = mistakes.or(Retention.DEFAULT, () -> RetentionEntry.of(root, Retention.DEFAULT));
        var services = services(root, retention);
        var serviceNames = services.stream().map(Service::name).collect(Collectors.toSet());
        var reader = new PartnerEntry(ourself, serviceNames, folder);
        var partners = new ArrayList<Partner>();
        maps(root, "partners").forEach(map -> mistakes.in(() -> partners.add(reader.read(map))));
        var interactions = interactions(root);
        var routes = new ArrayList<Route>();
        maps(root, "routes")
                .forEach(map -> mistakes.in(() -> {
                    var route = route(map, reader.ids());
                    SharedCodes.refuseEqual(map, route, routes);
                    routes.add(route);
                }));
        SharedCodes.check(partners, routes, reader, mistakes);
        var outboxes = new OutboxEntry(folder, services, mistakes);
        mistakes.in(() -> root.map("outboxes").ifPresent(outboxes::read));
        mistakes.in(root::end);
        mistakes.throwIfAny();
        var directory = new Directory(
                organisation,
                partners,
                services,
                List.copyOf(handlers.values()),
                interactions,
                routes,
                outboxes.outboxes(),
                retention);
        outboxes.check(directory);
        mistakes.throwIfAny();
        return directory;
    }

    private Set<String> interactions(YamlMap root) {
        var interactions = mistakes.or(List.<String>of(), () -> root.texts("interactions"));
        for (var interaction : interactions) {
            if (!interaction.startsWith("urn:")) {
                mistakes.add(root.wrong("interactions", "must hold URNs, not " + interaction));
            }
        }
        return Set.copyOf(interactions);
    }

    /** The entries of a list; none after a mistake. */
    private List<YamlMap> maps(YamlMap root, String key) {
        return mistakes.or(List.of(), () -> root.maps(key));
    }

    private static Organisation organisation(YamlMap map) {
        var organisation =
                new Organisation(map.text("ods"), map.text("address"), map.text("auditIdentity"), map.text("username"));
        if (!organisation.address().startsWith(Namespaces.ADDRESS)) {
            throw map.wrong("address", "must start with " + Namespaces.ADDRESS);
        }
        if (!organisation.auditIdentity().startsWith(Namespaces.IDENTITY)) {
            throw map.wrong("auditIdentity", "must start with " + Namespaces.IDENTITY);
        }
        map.end();
        return organisation;
    }

    private void handlers(YamlMap map) {
        for (var name : map.names()) {
            if (RESERVED.contains(name)) {
                throw map.wrong(name, "is the name of a built-in handler");
            }
            // what names a handler that has a mistake is not a second mistake
            handlers.put(name, new HandlerSettings.Folder(name, Path.of(".")));
            mistakes.in(() -> {
                var entry = map.map(name).orElseThrow();
                handlers.put(name, handler(name, entry));
                entry.end();
            });
        }
    }

    private HandlerSettings handler(String name, YamlMap entry) {
        var http = entry.optional("http");
        var folder = entry.optional("folder");
        if (http.isPresent() == folder.isPresent()) {
            throw entry.wrong("http", "or folder is needed, and only one of them");
        }
        if (folder.isPresent()) {
            return new HandlerSettings.Folder(name, folder(entry, folder.get()));
        }
        return new HandlerSettings.Http(
                name, PartnerEntry.http(entry, "http", http.orElseThrow(), ourself), timeout(entry));
    }

    /** The path of a folder. */
    static Path folder(YamlMap map, String text) {
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw map.wrong("folder", "must be a path");
        }
    }

    private static Duration timeout(YamlMap map) {
        return duration(map, "timeout", DEFAULT_TIMEOUT, LONGEST_TIMEOUT);
    }

    private static Duration duration(YamlMap map, String key, Duration otherwise, Duration longest) {
        var text = map.optional(key);
        return text.map(value -> Durations.positive(value)
                        .filter(duration -> duration.compareTo(longest) <= 0)
                        .orElseThrow(() -> map.wrong(
                                key,
                                "must be a positive duration such as " + otherwise + " or 10s, at most " + longest
                                        + ", not " + value)))
                .orElse(otherwise);
    }

    private List<Service> services(YamlMap root, Retention retention) {
        var services = new LinkedHashMap<String, Service>();
        Catalogue.services().forEach(service -> services.put(service.name(), service));
        var names = new HashSet<String>();
        maps(root, "services")
                .forEach(map -> mistakes.in(() -> {
                    var name = map.text("name");
                    if (!names.add(name)) {
                        throw map.wrong("name", "occurs twice, " + name + ": put its keys into one entry");
                    }
                    service(name, map, services, retention);
                }));
        return List.copyOf(services.values());
    }

    private void service(String name, YamlMap map, Map<String, Service> services, Retention retention) {
        var service = services.getOrDefault(name, added(name, map));
        var pattern = map.optional("pattern");
        if (pattern.isPresent() && services.containsKey(name)) {
            throw map.wrong("pattern", "of the built-in service " + name + " cannot be changed");
        }
        var handler = map.optional("handler");
        if (handler.isPresent()) {
            service = service.withHandler(handlerOf(map, handler.get(), service));
        }
        var profiles = map.texts("profiles");
        if (!profiles.isEmpty()) {
            service = service.withProfiles(Set.copyOf(profiles));
        }
        var types = map.texts("mimeTypes", type -> type.toLowerCase(Locale.ROOT));
        if (!types.isEmpty()) {
            service = service.withMimeTypes(Set.copyOf(types));
        }
        service = service.withDeadlines(deadlines(map));
        if (map.names().contains(RetentionEntry.KEY)) {
            service = service.withRetention(RetentionEntry.of(map, retention));
        }
        services.put(name, service);
        map.end();
    }

    private static AckDeadlines deadlines(YamlMap map) {
        var usual = AckDeadlines.DEFAULT;
        return new AckDeadlines(
                duration(map, "infAckDeadline", usual.infrastructure(), LONGEST_DEADLINE),
                duration(map, "ackDeadline", usual.business(), LONGEST_DEADLINE));
    }

    private static Service added(String name, YamlMap map) {
        if (!name.matches("[A-Za-z0-9._-]{1,64}")) {
            throw map.wrong("name", "must be a service name: letters, digits, '.', '_' and '-'");
        }
        var pattern = map.optional("pattern").orElse("simple");
        return switch (pattern) {
            case "simple" ->
                new Service(name, Pattern.SIMPLE, false, false, false, Set.of(), Set.of(), false, Directory.INBOX);
            case "synchronous" ->
                new Service(name, Pattern.SYNCHRONOUS, false, false, false, Set.of(), Set.of(), false, null);
            default -> throw map.wrong("pattern", "must be simple or synchronous, not " + pattern);
        };
    }

    private String handlerOf(YamlMap map, String name, Service service) {
        if (!RESERVED.contains(name) && !handlers.containsKey(name)) {
            throw map.wrong("handler", "names " + name + ", which is no handler");
        }
        boolean synchronous = service.pattern() == Pattern.SYNCHRONOUS;
        if (name.equals(Directory.INBOX) && synchronous) {
            throw map.wrong("handler", "cannot be inbox: " + service.name() + " must be answered at once");
        }
        if (name.equals(Directory.SAMPLE)) {
            sample(map, service.name());
        }
        return name;
    }

    private void sample(YamlMap map, String service) {
        if (!loopback) {
            throw map.wrong("handler", "cannot be sample: invented patients are answered on a loopback address only");
        }
        if (!Catalogue.PDS_SERVICES.contains(service)) {
            throw map.wrong("handler", "cannot be sample: it knows the PDS mini services only, not " + service);
        }
    }

    private Route route(YamlMap map, Set<String> partnerIds) {
        var address = map.text("address");
        var handler = map.optional("handler");
        var partner = map.optional("partner");
        if (handler.isPresent() == partner.isPresent()) {
            throw map.wrong("address", "needs either a handler or a partner");
        }
        if (handler.isPresent() && !handler.get().equals(Directory.INBOX) && !handlers.containsKey(handler.get())) {
            throw map.wrong("handler", "names " + handler.get() + ", which is no handler");
        }
        if (partner.isPresent() && !partnerIds.contains(partner.get())) {
            throw map.wrong("partner", "names " + partner.get() + ", which is no partner");
        }
        map.end();
        return new Route(address, handler.orElse(null), partner.orElse(null));
    }
}
