package org.itkserver.admin;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What no template may hold: the content security policy would break it, or the escaping would not reach it. */
class TemplatesTest {
    private static final Path TEMPLATES = Path.of("src/main/jte");
    private static final Pattern FORBIDDEN =
            Pattern.compile("\\$unsafe|<script|<style|\\sstyle=|\\son[a-z]+=|javascript:|https?:|//[a-z]");

    private static List<Path> templates() throws IOException {
        try (var files = Files.walk(TEMPLATES)) {
            return files.filter(file -> file.toString().endsWith(".jte")).toList();
        }
    }

    @Test
    void nothingIsInlineNothingIsForeignNothingIsUnescaped() throws IOException {
        assertFalse(templates().isEmpty());
        for (var template : templates()) {
            var found = FORBIDDEN.matcher(Files.readString(template));
            assertFalse(found.find(), () -> template + " has " + found.group());
        }
    }

    @Test
    void everyFormThatPostsHasTheTokenExceptTheLogin() throws IOException {
        var form = Pattern.compile("<form[^>]*method=\"post\".*?</form>", Pattern.DOTALL);
        for (var template : templates()) {
            var forms = form.matcher(Files.readString(template));
            while (forms.find()) {
                assertTrue(
                        forms.group().contains("name=\"token\"")
                                || forms.group().contains("action=\"/admin/login\""),
                        () -> template + ": " + forms.group());
            }
        }
    }
}
