package org.itkserver.boot;

import java.net.URI;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.itkserver.directory.ClientCertificate;
import org.itkserver.directory.Endpoints;
import org.itkserver.directory.Partner;
import org.itkserver.directory.Signing;
import org.jspecify.annotations.Nullable;

/** Reads the partners of {@code directory.yaml}. One reading, one object. */
final class PartnerEntry {
    private final Path folder;
    private final Predicate<URI> ourself;
    private final Set<String> serviceNames;
    private final Set<String> ids = new HashSet<>();
    private final Map<String, YamlMap> entries = new HashMap<>();
    private final Map<String, String> usernames = new HashMap<>();
    private final Map<String, String> queues = new HashMap<>();
    private final Map<String, String> certificates = new HashMap<>();

    /**
     * @param ourself whether a URL is one of this server's own, which is never a target
     * @param folder where certificate files lie
     * @param serviceNames what {@code services} may hold besides "*"
     */
    PartnerEntry(Predicate<URI> ourself, Set<String> serviceNames, Path folder) {
        this.folder = folder;
        this.ourself = ourself;
        this.serviceNames = serviceNames;
    }

    /** A mistake in the ODS codes of a partner that was read. */
    IllegalArgumentException wrongCode(String id, String rule) {
        var map = entries.get(id);
        return map == null ? new IllegalArgumentException("partner " + id + ": " + rule) : map.wrong("ods", rule);
    }

    /** Ids of the partners read so far. */
    Set<String> ids() {
        return ids;
    }

    Partner read(YamlMap map) {
        var id = map.text("id");
        if (!id.matches("[A-Za-z0-9._-]{1,64}")) {
            throw map.wrong("id", "must be letters, digits, '.', '_' and '-', at most 64");
        }
        entries.putIfAbsent(id, map);
        if (!ids.add(id)) {
            throw map.wrong("id", "is used by two partners: " + id);
        }
        var names = Set.copyOf(map.texts("usernames"));
        names.forEach(name -> unshared(map, "usernames", usernames, name, id));
        for (var service : map.texts("services")) {
            if (!service.equals(Partner.ANY) && !serviceNames.contains(service)) {
                throw map.wrong("services", "holds " + service + ", which is not a service");
            }
        }
        var ownQueues = Set.copyOf(map.texts("queues"));
        ownQueues.forEach(queue -> queue(map, queue, id));
        var certificates = certificates(map, id);
        var answer = oneOf(map, "answer", Set.of("auto", "ok200", "empty200", "empty202"));
        var partner = new Partner(
                id,
                upperCase(map, "ods"),
                names,
                Set.copyOf(map.texts("services")),
                upperCase(map, "relaysFor"),
                Partner.PositiveAnswer.valueOf(answer.toUpperCase(Locale.ROOT)),
                map.truth("strictPayload"),
                ownQueues,
                map.map("endpoints").map(e -> endpoints(e, ownQueues)).orElse(Endpoints.NONE),
                ackForm(oneOf(map, "ackStyle", Set.of("auto", "2.1", "2.2"))),
                rate(map),
                certificates,
                map.map("signing").map(s -> signing(s, certificates, id)).orElse(Signing.NONE),
                tolerated(map, certificates));
        map.end();
        return partner;
    }

    private static void unshared(YamlMap map, String key, Map<String, String> owners, String value, String id) {
        var other = owners.putIfAbsent(value, id);
        if (other != null && !other.equals(id)) {
            throw map.wrong(key, "holds " + value + ", which belongs to partner " + other);
        }
    }

    private static int rate(YamlMap map) {
        var text = map.optional("rate").orElse("0");
        if (!text.matches("[0-9]{1,6}")) {
            throw map.wrong("rate", "must be a number of messages a second");
        }
        return Integer.parseInt(text);
    }

    private Set<String> certificates(YamlMap map, String id) {
        var out = names(map);
        out.forEach(name -> unshared(map, "certificates", certificates, name, id));
        return out;
    }

    private static Set<Partner.Leniency> tolerated(YamlMap map, Set<String> certificates) {
        var out = EnumSet.noneOf(Partner.Leniency.class);
        for (var text : map.texts("tolerate")) {
            out.add(Arrays.stream(Partner.Leniency.values())
                    .filter(leniency -> leniency.label().equals(text))
                    .findFirst()
                    .orElseThrow(() -> map.wrong(
                            "tolerate", "holds " + text + ", which is not no-message-id, no-security or no-to")));
        }
        if (out.contains(Partner.Leniency.NO_SECURITY) && certificates.isEmpty()) {
            throw map.wrong("tolerate", "holds no-security, which needs certificates that prove the partner");
        }
        return out;
    }

    private Signing signing(YamlMap map, Set<String> shown, String id) {
        var files = SigningEntry.files(map, folder);
        var own = certificates(map, id);
        files.forEach(file -> unshared(
                map, "certificates", certificates, ClientCertificate.of(file).fingerprint(), id));
        var signing = SigningEntry.read(map, own, files);
        if (signing.require() != Signing.Require.NONE && signing.certificates().isEmpty() && shown.isEmpty()) {
            throw map.wrong("require", "needs certificates, here or of the partner");
        }
        return signing;
    }

    private static Set<String> names(YamlMap map) {
        var out = new HashSet<String>();
        for (var text : map.texts("certificates")) {
            if (SigningEntry.isFile(text) && map.isBelow("signing")) {
                continue;
            }
            var name = ClientCertificate.name(text)
                    .orElseThrow(() -> map.wrong(
                            "certificates",
                            "holds " + text + ", which is neither a SHA-256 fingerprint nor a distinguished name"));
            if (!out.add(name)) {
                throw map.wrong("certificates", "holds " + text + " twice: keep one of them");
            }
        }
        return out;
    }

    private void queue(YamlMap map, String queue, String id) {
        if (!queue.matches("[A-Za-z0-9._-]{1,64}")) {
            throw map.wrong("queues", "holds " + queue + ", which is not letters, digits, '.', '_' and '-'");
        }
        unshared(map, "queues", queues, queue, id);
    }

    private Endpoints endpoints(YamlMap map, Set<String> ownQueues) {
        var endpoints = new Endpoints(
                endpoint(map, "messages", ownQueues),
                endpoint(map, "acknowledgements", ownQueues),
                map.map("services").map(s -> serviceEndpoints(s, ownQueues)).orElse(Map.of()),
                Set.copyOf(map.texts("callbacks")),
                names(map));
        endpoints.callbacks().forEach(callback -> target(map, "callbacks", callback));
        map.end();
        return endpoints;
    }

    private Map<String, String> serviceEndpoints(YamlMap map, Set<String> ownQueues) {
        var out = new HashMap<String, String>();
        for (var name : map.names()) {
            if (!serviceNames.contains(name)) {
                throw map.wrong(name, "is not the name of a service");
            }
            out.put(name, java.util.Objects.requireNonNull(endpoint(map, name, ownQueues)));
        }
        map.end();
        return out;
    }

    private @Nullable String endpoint(YamlMap map, String key, Set<String> ownQueues) {
        var text = map.optional(key).orElse(null);
        if (text == null) {
            return null;
        }
        var queue = Endpoints.queue(text);
        if (queue.isEmpty()) {
            target(map, key, text);
        } else if (!ownQueues.contains(queue.get())) {
            throw map.wrong(key, "names queue " + queue.get() + ", which is not among the partner's queues");
        }
        return text;
    }

    private void target(YamlMap map, String key, String text) {
        http(map, key, text, ourself);
    }

    /** An address that we may connect to. */
    static URI http(YamlMap map, String key, String text, Predicate<URI> ourself) {
        URI uri;
        try {
            uri = URI.create(text);
        } catch (IllegalArgumentException e) {
            throw map.wrong(key, "must be an http or https address");
        }
        var authority = uri.getRawAuthority();
        if (uri.getHost() == null && authority != null && authority.indexOf('_') >= 0) {
            throw map.wrong(
                    key,
                    "must not have an underscore in its host name, which Java's HTTP client cannot call; give the host"
                            + " another name or write its IP address: " + text);
        }
        if (uri.getHost() == null || !List.of("http", "https").contains(uri.getScheme())) {
            throw map.wrong(key, "must be an http or https address");
        }
        if (uri.getPort() >= 0 && !BaseAddress.isPort(uri.getPort())) {
            throw map.wrong(key, "must have a port from 1 to 65535");
        }
        if (uri.getRawUserInfo() != null) {
            throw map.wrong(key, "must not hold a user or password");
        }
        if (ourself.test(uri)) {
            throw map.wrong(key, "must not be this server itself: " + text);
        }
        return uri;
    }

    private static Partner.AckForm ackForm(String text) {
        return switch (text) {
            case "2.1" -> Partner.AckForm.ITK_2_1;
            case "2.2" -> Partner.AckForm.ITK_2_2;
            default -> Partner.AckForm.AUTO;
        };
    }

    private static String oneOf(YamlMap map, String key, Set<String> values) {
        var value = map.optional(key).orElse("auto");
        if (!values.contains(value)) {
            throw map.wrong(key, "must be one of " + values.stream().sorted().toList() + ", not " + value);
        }
        return value;
    }

    private static Set<String> upperCase(YamlMap map, String key) {
        return Set.copyOf(map.texts(key, code -> code.toUpperCase(Locale.ROOT)));
    }
}
