package org.itkserver.connector;

import java.nio.charset.StandardCharsets;
import org.itkserver.envelope.Ids;
import org.itkserver.envelope.Namespaces;
import org.itkserver.envelope.Xml;

/** Writes the response messages of the PDS mini services. Thread-safe. */
final class MiniServiceResponse {
    private static final String MESSAGE_TYPES = "2.16.840.1.113883.2.1.3.2.4.17.284";
    private static final String RESPONSE_CODES = "2.16.840.1.113883.2.1.3.2.4.17.285";
    private static final String OBSERVATION_TYPES = "2.16.840.1.113883.2.1.3.2.4.17.287";
    private static final String GENDERS = "2.16.840.1.113883.2.1.3.2.4.16.25";
    private static final String PRACTICES = "2.16.840.1.113883.2.1.3.2.4.19.2";
    private static final String EMPTY_LINE = "<streetAddressLine/>";

    private final Ids ids;

    MiniServiceResponse(Ids ids) {
        this.ids = ids;
    }

    /** The message as UTF-8, with a fresh id. */
    byte[] of(MiniService service, SampleAnswer answer) {
        var name = service.response();
        var out = new StringBuilder(2048);
        out.append("<%s xmlns=\"%s\" classCode=\"OBS\" moodCode=\"EVN\">".formatted(name, Namespaces.HL7V3));
        out.append("<id root=\"%s\"/>".formatted(Xml.escape(ids.next())));
        code(out, "code", name, MESSAGE_TYPES);
        code(out, "value", answer.code().code(), RESPONSE_CODES);
        var patient = answer.patient();
        if (patient != null) {
            switch (service) {
                case VERIFY_NHS_NUMBER -> validity(out, patient, answer.code());
                case GET_NHS_NUMBER -> subject(out, patient, "");
                default -> subject(out, patient, details(patient));
            }
        }
        return out.append("</%s>".formatted(name)).toString().getBytes(StandardCharsets.UTF_8);
    }

    /** A superseded number is not valid, although the one returned in its place is. */
    private static void validity(StringBuilder out, SamplePatient patient, BusinessCode code) {
        out.append("<component typeCode=\"COMP\"><validIdentifier classCode=\"OBS\" moodCode=\"EVN\">");
        code(out, "code", "VI", OBSERVATION_TYPES);
        out.append("<value value=\"%s\"/>".formatted(code != BusinessCode.SUPERSEDED));
        subject(out, patient, "");
        out.append("</validIdentifier></component>");
    }

    private static void subject(StringBuilder out, SamplePatient patient, String details) {
        out.append("<subject typeCode=\"SBJ\"><patient classCode=\"PAT\"><id root=\"%s\" extension=\"%s\"/>"
                .formatted(Namespaces.NHS_NUMBER, Xml.escape(patient.nhsNumber())));
        out.append(details).append("</patient></subject>");
    }

    private static String details(SamplePatient patient) {
        var out = new StringBuilder();
        out.append("<name use=\"L\"><given>%s</given><family>%s</family></name>"
                .formatted(Xml.escape(patient.given()), Xml.escape(patient.family())));
        out.append("<addr use=\"H\">");
        address(out, patient.street());
        out.append("</addr><patientPerson classCode=\"PSN\" determinerCode=\"INSTANCE\">");
        code(out, "administrativeGenderCode", patient.gender(), GENDERS);
        out.append("<birthTime value=\"%s\"/>".formatted(Xml.escape(patient.dateOfBirth())));
        out.append("<gPPractice classCode=\"SDLOC\"><addr>");
        address(out, "100 Sample Street");
        out.append("</addr><locationOrganization classCode=\"ORG\" determinerCode=\"INSTANCE\">");
        out.append("<id root=\"%s\" extension=\"Y9999\"/><name>Sample Surgery</name>".formatted(PRACTICES));
        return out.append("</locationOrganization></gPPractice></patientPerson>")
                .toString();
    }

    /** Postcode first and always five lines, as the published examples have it. */
    private static void address(StringBuilder out, String street) {
        out.append("<postalCode>%s</postalCode>".formatted(Xml.escape(SamplePatient.POSTCODE)));
        out.append("<streetAddressLine>%s</streetAddressLine>".formatted(Xml.escape(street)));
        out.append("<streetAddressLine>%s</streetAddressLine>".formatted(Xml.escape(SamplePatient.TOWN)));
        out.append(EMPTY_LINE.repeat(3));
    }

    private static void code(StringBuilder out, String element, String code, String system) {
        out.append("<%s code=\"%s\" codeSystem=\"%s\"/>".formatted(element, Xml.escape(code), system));
    }
}
