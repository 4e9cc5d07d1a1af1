package org.itkserver.boot;

import java.net.URI;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.itkserver.directory.Catalogue;
import org.itkserver.directory.Directory;
import org.itkserver.directory.HandlerSettings;
import org.itkserver.directory.Organisation;
import org.itkserver.directory.Partner;
import org.itkserver.directory.Pattern;
import org.itkserver.directory.Route;
import org.itkserver.directory.Service;
import org.itkserver.envelope.Namespaces;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * Reads {@code directory.yaml}. One reading, one object.
 */
final class DirectoryFile {
    private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration LONGEST_TIMEOUT = Duration.ofSeconds(60);
    private static final int LONGEST_FILE = 1_000_000;
    private static final Set<String> RESERVED = Set.of(Directory.INBOX, Directory.SAMPLE);

    private final boolean loopback;
    private final Map<String, HandlerSettings> handlers = new LinkedHashMap<>();
    private final Set<String> partnerIds = new HashSet<>();
    private final Map<String, String> owners = new HashMap<>();
    private final Set<String> serviceNames = new HashSet<>(Set.of(Partner.ANY));

    private DirectoryFile(boolean loopback) {
        this.loopback = loopback;
    }

    /**
     * @param text the file
     * @param loopback whether the server listens on a loopback address only; invented data is refused elsewhere
     * @throws IllegalArgumentException naming line, key and rule
     */
    static Directory read(String text, boolean loopback) {
        var settings = LoadSettings.builder()
                .setLabel("directory.yaml")
                .setUseMarks(true)
                .setAllowDuplicateKeys(false)
                .setMaxAliasesForCollections(1)
                .setCodePointLimit(LONGEST_FILE)
                .build();
        try {
            var root = new Compose(settings)
                    .composeString(text)
                    .orElseThrow(() -> new IllegalArgumentException("line 1: the file is empty"));
            return new DirectoryFile(loopback).directory(new YamlMap("", root));
        } catch (MarkedYamlEngineException e) {
            int line = e.getProblemMark().map(mark -> mark.getLine() + 1).orElse(0);
            throw new IllegalArgumentException("line " + line + ": " + e.getProblem(), e);
        } catch (YamlEngineException e) {
            throw new IllegalArgumentException("line 1: the file is not YAML", e);
        }
    }

    private Directory directory(YamlMap root) {
        var organisation =
                organisation(root.map("organisation").orElseThrow(() -> root.wrong("organisation", "is missing")));
        root.map("handlers").ifPresent(this::handlers);
        var services = services(root);
        services.forEach(service -> serviceNames.add(service.name()));
        var partners = new ArrayList<Partner>();
        root.maps("partners").forEach(map -> partners.add(partner(map)));
        var interactions = root.texts("interactions");
        for (var interaction : interactions) {
            if (!interaction.startsWith("urn:")) {
                throw root.wrong("interactions", "must hold URNs, not " + interaction);
            }
        }
        var routes = root.maps("routes").stream().map(this::route).toList();
        root.end();
        return new Directory(
                organisation, partners, services, List.copyOf(handlers.values()), Set.copyOf(interactions), routes);
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
            var entry = map.map(name).orElseThrow();
            var uri = http(entry, "http", entry.text("http"));
            handlers.put(name, new HandlerSettings(name, uri, timeout(entry)));
            entry.end();
        }
        map.end();
    }

    private static URI http(YamlMap map, String key, String text) {
        try {
            var uri = URI.create(text);
            if (uri.getHost() != null && List.of("http", "https").contains(uri.getScheme())) {
                return uri;
            }
        } catch (IllegalArgumentException e) {
            // refused below
        }
        throw map.wrong(key, "must be an http or https address");
    }

    private static Duration timeout(YamlMap map) {
        try {
            var timeout = map.optional("timeout").map(Duration::parse).orElse(DEFAULT_TIMEOUT);
            if (!timeout.isNegative() && !timeout.isZero() && timeout.compareTo(LONGEST_TIMEOUT) <= 0) {
                return timeout;
            }
        } catch (DateTimeParseException e) {
            // refused below
        }
        throw map.wrong("timeout", "must be a duration such as PT10S, at most " + LONGEST_TIMEOUT);
    }

    private Partner partner(YamlMap map) {
        var id = map.text("id");
        if (!partnerIds.add(id)) {
            throw map.wrong("id", "is used by two partners: " + id);
        }
        var usernames = Set.copyOf(map.texts("usernames"));
        for (var username : usernames) {
            var other = owners.putIfAbsent(username, id);
            if (other != null) {
                throw map.wrong("usernames", "holds " + username + ", which belongs to partner " + other);
            }
        }
        for (var service : map.texts("services")) {
            if (!serviceNames.contains(service)) {
                throw map.wrong("services", "holds " + service + ", which is no service");
            }
        }
        map.texts("certificates");
        map.texts("queues");
        map.map("endpoints").ifPresent(DirectoryFile::endpoints);
        oneOf(map, "ackStyle", Set.of("auto", "2.1", "2.2"));
        var answer = oneOf(map, "answer", Set.of("auto", "ok200", "empty200", "empty202"));
        var partner = new Partner(
                id,
                upperCase(map.texts("ods")),
                usernames,
                Set.copyOf(map.texts("services")),
                upperCase(map.texts("relaysFor")),
                Partner.PositiveAnswer.valueOf(answer.toUpperCase(Locale.ROOT)),
                map.truth("strictPayload"));
        map.end();
        return partner;
    }

    private static void endpoints(YamlMap map) {
        for (var key : List.of("messages", "acknowledgements")) {
            map.optional(key).filter(text -> !text.startsWith("queue:")).ifPresent(text -> http(map, key, text));
        }
        map.texts("callbacks").forEach(text -> http(map, "callbacks", text));
        map.end();
    }

    private static String oneOf(YamlMap map, String key, Set<String> values) {
        var value = map.optional(key).orElse("auto");
        if (!values.contains(value)) {
            throw map.wrong(key, "must be one of " + values.stream().sorted().toList() + ", not " + value);
        }
        return value;
    }

    private static Set<String> upperCase(List<String> codes) {
        return codes.stream().map(code -> code.toUpperCase(Locale.ROOT)).collect(Collectors.toUnmodifiableSet());
    }

    private List<Service> services(YamlMap root) {
        var services = new LinkedHashMap<String, Service>();
        Catalogue.services().forEach(service -> services.put(service.name(), service));
        for (var map : root.maps("services")) {
            var name = map.text("name");
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
            var types = map.texts("mimeTypes");
            if (!types.isEmpty()) {
                service = service.withMimeTypes(
                        types.stream().map(t -> t.toLowerCase(Locale.ROOT)).collect(Collectors.toSet()));
            }
            map.end();
            services.put(name, service);
        }
        return List.copyOf(services.values());
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

    private Route route(YamlMap map) {
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
