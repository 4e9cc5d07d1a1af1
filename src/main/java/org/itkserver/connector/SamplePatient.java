package org.itkserver.connector;

/**
 * Somebody who does not exist.
 *
 * @param nhsNumber ten digits, from the test range that starts with 999
 * @param dateOfBirth {@code YYYYMMDD}
 * @param gender 1 male, 2 female
 * @param street first line of the address; town and postcode are the same for all
 */
record SamplePatient(String nhsNumber, String given, String family, String dateOfBirth, String gender, String street) {
    /** Not a place. */
    static final String TOWN = "Testtown";
    /** In the range of postcodes that no address has. */
    static final String POSTCODE = "ZZ99 9ZZ";

    String part(QueryPart part) {
        return switch (part) {
            case NHS_NUMBER -> nhsNumber;
            case DATE_OF_BIRTH -> dateOfBirth;
            case GENDER -> gender;
            case FAMILY_NAME -> family;
            case GIVEN_NAME -> given;
            case POSTCODE -> POSTCODE;
        };
    }
}
