package org.itkserver.envelope;

import java.util.regex.Pattern;

/**
 * {@code header/@trackingid}: an upper-case UUID without prefix (distributionEnvelope-v2-0.xsd, type uuid).
 *
 * @param value the 36 characters
 */
public record TrackingId(String value) {
    private static final Pattern UUID = Pattern.compile("[A-F0-9]{8}(-[A-F0-9]{4}){3}-[A-F0-9]{12}");

    /** @throws IllegalArgumentException when the value is not an upper-case UUID */
    public TrackingId {
        if (!isValid(value)) {
            throw new IllegalArgumentException("not an upper-case UUID");
        }
    }

    public static boolean isValid(String value) {
        return value.length() == 36 && UUID.matcher(value).matches();
    }

    @Override
    public String toString() {
        return value;
    }
}
