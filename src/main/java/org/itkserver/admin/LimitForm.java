package org.itkserver.admin;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.itkserver.audit.ClientLimit;

/**
 * The fields that limit an API client, as typed: one word on each line.
 *
 * @param services service names
 * @param partners ids of partners
 * @param addresses addresses of this organisation
 */
public record LimitForm(String services, String partners, String addresses) {
    static final LimitForm EMPTY = new LimitForm("", "", "");

    private static final int MOST = 100;
    private static final int LONGEST = 255;
    private static final String RULE =
            "Enter at most " + MOST + " lines of at most " + LONGEST + " characters each, without spaces";

    static LimitForm of(ClientLimit limit) {
        return new LimitForm(lines(limit.services()), lines(limit.partners()), lines(limit.addresses()));
    }

    private static String lines(Set<String> words) {
        return String.join("\n", new TreeSet<>(words));
    }

    /** What is wrong, by the field; empty when nothing is. */
    Map<String, String> problems() {
        var out = new LinkedHashMap<String, String>();
        Map.of("services", services, "partners", partners, "addresses", addresses)
                .forEach((field, text) -> {
                    var words = words(text);
                    boolean wrong = words.size() > MOST
                            || words.stream()
                                    .anyMatch(word -> word.length() > LONGEST
                                            || word.chars().anyMatch(c -> c <= ' ' || c > '~'));
                    if (wrong) {
                        out.put(field, RULE);
                    }
                });
        return out;
    }

    /** The limit, when there is no problem. */
    ClientLimit limit() {
        return new ClientLimit(words(services), words(partners), words(addresses));
    }

    private static Set<String> words(String text) {
        return Arrays.stream(text.split("\\R"))
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .collect(Collectors.toUnmodifiableSet());
    }
}
