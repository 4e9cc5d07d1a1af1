package org.itkserver.boot;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Base addresses in settings: scheme, host and port of a server (H21). */
final class BaseAddress {
    /** Host names may have an underscore, which some networks use. */
    private static final Pattern FORM =
            Pattern.compile("https?://([A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?|\\[[0-9A-Fa-f:.]+])(:([0-9]{1,5}))?/?");

    private static final int PORT = 4;
    private static final int MOST_PORT = 65_535;

    private BaseAddress() {}

    /**
     * The one base address that a setting holds.
     *
     * @return null when the setting is not set
     * @throws IllegalArgumentException naming the setting
     */
    static @Nullable String one(Map<String, String> env, String name) {
        var value = env.get(name);
        return value == null ? null : checked(name, value.trim());
    }

    /**
     * The base addresses that a setting holds, separated by commas.
     *
     * @throws IllegalArgumentException naming the setting
     */
    static List<String> several(Map<String, String> env, String name) {
        return Arrays.stream(env.getOrDefault(name, "").split(","))
                .map(String::trim)
                .filter(address -> !address.isEmpty())
                .map(address -> checked(name, address))
                .toList();
    }

    private static String checked(String name, String address) {
        if (!isBase(address)) {
            throw new IllegalArgumentException(
                    name + "=" + address + " is not a base address such as https://itk.example.nhs.uk.");
        }
        return address;
    }

    private static boolean isBase(String address) {
        var form = FORM.matcher(address);
        if (!form.matches() || !isPort(form.group(PORT))) {
            return false;
        }
        try {
            new URI(address);
            return true;
        } catch (URISyntaxException e) {
            return false;
        }
    }

    private static boolean isPort(@Nullable String digits) {
        return digits == null || isPort(Integer.parseInt(digits));
    }

    /** Whether a number can be a TCP port. */
    static boolean isPort(int number) {
        return number > 0 && number <= MOST_PORT;
    }
}
