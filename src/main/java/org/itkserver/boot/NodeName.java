package org.itkserver.boot;

import java.util.regex.Pattern;

/** The rule for names of nodes. Names from before the rule may be others, up to {@value #LONGEST} characters. */
final class NodeName {
    static final int LONGEST = 64;

    private static final Pattern GOOD = Pattern.compile("[A-Za-z0-9._-]{1,64}");

    private NodeName() {}

    static boolean isGood(String name) {
        return GOOD.matcher(name).matches();
    }

    /** Whether it may be a name from before the rule. */
    static boolean isPossible(String name) {
        return !name.isBlank() && name.length() <= LONGEST;
    }

    /** What is wrong with a name, one sentence that begins so. */
    static String mistake(String start, String name) {
        return start + shown(name) + " is not a node name: use up to 64 letters, digits, '.', '_' and '-'.";
    }

    /** The name in one line. */
    static String shown(String name) {
        return name.replaceAll("\\p{Cntrl}", "?");
    }
}
