package org.itkserver.boot;

import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.Set;
import org.itkserver.directory.Signing;
import org.jspecify.annotations.Nullable;

/** Reads {@code signing:} of a partner in {@code directory.yaml}. */
final class SigningEntry {
    private static final Set<String> REQUIRE = Set.of("none", "timestamp", "body");

    private SigningEntry() {}

    /** @param certificates what its {@code certificates} hold */
    static Signing read(YamlMap map, Set<String> certificates) {
        var require = map.optional("require").orElse("none");
        if (!REQUIRE.contains(require)) {
            throw map.wrong(
                    "require", "must be one of " + REQUIRE.stream().sorted().toList() + ", not " + require);
        }
        var signing = new Signing(
                Signing.Require.valueOf(require.toUpperCase(Locale.ROOT)), date(map), certificates, map.truth("sign"));
        map.end();
        return signing;
    }

    private static @Nullable LocalDate date(YamlMap map) {
        var text = map.optional("sha1Until").orElse(null);
        try {
            return text == null ? null : LocalDate.parse(text);
        } catch (DateTimeParseException e) {
            throw map.wrong("sha1Until", "must be a date such as 2027-03-31");
        }
    }
}
