package org.itkserver.envelope;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An acknowledgement a partner sent; texts trimmed, shortened and free of control characters. Immutable. */
public sealed interface Acknowledgement {

    /** Tracking id of the message it is about: an upper-case UUID, however it was written. */
    String trackingIdRef();

    /** Whether it says yes. */
    boolean positive();

    /**
     * {@code itk:InfrastructureResponse}.
     *
     * @param serviceRef service of the message, null when missing
     * @param positive whether the result is OK; every other result is negative
     * @param code code of the first error, of whatever code system, null for none
     * @param text text of the first error with its diagnostic text, null for none
     */
    record Infrastructure(
            String trackingIdRef,
            @Nullable String serviceRef,
            boolean positive,
            @Nullable String code,
            @Nullable String text)
            implements Acknowledgement {}

    /**
     * {@code hl7:BusinessResponseMessage}.
     *
     * @param typeCode result for the whole message: AA, AE, AR, CA, CE, CR or what was sent instead
     * @param positive whether that is AA or CA
     * @param detail the first detail or reason in the message, null for none
     * @param payloadResults payload id, as written, to its type code, in document order
     */
    record Business(
            String trackingIdRef,
            String typeCode,
            boolean positive,
            @Nullable String detail,
            Map<String, String> payloadResults)
            implements Acknowledgement {
        public Business {
            payloadResults = Collections.unmodifiableMap(new LinkedHashMap<>(payloadResults));
        }
    }
}
