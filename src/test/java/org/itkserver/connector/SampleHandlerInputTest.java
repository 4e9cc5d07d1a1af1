package org.itkserver.connector;

import static org.itkserver.connector.MiniServiceClient.BY_NUMBER;
import static org.itkserver.connector.MiniServiceClient.BY_SEARCH;
import static org.itkserver.connector.MiniServiceClient.DETAILS;
import static org.itkserver.connector.MiniServiceClient.GET_NUMBER;
import static org.itkserver.connector.MiniServiceClient.VERIFY;
import static org.itkserver.connector.MiniServiceClient.givenUp;
import static org.itkserver.connector.MiniServiceClient.person;
import static org.itkserver.connector.MiniServiceClient.xml;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.itkserver.directory.Catalogue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SampleHandlerInputTest {
    private final MiniServiceClient client = new MiniServiceClient();

    @ParameterizedTest
    @ValueSource(strings = {VERIFY, GET_NUMBER, BY_NUMBER, BY_SEARCH, DETAILS})
    void dateOfBirthIsRequired(String service) throws Exception {
        var query = new TreeMap<>(person("Alfred", "Sample", "19480312", "1"));
        query.put("NHSNumber", "9990000018");
        for (var date : List.of("", " ", "19480230", "1948-03-12", "194803", "19480312+0000")) {
            query.put("DateOfBirth", date);
            assertEquals("SMSP-0001", client.code(service, query), date);
        }
    }

    @Test
    void eachServiceRequiresWhatIdentifiesThePerson() throws Exception {
        var dateOnly = Map.of("DateOfBirth", "19480312");
        for (var service : Catalogue.PDS_SERVICES) {
            assertEquals("SMSP-0001", client.code(service, dateOnly), service);
        }
        var noGender = Map.of("DateOfBirth", "19480312", "family", "Sample");
        assertEquals("SMSP-0001", client.code(GET_NUMBER, noGender));
        assertEquals("SMSP-0001", client.code(BY_SEARCH, noGender));
        assertEquals("SMSP-0000", client.code(DETAILS, noGender));
    }

    @Test
    void otherMessagesAreInvalidInput() throws Exception {
        var query = Map.of("NHSNumber", "9990000018", "DateOfBirth", "19480312");
        var good = xml(VERIFY, query);

        assertEquals("SMSP-0001", client.codeOf(VERIFY, xml(BY_NUMBER, query)));
        assertEquals("SMSP-0001", client.codeOf(VERIFY, good.replace("urn:hl7-org:v3", "urn:other")));
        assertEquals("SMSP-0001", client.codeOf(VERIFY, good.replace(".1.4.1", ".1.4.2")));
        assertEquals("SMSP-0001", client.codeOf(VERIFY, "<empty/>"));
    }

    @Test
    void publishedNameOfTheDetailsRequestIsTaken() throws Exception {
        var query = Map.of("NHSNumber", "9990000018", "DateOfBirth", "19480312");
        var request = xml(DETAILS, query).replace("getPatientDetailsRequest-v1-0", "getPatientDetails-v1-0");

        assertEquals("SMSP-0000", client.codeOf(DETAILS, request));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "not XML",
                "<a><b></a>",
                "<a>Secretname\u0000</a>",
                "<a>&secretname;</a>",
                "<!DOCTYPE a [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><a>&e;</a>",
                "<!DOCTYPE a><a/>",
                "<v:a>Secretname</v:a>"
            })
    void unreadablePayloadIsGivenUp(String payload) {
        assertFalse(
                givenUp(client.handle(VERIFY, payload)).toLowerCase(Locale.ROOT).contains("secretname"));
    }

    @Test
    void entityInAPartIsGivenUp() {
        var request = xml(BY_SEARCH, person("Alfred", "Sample", "19480312", "1"));

        givenUp(client.handle(BY_SEARCH, request.replace("Sample<", "&sample;<")));
        givenUp(client.handle(
                BY_SEARCH, "<!DOCTYPE a [<!ENTITY sample 'Sample'>]>" + request.replace("Sample<", "&sample;<")));
    }

    @Test
    void longPayloadIsGivenUp() {
        var request = xml(VERIFY, Map.of("NHSNumber", "9990000018", "DateOfBirth", "19480312"));

        givenUp(client.handle(VERIFY, request + " ".repeat(PatientQueryReader.LIMIT)));
    }

    @Test
    void payloadThatCannotBeOpenedIsGivenUp() {
        givenUp(client.handle(VERIFY, (String) null));
    }

    @Test
    void messageWithoutPayloadOrWithSeveralIsGivenUp() {
        givenUp(client.handle(VERIFY));
        givenUp(client.handle(VERIFY, "<a/>", "<a/>"));
    }

    @Test
    void unknownServiceIsGivenUp() {
        givenUp(client.handle("SendCDADocument-v2-0", "<a/>"));
    }
}
