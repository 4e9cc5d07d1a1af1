package org.itkserver.connector;

import java.util.Arrays;
import java.util.Optional;
import java.util.Set;

/** The Spine mini services for the Personal Demographics Service: what each must be told and how it answers. */
enum MiniService {
    VERIFY_NHS_NUMBER("verifyNHSNumber", "verifyNHSNumber", QueryPart.NHS_NUMBER),
    GET_NHS_NUMBER("getNHSNumber", "getNHSNumber", QueryPart.GENDER, QueryPart.FAMILY_NAME),
    DETAILS_BY_NHS_NUMBER("getPatientDetailsByNHSNumber", "getPatientDetails", QueryPart.NHS_NUMBER),
    DETAILS_BY_SEARCH("getPatientDetailsBySearch", "getPatientDetails", QueryPart.GENDER, QueryPart.FAMILY_NAME),
    /** By number, by search, or by both. */
    DETAILS("getPatientDetails", "getPatientDetails") {
        @Override
        boolean identifies(PatientQuery query) {
            return DETAILS_BY_NHS_NUMBER.identifies(query)
                    || query.part(QueryPart.FAMILY_NAME).isPresent();
        }
    };

    private static final String VERSION = "-v1-0";

    private final String operation;
    private final String response;
    private final Set<QueryPart> required;

    MiniService(String operation, String response, QueryPart... required) {
        this.operation = operation;
        this.response = response + "Response" + VERSION;
        this.required = Set.of(required);
    }

    /** The service of this name, such as {@code verifyNHSNumber-v1-0}. */
    static Optional<MiniService> named(String service) {
        return Arrays.stream(values())
                .filter(known -> service.equals(known.operation + VERSION))
                .findFirst();
    }

    /** Name of the response: root element, message type and the end of the profile URN. */
    String response() {
        return response;
    }

    /**
     * Whether the query is one of this service's and complete. The message of {@link #DETAILS} is published without
     * {@code Request} in its name; that spelling is taken for all.
     */
    boolean accepts(PatientQuery query) {
        var message = query.message();
        boolean ours = message.equals(operation + "Request" + VERSION) || message.equals(operation + VERSION);
        return ours && query.hasDateOfBirth() && identifies(query);
    }

    boolean identifies(PatientQuery query) {
        return query.parts().keySet().containsAll(required);
    }
}
