package org.itkserver.connector;

/** How a mini service for the Personal Demographics Service (PDS) says what became of a query: {@code value/@code}. */
enum BusinessCode {
    SUCCESS("SMSP-0000"),
    INPUT_INVALID("SMSP-0001"),
    RESPONSE_INVALID("SMSP-0002"),
    /** Spine is unavailable; what is returned comes from a store of the provider's own. */
    LOCAL_DATA("SMSP-0003"),
    CANNOT_CONNECT("SMSP-0004"),
    CREDENTIALS("SMSP-0005"),
    PROVIDER_FAILURE("SMSP-9999"),
    NO_MATCH("DEMOG-0001"),
    MULTIPLE_MATCHES("DEMOG-0007"),
    /** The number was merged into another, which is returned. */
    SUPERSEDED("DEMOG-0017"),
    /** The number is no longer in use and nothing takes its place. */
    INVALIDATED("DEMOG-0022"),
    /** The number is in use, but for somebody other than the query describes. */
    NOT_VERIFIED("DEMOG-0040"),
    /** Not ten digits. */
    NOT_NEW_STYLE("DEMOG-0042"),
    SPINE_ERROR("DEMOG-9999");

    private final String code;

    BusinessCode(String code) {
        this.code = code;
    }

    String code() {
        return code;
    }
}
