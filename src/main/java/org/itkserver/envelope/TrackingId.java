package org.itkserver.envelope;

/**
 * {@code header/@trackingid}: an upper-case UUID without prefix (distributionEnvelope-v2-0.xsd, type uuid).
 *
 * @param value the 36 characters
 */
public record TrackingId(String value) {
    /** @throws IllegalArgumentException when the value is not an upper-case UUID */
    public TrackingId {
        if (!isValid(value)) {
            throw new IllegalArgumentException("not an upper-case UUID");
        }
    }

    public static boolean isValid(String value) {
        return value.length() == Uuids.LENGTH && Uuids.isUuid(value, 0, false);
    }

    @Override
    public String toString() {
        return value;
    }
}
