package org.itkserver.boot;

import java.util.Collection;

/** Finds the known name that is most like a misspelt one. Uses the JDK alone. */
final class Nearest {
    private Nearest() {}

    /**
     * The candidate with the smallest edit distance; of several, the first.
     *
     * @param candidates at least one
     */
    static String of(String name, Collection<String> candidates) {
        String nearest = "";
        int least = Integer.MAX_VALUE;
        for (var candidate : candidates) {
            int distance = distance(name, candidate);
            if (distance < least) {
                least = distance;
                nearest = candidate;
            }
        }
        return nearest;
    }

    /** Levenshtein's distance. */
    static int distance(String from, String to) {
        var row = new int[to.length() + 1];
        for (int j = 0; j < row.length; j++) {
            row[j] = j;
        }
        for (int i = 1; i <= from.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= to.length(); j++) {
                int substituted = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(substituted, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[to.length()];
    }
}
