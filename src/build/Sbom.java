import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.zip.ZipInputStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.cyclonedx.Version;
import org.cyclonedx.generators.BomGeneratorFactory;
import org.cyclonedx.model.Bom;
import org.cyclonedx.model.Component;
import org.cyclonedx.model.Hash;
import org.cyclonedx.model.License;
import org.cyclonedx.model.LicenseChoice;
import org.cyclonedx.model.Metadata;
import org.cyclonedx.model.Property;
import org.cyclonedx.util.LicenseResolver;
import org.w3c.dom.Element;
import org.w3c.dom.Node;

/**
 * Lists what is in the bootable jar as a CycloneDX bill of materials, beside the jar and in it: every jar of the packed
 * server, every jar of the WAR in it, and what is unpacked into the bootable jar itself. Run by the build, and by it alone;
 * the same jars give the same bytes.
 */
public final class Sbom {
    private static final String INSIDE = "META-INF/sbom/itk-transport-server.cdx.json";
    private static final Pattern WAR = Pattern.compile("standalone/data/content/../[0-9a-f]{38}/content");
    private static final Pattern LICENSES = Pattern.compile("docs/licenses/.*licenses\\.xml");
    private static final Pattern FILE = Pattern.compile("(?:.*/)?(.+?)-([0-9][^/]*|[^/-]+)\\.jar");

    /** @param group null when nothing says it */
    private record Coordinates(String group, String name, String version) {
        boolean isOf(String path) {
            var file = path.substring(path.lastIndexOf('/') + 1);
            return file.startsWith(name + "-" + version) || file.equals(name + ".jar");
        }

        String key() {
            return name + "-" + version + ".jar";
        }
    }

    /** A jar inside the bootable jar, or what was unpacked of one ({@code hash} is null then). */
    private record Found(String path, String hash, List<Coordinates> said, List<String> licenses) {}

    private final Map<String, Found> found = new TreeMap<>();
    private final Map<String, Coordinates> named = new TreeMap<>();
    private final Map<String, List<String>> licenses = new TreeMap<>();

    private Sbom() {}

    public static void main(String[] args) throws Exception {
        if (args.length != 5) {
            System.err.println("usage: java Sbom.java BOOTABLE.jar OUT.json VERSION TIMESTAMP CLASSPATH-OF-THE-WAR");
            System.exit(2);
        }
        var jar = Path.of(args[0]);
        var sbom = new Sbom();
        for (var library : args[4].split(File.pathSeparator)) {
            sbom.library(Path.of(library));
        }
        try (var in = new ZipInputStream(Files.newInputStream(jar))) {
            sbom.bootable(in);
        }
        var text = BomGeneratorFactory.createJson(Version.VERSION_16, sbom.bom(args[2]))
                        .toJsonString() + "\n";
        Files.writeString(Path.of(args[1]), text);
        try (var zip = FileSystems.newFileSystem(jar)) {
            var at = zip.getPath(INSIDE);
            Files.createDirectories(at.getParent());
            Files.copy(Path.of(args[1]), at, StandardCopyOption.REPLACE_EXISTING);
            Files.setLastModifiedTime(at, FileTime.from(Instant.parse(args[3])));
        }
    }

    private void bootable(ZipInputStream in) throws Exception {
        for (var entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
            if (entry.getName().equals("wildfly.zip")) {
                server(new ZipInputStream(in));
            } else if (entry.getName().matches("META-INF/maven/.*/pom\\.properties")) {
                var said = coordinates(in);
                found.put(entry.getName(), new Found(entry.getName(), null, List.of(said), List.of()));
            }
        }
    }

    private void server(ZipInputStream in) throws Exception {
        for (var entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
            var name = entry.getName();
            if (name.endsWith(".jar")) {
                jar("wildfly.zip!/" + name, in.readAllBytes());
            } else if (WAR.matcher(name).matches()) {
                war(new ZipInputStream(in));
            } else if (LICENSES.matcher(name).matches()) {
                licenses(in.readAllBytes());
            }
        }
    }

    private void war(ZipInputStream in) throws Exception {
        for (var entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
            if (entry.getName().endsWith(".jar")) {
                jar("wildfly.zip!/itk-transport-server.war!/" + entry.getName(), in.readAllBytes());
            }
        }
    }

    private void jar(String path, byte[] bytes) throws Exception {
        var said = new ArrayList<Coordinates>();
        var under = new ArrayList<String>();
        try (var in = new ZipInputStream(new ByteArrayInputStream(bytes))) {
            for (var entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                var name = entry.getName();
                if (name.matches("META-INF/maven/.*/pom\\.properties")) {
                    said.add(coordinates(in));
                } else if (name.equals("META-INF/MANIFEST.MF")) {
                    var license = new java.util.jar.Manifest(new ByteArrayInputStream(in.readAllBytes()))
                            .getMainAttributes()
                            .getValue("Bundle-License");
                    if (license != null) {
                        under.add(license);
                    }
                }
            }
        }
        var hash = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        if (found.put(path, new Found(path, hash, said, under)) != null) {
            throw new IOException(path + " is there twice");
        }
    }

    private static Coordinates coordinates(InputStream in) throws IOException {
        var properties = new Properties();
        properties.load(new StringReader(new String(in.readAllBytes(), StandardCharsets.UTF_8)));
        return new Coordinates(
                properties.getProperty("groupId"),
                properties.getProperty("artifactId"),
                properties.getProperty("version"));
    }

    /** WildFly's own list: coordinates and licences of its modules. */
    private void licenses(byte[] xml) throws Exception {
        var tree =
                DocumentBuilderFactory.newDefaultInstance().newDocumentBuilder().parse(new ByteArrayInputStream(xml));
        var all = tree.getElementsByTagName("dependency");
        for (int i = 0; i < all.getLength(); i++) {
            var dependency = (Element) all.item(i);
            var coordinates = new Coordinates(
                    text(dependency, "groupId"), text(dependency, "artifactId"), text(dependency, "version"));
            named.putIfAbsent(coordinates.key(), coordinates);
            var names = new ArrayList<String>();
            var under = dependency.getElementsByTagName("license");
            for (int j = 0; j < under.getLength(); j++) {
                names.add(text((Element) under.item(j), "name"));
            }
            licenses.putIfAbsent(coordinates.key(), names);
        }
    }

    /** Coordinates and licences by the POM that lies beside a jar in the local repository. */
    private void library(Path jar) throws Exception {
        var file = jar.getFileName().toString();
        var pom = jar.resolveSibling(file.replace(".jar", ".pom"));
        if (!file.endsWith(".jar") || !Files.exists(pom)) {
            return;
        }
        var version = jar.getParent();
        var artifact = version.getParent();
        var project = root(pom);
        var group = groupId(project);
        var repository = artifact.getParent();
        for (int i = group.split("\\.").length; i > 0; i--) {
            repository = repository.getParent();
        }
        var coordinates = new Coordinates(
                group, artifact.getFileName().toString(), version.getFileName().toString());
        named.put(file, coordinates);
        var under = licensesOf(project, repository);
        if (!under.isEmpty()) {
            licenses.put(coordinates.key(), under);
        }
    }

    /** Those of the project, or of the nearest parent that says any. */
    private static List<String> licensesOf(Element project, Path repository) throws Exception {
        for (var at = project; at != null; ) {
            var said = child(at, "licenses");
            if (said != null) {
                var out = new ArrayList<String>();
                var all = said.getElementsByTagName("license");
                for (int i = 0; i < all.getLength(); i++) {
                    out.add(text(all.item(i), "name"));
                }
                return out;
            }
            var parent = child(at, "parent");
            at = null;
            if (parent != null) {
                var name = text(parent, "artifactId");
                var version = text(parent, "version");
                var pom = repository
                        .resolve(text(parent, "groupId").replace('.', '/'))
                        .resolve(name + "/" + version + "/" + name + "-" + version + ".pom");
                at = Files.exists(pom) ? root(pom) : null;
            }
        }
        return List.of();
    }

    private static String groupId(Element project) {
        var own = child(project, "groupId");
        return own != null ? own.getTextContent().trim() : text(child(project, "parent"), "groupId");
    }

    private static Element root(Path pom) throws Exception {
        return DocumentBuilderFactory.newDefaultInstance()
                .newDocumentBuilder()
                .parse(pom.toFile())
                .getDocumentElement();
    }

    private static Element child(Element parent, String name) {
        for (var at = parent.getFirstChild(); at != null; at = at.getNextSibling()) {
            if (at instanceof Element element && element.getTagName().equals(name)) {
                return element;
            }
        }
        return null;
    }

    private static String text(Node parent, String name) {
        var found = ((Element) parent).getElementsByTagName(name);
        return found.getLength() == 0 ? "" : found.item(0).getTextContent().trim();
    }

    private Bom bom(String version) {
        var bom = new Bom();
        var content = new StringBuilder(version);
        var references = new TreeMap<String, Integer>();
        for (var jar : found.values()) {
            content.append('\n').append(jar.path()).append(' ').append(jar.hash());
            var component = component(jar);
            int same = references.merge(component.getBomRef(), 1, Integer::sum);
            if (same > 1) {
                component.setBomRef(component.getBomRef() + "#" + same);
            }
            bom.addComponent(component);
        }
        bom.setSerialNumber(
                "urn:uuid:" + UUID.nameUUIDFromBytes(content.toString().getBytes(StandardCharsets.UTF_8)));
        var us = new Component();
        us.setType(Component.Type.APPLICATION);
        us.setGroup("org.itkserver");
        us.setName("itk-transport-server");
        us.setVersion(version);
        us.setPurl("pkg:maven/org.itkserver/itk-transport-server@" + version);
        us.setBomRef(us.getPurl());
        us.setLicenses(choice(List.of("Apache-2.0")));
        var metadata = new Metadata();
        metadata.setTimestamp(null);
        metadata.setComponent(us);
        bom.setMetadata(metadata);
        return bom;
    }

    private Component component(Found jar) {
        var coordinates = coordinates(jar);
        var component = new Component();
        component.setType(Component.Type.LIBRARY);
        component.setGroup(coordinates.group());
        component.setName(coordinates.name());
        component.setVersion(coordinates.version());
        component.setScope(Component.Scope.REQUIRED);
        var version = URLEncoder.encode(coordinates.version(), StandardCharsets.UTF_8);
        component.setPurl(
                coordinates.group() == null
                        ? "pkg:generic/" + coordinates.name() + "@" + version
                        : "pkg:maven/" + coordinates.group() + "/" + coordinates.name() + "@" + version + "?type=jar");
        component.setBomRef(component.getPurl());
        if (jar.hash() != null) {
            component.addHash(new Hash(Hash.Algorithm.SHA_256, jar.hash()));
        }
        component.addProperty(property("itk:path", jar.path()));
        var under = licenses.getOrDefault(coordinates.key(), jar.licenses());
        if (!under.isEmpty()) {
            component.setLicenses(choice(under));
        }
        return component;
    }

    /** What WildFly's list or the local repository says; else what the jar says of itself and is called by; else its name. */
    private Coordinates coordinates(Found jar) {
        var file = jar.path().substring(jar.path().lastIndexOf('/') + 1);
        var listed = named.get(file);
        if (listed != null) {
            return listed;
        }
        if (jar.hash() == null) {
            return jar.said().get(0);
        }
        return jar.said().stream().filter(c -> c.isOf(jar.path())).findFirst().orElseGet(() -> {
            var parts = FILE.matcher(file);
            return parts.matches()
                    ? new Coordinates(null, parts.group(1), parts.group(2))
                    : new Coordinates(null, file.replace(".jar", ""), "unknown");
        });
    }

    private static Property property(String name, String value) {
        var property = new Property();
        property.setName(name);
        property.setValue(value);
        return property;
    }

    private static LicenseChoice choice(List<String> names) {
        var out = new LicenseChoice();
        for (var name : names) {
            var known = LicenseResolver.resolve(name, new LicenseResolver.LicenseTextSettings(false, null));
            if (known != null
                    && known.getLicenses() != null
                    && !known.getLicenses().isEmpty()) {
                out.addLicense(known.getLicenses().get(0));
            } else {
                var license = new License();
                license.setName(
                        name.startsWith("http")
                                ? URI.create(name.split("[,;]")[0].trim()).toString()
                                : name);
                out.addLicense(license);
            }
        }
        return out;
    }
}
