package org.itkserver.envelope;

import java.util.regex.Pattern;

/**
 * Keeps what may be an NHS number out of logs, faults and the audit trail: senders write into any field whatever they have.
 * Groups of a UUID never look like one.
 */
public final class TenDigits {
    private static final Pattern NUMBER =
            Pattern.compile("(?<![0-9A-Za-z])[0-9]{3}[ -]?[0-9]{3}[ -]?[0-9]{4}(?![0-9A-Za-z])");

    private TenDigits() {}

    /** The text with ten digits, alone or in groups of three, three and four, as {@code ##########}. */
    public static String masked(String text) {
        return NUMBER.matcher(text).replaceAll("##########");
    }
}
