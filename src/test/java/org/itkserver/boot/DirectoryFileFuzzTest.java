package org.itkserver.boot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.DictionaryEntries;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import org.itkserver.directory.Directory;

/** Any text as {@code directory.yaml}: a directory, or one sentence that names a line of the file. */
class DirectoryFileFuzzTest {
    private static final Pattern SENTENCE = Pattern.compile("line ([1-9][0-9]*): .+", Pattern.DOTALL);

    @DictionaryEntries({
        "organisation: ",
        "partners: ",
        "services: ",
        "handlers: ",
        "routes: ",
        "outboxes: ",
        "interactions: ",
        "retention: ",
        "signing: ",
        "endpoints: ",
        "callbacks: ",
        "relaysFor: ",
        "certificates: ",
        "&a ",
        "*a",
        "<<: *a",
        "!!int ",
        "? ",
        "%YAML 1.2\\x0A---\\x0A",
        "PT999999999999H",
        "https://[::1]:99999/",
        "\\x00",
        "\\xEF\\xBB\\xBF"
    })
    @FuzzTest
    void directory(byte[] data) {
        var text = new String(data, StandardCharsets.UTF_8);
        try {
            used(DirectoryFile.read(text, true, uri -> uri.getPort() == 8080));
        } catch (IllegalArgumentException e) {
            assertSame(IllegalArgumentException.class, e.getClass());
            var sentence = SENTENCE.matcher(String.valueOf(e.getMessage()));
            assertTrue(sentence.matches(), e.getMessage());
            assertTrue(Long.parseLong(sentence.group(1))
                    <= text.chars().filter(DirectoryFileFuzzTest::ends).count() + 2);
        }
    }

    /** What YAML or the parser counts as the end of a line. */
    private static boolean ends(int c) {
        return c == '\n' || c == '\r' || c == '\u0085' || c == '\u2028' || c == '\u2029';
    }

    /** The directory answers what a message would ask of it. */
    private static void used(Directory directory) {
        for (var partner : directory.partners()) {
            for (var username : partner.usernames()) {
                assertEquals(
                        partner.id(),
                        directory.partners().stream()
                                .filter(p -> p.usernames().contains(username))
                                .findFirst()
                                .orElseThrow()
                                .id());
            }
        }
        directory.services().forEach((name, service) -> assertEquals(name, service.name()));
        assertNotNull(directory.organisation().username());
    }
}
