package org.itkserver.connector;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.time.format.ResolverStyle;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A mini service query.
 *
 * @param message local name of the payload's root element, with its namespace in braces unless that is HL7 version 3
 * @param parts what it says about the person; never blank
 */
record PatientQuery(String message, Map<QueryPart, String> parts) {
    private static final DateTimeFormatter DATE =
            DateTimeFormatter.ofPattern("uuuuMMdd", Locale.ROOT).withResolverStyle(ResolverStyle.STRICT);

    PatientQuery {
        parts = Map.copyOf(parts);
    }

    Optional<String> part(QueryPart part) {
        return Optional.ofNullable(parts.get(part));
    }

    boolean hasDateOfBirth() {
        try {
            return part(QueryPart.DATE_OF_BIRTH)
                    .map(date -> LocalDate.parse(date, DATE))
                    .isPresent();
        } catch (DateTimeException e) {
            return false;
        }
    }

    /** Whether everything this query says is true of the patient; case and spaces do not matter. */
    boolean describes(SamplePatient patient) {
        return parts.entrySet().stream()
                .allMatch(part -> bare(part.getValue()).equals(bare(patient.part(part.getKey()))));
    }

    private static String bare(String value) {
        return value.replace(" ", "").toUpperCase(Locale.ROOT);
    }
}
