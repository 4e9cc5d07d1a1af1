package org.itkserver.boot;

import java.util.regex.Pattern;

/** Checks the form of {@code ITK_DB_URL} without the database driver, which the launcher does not have. */
final class DatabaseUrl {
    /** A value of a parameter may hold blanks. */
    private static final Pattern BLANK = Pattern.compile("^[^?]*\\s|\\p{Cntrl}");

    private static final Pattern BAD_ESCAPE = Pattern.compile("%(?![0-9A-Fa-f]{2})");
    private static final Pattern SERVERS = Pattern.compile("jdbc:postgresql://([^/?]*).*");
    private static final Pattern SERVER = Pattern.compile("(\\[[^\\]]*]|[^:\\[\\]]*)(:([0-9]{1,5}))?");
    private static final int PORT = 3;

    private DatabaseUrl() {}

    /**
     * The same URL.
     *
     * @throws IllegalArgumentException naming the setting, not the value, which may hold a password
     */
    static String checked(String url) {
        if (BLANK.matcher(url).find()) {
            throw wrong("holds a blank before its parameters, or a control character");
        }
        if (BAD_ESCAPE.matcher(url).find()) {
            throw wrong("holds a '%' that two hexadecimal digits do not follow");
        }
        var servers = SERVERS.matcher(url);
        if (servers.matches()) {
            for (var server : servers.group(1).split(",", -1)) {
                var parts = SERVER.matcher(server);
                if (!parts.matches()
                        || parts.group(PORT) != null && !BaseAddress.isPort(Integer.parseInt(parts.group(PORT)))) {
                    throw wrong("must have a host and a port from 1 to 65535 for each server");
                }
            }
        }
        return url;
    }

    private static IllegalArgumentException wrong(String rule) {
        return new IllegalArgumentException(
                "ITK_DB_URL " + rule + ": write it like jdbc:postgresql://db.example.nhs.uk:5432/itk.");
    }
}
