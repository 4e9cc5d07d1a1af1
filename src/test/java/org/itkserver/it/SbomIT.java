package org.itkserver.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.zip.ZipFile;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The bill of materials tells what is in the jar, no less and no more. */
class SbomIT {
    private static final String INSIDE = "META-INF/sbom/itk-transport-server.cdx.json";
    private static final Pattern NAME = Pattern.compile("`([a-z0-9.-]+) ([0-9][0-9A-Za-z.-]*)`");

    private static final Map<String, String> JARS = new TreeMap<>();
    private static final TreeSet<String> UNPACKED = new TreeSet<>();
    private static Path file;
    private static JsonNode bill;

    @BeforeAll
    static void read() throws IOException {
        var jar = Path.of(System.getProperty("itk.jar"));
        file = jar.resolveSibling("itk-transport-server-bootable.cdx.json");
        bill = new ObjectMapper().readTree(file.toFile());
        try (var in = new ZipInputStream(Files.newInputStream(jar))) {
            for (var entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                if (entry.getName().equals("wildfly.zip")) {
                    jars("wildfly.zip!/", new ZipInputStream(in));
                } else if (entry.getName().endsWith("/pom.properties")) {
                    UNPACKED.add(entry.getName());
                }
            }
        }
    }

    private static void jars(String path, ZipInputStream in) throws IOException {
        for (var entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
            var name = entry.getName();
            if (name.endsWith(".jar")) {
                JARS.put(path + name, sha256(in.readAllBytes()));
            } else if (name.startsWith("standalone/data/content/") && !entry.isDirectory()) {
                jars(path + "itk-transport-server.war!/", new ZipInputStream(in));
            }
        }
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    private static String path(JsonNode component) {
        return component.at("/properties/0/value").asText();
    }

    @Test
    void everyJarIsListedWithItsHashAndNothingElse() {
        assertTrue(JARS.size() > 200, () -> JARS.size() + " jars");
        var listed = new TreeMap<String, String>();
        var unpacked = new TreeSet<String>();
        for (var component : bill.get("components")) {
            if (component.has("hashes")) {
                assertEquals("SHA-256", component.at("/hashes/0/alg").asText());
                listed.put(path(component), component.at("/hashes/0/content").asText());
            } else {
                unpacked.add(path(component));
            }
        }
        assertEquals(JARS, listed);
        assertEquals(UNPACKED, unpacked);
        assertEquals(JARS.size() + UNPACKED.size(), bill.get("components").size());
    }

    @Test
    void everyComponentHasCoordinatesOfMaven() {
        var references = new TreeSet<String>();
        for (var component : bill.get("components")) {
            var purl = component.get("purl").asText();
            assertTrue(purl.matches("pkg:maven/[^/@]+/[^/@]+@[^?]+\\?type=jar"), purl);
            assertFalse(component.get("version").asText().isBlank());
            assertTrue(references.add(component.get("bom-ref").asText()), purl);
        }
        assertEquals("CycloneDX", bill.get("bomFormat").asText());
        assertEquals("1.6", bill.get("specVersion").asText());
        assertFalse(bill.get("metadata").has("timestamp"), "two builds of the same jars would differ");
    }

    @Test
    void theJarCarriesItsOwn() throws IOException {
        try (var jar = new ZipFile(System.getProperty("itk.jar"));
                var in = jar.getInputStream(jar.getEntry(INSIDE))) {
            assertArrayEquals(Files.readAllBytes(file), in.readAllBytes());
        }
    }

    /** The table of advisories names libraries as they are shipped. */
    @Test
    void versionsInTheSecurityPolicyAreThoseOfTheJar() throws IOException {
        var policy = Files.readString(Path.of(System.getProperty("itk.basedir"), "SECURITY.md"));
        var said = NAME.matcher(policy);
        int names = 0;
        for (; said.find(); names++) {
            var name = said.group(1);
            var version = said.group(2);
            boolean shipped = false;
            for (var component : bill.get("components")) {
                shipped |= component.get("name").asText().equals(name)
                        && component.get("version").asText().equals(version);
            }
            assertTrue(shipped, () -> name + " " + version + " is not in the jar");
        }
        assertTrue(names >= 2, "the policy names no versions");
    }
}
