package org.itkserver.connector;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.itkserver.connector.MiniServiceClient.BY_NUMBER;
import static org.itkserver.connector.MiniServiceClient.BY_SEARCH;
import static org.itkserver.connector.MiniServiceClient.DETAILS;
import static org.itkserver.connector.MiniServiceClient.GET_NUMBER;
import static org.itkserver.connector.MiniServiceClient.VERIFY;
import static org.itkserver.connector.MiniServiceClient.parse;
import static org.itkserver.connector.MiniServiceClient.person;
import static org.itkserver.connector.MiniServiceClient.reply;
import static org.itkserver.connector.MiniServiceClient.text;
import static org.itkserver.connector.MiniServiceClient.xml;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.ctc.wstx.stax.WstxInputFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.itkserver.directory.Catalogue;
import org.itkserver.envelope.Ids;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Document;

class SampleHandlerTest {
    /** Business code, NHS number, family name, number of the patient returned. */
    private static final List<Trigger> TRIGGERS = List.of(
            new Trigger("SMSP-0001", "9995000016", "Inputerror", null),
            new Trigger("SMSP-0002", "9995000024", "Responseerror", null),
            new Trigger("SMSP-0003", "9995000032", "Localdata", "9995000032"),
            new Trigger("SMSP-0004", "9995000040", "Noconnection", null),
            new Trigger("SMSP-0005", "9995000059", "Nocredentials", null),
            new Trigger("SMSP-9999", "9995099993", "Failure", null),
            new Trigger("DEMOG-0001", "9991000011", "Nomatch", null),
            new Trigger("DEMOG-0007", "9991000070", "Multiple", null),
            new Trigger("DEMOG-0017", "9991000178", "Superseded", "9990000107"),
            new Trigger("DEMOG-0022", "9991000224", "Invalidated", null),
            new Trigger("DEMOG-0040", "9991000402", "Unverified", null),
            new Trigger("DEMOG-0042", "9991000429", "Oldstyle", null),
            new Trigger("DEMOG-9999", "9991099999", "Spineerror", null));

    private final MiniServiceClient client = new MiniServiceClient();

    private record Trigger(String code, String number, String family, @Nullable String returned) {}

    static Stream<Arguments> everyTriggerAndService() {
        return TRIGGERS.stream()
                .flatMap(trigger -> Catalogue.PDS_SERVICES.stream().map(service -> Arguments.of(trigger, service)));
    }

    @ParameterizedTest
    @MethodSource("everyTriggerAndService")
    void triggerNumberDecidesWhateverElseIsAsked(Trigger trigger, String service) throws Exception {
        var query = new TreeMap<>(person("Anybody", "At All", "19010203", "1"));
        query.put("NHSNumber", trigger.number());

        answers(trigger, service, client.ask(service, query));
    }

    @ParameterizedTest
    @MethodSource("everyTriggerAndService")
    void triggerIsFoundByNameToo(Trigger trigger, String service) throws Exception {
        var query = new TreeMap<>(person("trigger", trigger.family(), "19700101", "2"));
        if (service.equals(VERIFY) || service.equals(BY_NUMBER)) {
            query.put("NHSNumber", trigger.number());
        }

        answers(trigger, service, client.ask(service, query));
    }

    private static void answers(Trigger trigger, String service, Document response) throws Exception {
        assertEquals(trigger.code(), text(response, "/*/value/@code"));
        assertEquals(trigger.returned() == null ? "" : trigger.returned(), text(response, "//patient/id/@extension"));
        if (trigger.returned() != null && service.equals(VERIFY)) {
            var valid = String.valueOf(!trigger.code().equals("DEMOG-0017"));
            assertEquals(valid, text(response, "/*/component/validIdentifier/value/@value"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {VERIFY, GET_NUMBER, BY_NUMBER, BY_SEARCH, DETAILS})
    void everyServiceHasItsOwnResponse(String service) throws Exception {
        var query = new TreeMap<>(person("Alfred", "Sample", "19480312", "1"));
        if (service.equals(VERIFY) || service.equals(BY_NUMBER)) {
            query.put("NHSNumber", "9990000018");
        }

        var reply = reply(client.handle(service, xml(service, query)));
        var response = parse(reply.content());

        var name =
                switch (service) {
                    case VERIFY -> "verifyNHSNumberResponse-v1-0";
                    case GET_NUMBER -> "getNHSNumberResponse-v1-0";
                    default -> "getPatientDetailsResponse-v1-0";
                };
        assertEquals("text/xml", reply.mimeType());
        assertEquals("urn:nhs-en:profile:" + name, reply.profileId().orElseThrow());
        assertEquals(name, response.getDocumentElement().getTagName());
        assertEquals("urn:hl7-org:v3", response.getDocumentElement().getAttribute("xmlns"));
        assertEquals("ID-1", text(response, "/*/id/@root"));
        assertEquals(name, text(response, "/*/code/@code"));
        assertEquals("2.16.840.1.113883.2.1.3.2.4.17.284", text(response, "/*/code/@codeSystem"));
        assertEquals("SMSP-0000", text(response, "/*/value/@code"));
        assertEquals("2.16.840.1.113883.2.1.3.2.4.17.285", text(response, "/*/value/@codeSystem"));
        assertEquals("2.16.840.1.113883.2.1.4.1", text(response, "//subject/patient/id/@root"));
        assertEquals("9990000018", text(response, "//subject/patient/id/@extension"));
        boolean details = name.startsWith("getPatientDetails");
        assertEquals(details ? "Alfred" : "", text(response, "/*/subject/patient/name/given"));
        assertEquals(details ? "19480312" : "", text(response, "//patientPerson/birthTime/@value"));
        assertEquals(service.equals(VERIFY) ? "true" : "", text(response, "//validIdentifier/value/@value"));
    }

    @Test
    void detailsHaveNameAddressGenderAndBirth() throws Exception {
        var response = client.ask(BY_NUMBER, Map.of("NHSNumber", "9990000026", "DateOfBirth", "19720730"));

        var patient = "/*/subject/patient";
        assertEquals("Testpatient", text(response, patient + "/name[@use='L']/family"));
        assertEquals("ZZ99 9ZZ", text(response, patient + "/addr[@use='H']/postalCode"));
        assertEquals("2 Sample Street", text(response, patient + "/addr/streetAddressLine[1]"));
        assertEquals("5", text(response, "count(" + patient + "/addr/streetAddressLine)"));
        assertEquals("2", text(response, patient + "/patientPerson/administrativeGenderCode/@code"));
        assertEquals("Sample Surgery", text(response, "//gPPractice/locationOrganization/name"));
    }

    @Test
    void valuesAreEscaped() throws Exception {
        var query = Map.of("NHSNumber", "9990000093", "DateOfBirth", "19991231");

        var reply = reply(client.handle(BY_NUMBER, xml(BY_NUMBER, query)));

        assertEquals("Zo\u00EB", text(parse(reply.content()), "//patient/name/given"));
        assertEquals("Flats 9 & 9a, Sample <House>", text(parse(reply.content()), "//patient/addr/*[2]"));
        assertTrue(new String(reply.content(), UTF_8).contains("Flats 9 &amp; 9a, Sample &lt;House&gt;"));
    }

    @Test
    void anyOtherNumberIsNoMatch() throws Exception {
        assertEquals("DEMOG-0001", client.code(VERIFY, Map.of("NHSNumber", "9990000123", "DateOfBirth", "19480312")));
    }

    @Test
    void whatIsNotTenDigitsIsNotANewStyleNumber() throws Exception {
        assertEquals("DEMOG-0042", client.code(VERIFY, Map.of("NHSNumber", "ABCD/123", "DateOfBirth", "19480312")));
    }

    @Test
    void patientsNumberWithOtherDetailsIsNotVerified() throws Exception {
        assertEquals("DEMOG-0040", client.code(VERIFY, Map.of("NHSNumber", "9990000018", "DateOfBirth", "19480313")));
        var query = new TreeMap<>(person("Alfred", "Other", "19480312", "1"));
        query.put("NHSNumber", "9990000018");
        assertEquals("DEMOG-0040", client.code(DETAILS, query));
    }

    @Test
    void searchComparesEverythingItIsTold() throws Exception {
        var query = new TreeMap<>(person("HANA", "synthetic", "20150618", "2"));
        query.put("Postcode", "zz999zz");
        assertEquals("SMSP-0000", client.code(BY_SEARCH, query));

        query.put("Postcode", "AA1 1AA");
        assertEquals("DEMOG-0001", client.code(BY_SEARCH, query));
        assertEquals("DEMOG-0001", client.code(BY_SEARCH, person("Hana", "Synthetic", "20150618", "1")));
        assertEquals("DEMOG-0001", client.code(GET_NUMBER, person("Anna", "Synthetic", "20150618", "2")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"verify-nhs-number", "get-nhs-number", "get-patient-details-by-nhs-number"})
    void samplesAreAnsweredWithSuccess(String sample) throws Exception {
        var message = Files.readString(Path.of("samples", sample + ".xml"));
        var service = Pattern.compile("header service=\"urn:nhs-itk:services:201005:([^\"]+)\"")
                .matcher(message);
        var payload = Pattern.compile("<itk:payload [^>]+>(.*)</itk:payload>", Pattern.DOTALL)
                .matcher(message);
        assertTrue(service.find() && payload.find());

        assertEquals(
                "SMSP-0000", client.codeOf(service.group(1), payload.group(1).strip()));
    }

    @Test
    void onlyTheIdsChange() {
        var request = xml(BY_NUMBER, Map.of("NHSNumber", "9990000026", "DateOfBirth", "19720730"));

        var first = new String(reply(client.handle(BY_NUMBER, request)).content(), UTF_8);
        var second = new String(reply(client.handle(BY_NUMBER, request)).content(), UTF_8);

        assertNotEquals(first, second);
        assertEquals(first.replace("ID-1", "ID-2"), second);
    }

    @Test
    void saysThatItInventsData() {
        assertTrue(new SampleHandler(new WstxInputFactory(), Ids.random()).inventsData());
    }

    @Test
    void documentationNamesEveryTriggerAndOnlyValidNumbers() throws IOException {
        var documentation = Files.readString(Path.of("docs", "sample-data.md"));
        int patients = 10;
        for (var trigger : TRIGGERS) {
            var row = "| `" + trigger.code() + "` | `" + trigger.number() + "` | " + trigger.family() + " |";
            assertTrue(documentation.contains(row), row);
        }
        var numbers =
                Pattern.compile("[0-9]{10}").matcher(documentation).results().toList();
        assertEquals(
                patients + TRIGGERS.size(),
                numbers.stream().map(n -> n.group()).distinct().count());
        for (var number : numbers) {
            assertTrue(number.group().startsWith("999"), number.group());
            assertEquals(0, modulus11(number.group()), number.group());
        }
    }

    /** 0 when the last digit is the right check digit. */
    private static int modulus11(String number) {
        int sum = 0;
        for (int i = 0; i < 10; i++) {
            sum += (10 - i) * Character.digit(number.charAt(i), 10);
        }
        return sum % 11;
    }
}
