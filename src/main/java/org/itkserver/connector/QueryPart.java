package org.itkserver.connector;

/** What a mini service query may say about a person. */
enum QueryPart {
    NHS_NUMBER,
    /** {@code YYYYMMDD}. */
    DATE_OF_BIRTH,
    /** 0 not known, 1 male, 2 female, 9 not specified. */
    GENDER,
    FAMILY_NAME,
    GIVEN_NAME,
    POSTCODE
}
