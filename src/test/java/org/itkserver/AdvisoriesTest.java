package org.itkserver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import jakarta.ws.rs.Path;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** SECURITY.md names every advisory of docs/advisories.tsv and no other, and says the truth about what is shipped. */
class AdvisoriesTest {
    private static final Pattern ID = Pattern.compile("CVE-\\d{4}-\\d{4,7}");

    private record Advisory(String id, String library, String fixed, String shipped) {}

    private static String read(String file) throws IOException {
        return Files.readString(java.nio.file.Path.of(System.getProperty("itk.basedir", "."), file));
    }

    private static List<Advisory> listed() throws IOException {
        return read("docs/advisories.tsv")
                .lines()
                .filter(line -> !line.startsWith("#"))
                .map(line -> line.split("\t"))
                .map(cells -> new Advisory(cells[0], cells[1], cells[2], cells[3]))
                .toList();
    }

    @Test
    void thePageAndTheListNameTheSameAdvisories() throws IOException {
        var named = new TreeSet<String>();
        var matcher = ID.matcher(read("SECURITY.md"));
        while (matcher.find()) {
            named.add(matcher.group());
        }
        var ids = new TreeSet<>(listed().stream().map(Advisory::id).toList());
        assertEquals(ids, named);
        assertTrue(read("docs/advisories.tsv").matches("(?s)# .* on \\d{4}-\\d{2}-\\d{2}\\..*"), "the list is dated");
    }

    @Test
    void aFixThatIsShippedIsInTheVersionOfTheBuild() throws IOException {
        var pom = read("pom.xml");
        var undertow = Pattern.compile("<version.undertow>([^<]+)<").matcher(pom);
        assertTrue(undertow.find());
        for (var advisory : listed()) {
            if (advisory.library.equals("undertow")) {
                boolean shipped = compare(undertow.group(1), advisory.fixed) >= 0;
                assertEquals(shipped ? "yes" : "no", advisory.shipped, advisory.id);
            }
        }
    }

    private static int compare(String version, String other) {
        return Arrays.compare(numbers(version), numbers(other));
    }

    private static int[] numbers(String version) {
        return Pattern.compile("\\D+")
                .splitAsStream(version)
                .filter(part -> !part.isEmpty())
                .mapToInt(Integer::parseInt)
                .toArray();
    }

    /** RESTEasy's readers and writers of XML sources and images are reached by these types alone. */
    @Test
    void noResourceTakesOrReturnsASourceOrAnImage() {
        JavaClasses classes = new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages("org.itkserver.admin", "org.itkserver.api");
        int resources = 0;
        for (var type : classes) {
            if (!type.isAnnotatedWith(Path.class)) {
                continue;
            }
            resources++;
            for (var method : type.getMethods()) {
                var types = new TreeSet<>(List.of(method.getRawReturnType().getName()));
                method.getRawParameterTypes().forEach(parameter -> types.add(parameter.getName()));
                assertTrue(
                        types.stream()
                                .noneMatch(name -> name.startsWith("javax.xml.transform")
                                        || name.startsWith("javax.imageio")
                                        || name.startsWith("java.awt")),
                        method.getFullName());
            }
        }
        assertTrue(resources > 10, "resources: " + resources);
    }
}
