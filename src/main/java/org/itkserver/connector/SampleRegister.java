package org.itkserver.connector;

import java.util.List;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The invented patients, and the NHS numbers that call forth every other business code. The table is documented in
 * {@code docs/sample-data.md}; the first eight patients are those of {@code samples/}.
 */
final class SampleRegister {
    private static final Pattern TEN_DIGITS = Pattern.compile("[0-9]{10}");

    private static final SamplePatient MERGED =
            new SamplePatient("9990000107", "Jonah", "Merged", "19700101", "1", "10 Sample Street");

    private static final List<SamplePatient> PATIENTS = List.of(
            new SamplePatient("9990000018", "Alfred", "Sample", "19480312", "1", "1 Sample Street"),
            new SamplePatient("9990000026", "Bella", "Testpatient", "19720730", "2", "2 Sample Street"),
            new SamplePatient("9990000034", "Callum", "Placeholder", "20010115", "1", "3 Sample Street"),
            new SamplePatient("9990000042", "Deirdre", "Dummy", "19560908", "2", "4 Sample Street"),
            new SamplePatient("9990000050", "Edwin", "Fictional", "19331124", "1", "5 Sample Street"),
            new SamplePatient("9990000069", "Farah", "Invented", "19890502", "2", "6 Sample Street"),
            new SamplePatient("9990000077", "Gareth", "Madeup", "19641231", "1", "7 Sample Street"),
            new SamplePatient("9990000085", "Hana", "Synthetic", "20150618", "2", "8 Sample Street"),
            new SamplePatient("9990000093", "Zo\u00EB", "O'Example", "19991231", "2", "Flats 9 & 9a, Sample <House>"),
            MERGED);

    /** In the order of the codes. A number is 99950 or 99910, the four digits of its code, and the check digit. */
    private static final List<Entry> TRIGGERS = List.of(
            trigger("9995000016", "Inputerror", BusinessCode.INPUT_INVALID),
            trigger("9995000024", "Responseerror", BusinessCode.RESPONSE_INVALID),
            trigger("9995000032", "Localdata", BusinessCode.LOCAL_DATA, Function.identity()),
            trigger("9995000040", "Noconnection", BusinessCode.CANNOT_CONNECT),
            trigger("9995000059", "Nocredentials", BusinessCode.CREDENTIALS),
            trigger("9995099993", "Failure", BusinessCode.PROVIDER_FAILURE),
            trigger("9991000011", "Nomatch", BusinessCode.NO_MATCH),
            trigger("9991000070", "Multiple", BusinessCode.MULTIPLE_MATCHES),
            trigger("9991000178", "Superseded", BusinessCode.SUPERSEDED, patient -> MERGED),
            trigger("9991000224", "Invalidated", BusinessCode.INVALIDATED),
            trigger("9991000402", "Unverified", BusinessCode.NOT_VERIFIED),
            trigger("9991000429", "Oldstyle", BusinessCode.NOT_NEW_STYLE),
            trigger("9991099999", "Spineerror", BusinessCode.SPINE_ERROR));

    private static final List<Entry> ENTRIES = Stream.concat(
                    PATIENTS.stream()
                            .map(patient -> new Entry(patient, new SampleAnswer(BusinessCode.SUCCESS, patient))),
                    TRIGGERS.stream())
            .toList();

    /** The answer: by the NHS number when the query has one, else by what it says about the person. */
    SampleAnswer answer(PatientQuery query) {
        return query.part(QueryPart.NHS_NUMBER)
                .map(number -> byNumber(number, query))
                .orElseGet(() -> search(query));
    }

    private SampleAnswer byNumber(String number, PatientQuery query) {
        if (!TEN_DIGITS.matcher(number).matches()) {
            return SampleAnswer.of(BusinessCode.NOT_NEW_STYLE);
        }
        return ENTRIES.stream()
                .filter(entry -> entry.subject().nhsNumber().equals(number))
                .findFirst()
                .map(entry -> entry.verified(query))
                .orElse(SampleAnswer.of(BusinessCode.NO_MATCH));
    }

    private SampleAnswer search(PatientQuery query) {
        var found = ENTRIES.stream()
                .filter(entry -> query.describes(entry.subject()))
                .toList();
        return switch (found.size()) {
            case 0 -> SampleAnswer.of(BusinessCode.NO_MATCH);
            case 1 -> found.get(0).answer();
            default -> SampleAnswer.of(BusinessCode.MULTIPLE_MATCHES);
        };
    }

    private static Entry trigger(String number, String family, BusinessCode code) {
        return new Entry(person(number, family), SampleAnswer.of(code));
    }

    private static Entry trigger(
            String number, String family, BusinessCode code, Function<SamplePatient, SamplePatient> returned) {
        var person = person(number, family);
        return new Entry(person, new SampleAnswer(code, returned.apply(person)));
    }

    private static SamplePatient person(String number, String family) {
        return new SamplePatient(number, "Trigger", family, "19700101", "2", "99 Sample Street");
    }

    /** Whom a query may be about, and its answer. */
    private record Entry(SamplePatient subject, SampleAnswer answer) {

        /** For a patient's number the rest of the query must fit; a trigger's number decides alone. */
        SampleAnswer verified(PatientQuery query) {
            return answer.code() != BusinessCode.SUCCESS || query.describes(subject)
                    ? answer
                    : SampleAnswer.of(BusinessCode.NOT_VERIFIED);
        }
    }
}
