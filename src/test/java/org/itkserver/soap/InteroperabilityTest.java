package org.itkserver.soap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.itkserver.directory.Partner;
import org.itkserver.envelope.Messages;
import org.itkserver.envelope.SoapVersion;
import org.itkserver.testing.Partners;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What real senders write and the decisions of docs/protocol.md section 14 allow or refuse. */
class InteroperabilityTest {
    private static final CheckedMessages.Request POST =
            new CheckedMessages.Request(CheckedMessages.PATH, List.of(Messages.SERVICE), List.of(CheckedMessages.TO));
    private static final String GENERIC = "urn:nhs-itk:services:201005:sendDistEnvelope";
    private static final String NONE = "http://www.w3.org/2005/08/addressing/none";

    private final CheckedMessages messages = new CheckedMessages(null, 1 << 20);
    private final Partners partner = Partners.of("gp-system", "Y9999");

    private CheckedMessages.Verdict check(String message) {
        return check(message, POST);
    }

    private CheckedMessages.Verdict check(String message, CheckedMessages.Request request) {
        return messages.check(Messages.utf8(message), partner.build(), Peer.UNPROVEN, request);
    }

    /** A sender that its certificate proves. */
    private CheckedMessages.Verdict proven(String message) {
        var sender = partner.signs(org.itkserver.directory.Signing.NONE, java.util.Set.of("CN=gp"))
                .build();
        return messages.check(Messages.utf8(message), sender, new Peer(null, sender, null), POST);
    }

    private String letter() {
        return messages.letter();
    }

    private String swap(String part, String by) {
        assertTrue(letter().contains(part), part);
        return letter().replace(part, by);
    }

    private String block(String xml) {
        return swap("</soap:Header>", xml + "</soap:Header>");
    }

    private String soap12(String service) {
        return letter().replace(SoapVersion.SOAP_11.namespace(), SoapVersion.SOAP_12.namespace())
                .replace(CheckedMessages.PATH, "/itk/services/ITKServReq/12")
                .replace(Messages.SERVICE, service);
    }

    @ParameterizedTest
    @CsvSource({"'', true", GENERIC + ", true", "urn:other, false", "' ', false"})
    void soap12NeedsNoActionParameterButOneThatIsThereMustAgree(String action, boolean taken) {
        var actions = action.isEmpty() ? List.<String>of() : List.of(action.strip());
        var request = new CheckedMessages.Request("/itk/services/ITKServReq/12", actions, List.of(CheckedMessages.TO));
        assertEquals(taken, check(soap12(GENERIC), request).accepted());
    }

    @Test
    void soap11NeedsASoapAction() {
        var request = new CheckedMessages.Request(CheckedMessages.PATH, List.of(), List.of(CheckedMessages.TO));
        assertEquals("1000", check(letter(), request).code());
    }

    @ParameterizedTest
    @CsvSource({"\uff11, false", "\u0661, false", "\u09e7, false", "1, true", "01, true", "+1, true", "'1 ', true"})
    void countsAreAsciiDigits(String count, boolean taken) {
        assertEquals(
                taken,
                check(swap("manifest count=\"1\"", "manifest count=\"" + count + "\""))
                        .accepted());
        assertEquals(
                taken,
                check(swap("payloads count=\"1\"", "payloads count=\"" + count + "\""))
                        .accepted());
    }

    @ParameterizedTest
    @ValueSource(strings = {"Z9999::ward", "Z9999:", ":Z9999", "Z9999:ward: ", "Z9999:\u00a0:x"})
    void noPartOfAnAddressOrIdentityIsEmpty(String bad) {
        assertEquals("1000", check(swap("ods:Z9999:cardiology", "ods:" + bad)).code());
        var own = bad.replace("Z9999", "Y9999");
        assertEquals(
                "1000",
                check(swap("uri=\"urn:nhs-uk:addressing:ods:Y9999", "uri=\"urn:nhs-uk:addressing:ods:" + own))
                        .code());
        assertEquals(
                "1000",
                check(swap("identity:ods:Y9999:dr-sample", "identity:ods:" + own))
                        .code());
    }

    @ParameterizedTest
    @ValueSource(strings = {"2.16.840.1.113883.2.1.3.2.4.21.1", "1.2.826.0.1285.0.2.0.109"})
    void aSenderAddressOfAnotherTypeNeedsNoOrganisation(String type) {
        var sender = "senderAddress type=\"" + type + "\" uri=\"";
        assertTrue(check(swap("senderAddress uri=\"urn:nhs-uk:addressing:ods:Y9999", sender + "Y9999OT001"))
                .accepted());
        assertTrue(check(swap(
                        "senderAddress uri=\"urn:nhs-uk:addressing:ods:Y9999",
                        sender + "urn:nhs-uk:addressing:ods:Y9999"))
                .accepted());
        for (var foreign : List.of(
                "urn:nhs-uk:addressing:ods:X1", "URN:NHS-UK:Addressing:ods:X1", "urn:nhs-uk:identity:ods:X1:a")) {
            assertEquals(
                    "3000",
                    check(swap("senderAddress uri=\"urn:nhs-uk:addressing:ods:Y9999", sender + foreign))
                            .code(),
                    foreign);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "urn:nhs-uk:identity:ods:X1111:victim",
                "URN:nhs-uk:identity:ods:X1111:victim",
                "urn:nhs-uk:addressing:ods:X1111:a"
            })
    void aNhsIdentityIsCheckedWhateverItsType(String uri) {
        for (var type : List.of("type=\"1.2.3\" ", "")) {
            var verdict = check(swap(
                    "<itk:id uri=\"urn:nhs-uk:identity:ods:Y9999:dr-sample\"",
                    "<itk:id " + type + "uri=\"" + uri + "\""));
            assertEquals("3000", verdict.code(), type);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "'urn:nhs-uk:identity:ods:Y9999:Sample, Alfred', true",
        "urn:nhs-uk:identity:ods:Y9999:J\u00f6rg Ma\u00df, true",
        "urn:nhs-uk:identity:ods:Y9999, true",
        "urn:nhs-uk:identity:Y9999, false",
        "urn:nhs-uk:identity:, false",
        "urn:nhs-uk:identity:ods:Y9999:a&#10;b, false",
        "urn:nhs-uk:addressing:Y9999, false",
        "urn:other:ods:Y9999, false"
    })
    void auditIdentities(String uri, boolean taken) {
        var verdict = check(swap("urn:nhs-uk:identity:ods:Y9999:dr-sample", uri.replace("'", "")));
        assertEquals(taken, verdict.accepted(), verdict::toString);
        assertEquals("", taken ? verdict.text() : "");
    }

    @Test
    void anAuditIdentityThatIsAnAddressIsAWarning() {
        for (var part : List.of("ward", "Sample, Alfred", "J\u00f6rg Ma\u00df", "a%20b")) {
            var verdict =
                    check(swap("urn:nhs-uk:identity:ods:Y9999:dr-sample", "urn:nhs-uk:addressing:ods:Y9999:" + part));
            assertTrue(verdict.accepted(), verdict::toString);
            assertTrue(verdict.text().contains("H15"), verdict::toString);
        }
    }

    @ParameterizedTest
    @CsvSource({"True, true", "TRUE, true", "1, true", "' true ', true", "False, false", "0, false", "FALSE, false"})
    void handlingFlagsAreReadWithoutRegardToCase(String value, boolean asked) {
        for (var key : List.of("infackrequested", "ackrequested")) {
            var verdict = check(flag(key, value));
            assertTrue(verdict.accepted(), verdict::toString);
            var header = java.util.Objects.requireNonNull(verdict.message()).requiredHeader();
            assertEquals(asked, key.startsWith("inf") ? header.infAckRequested() : header.ackRequested());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"yes", "2", "wahr", "tru\u0435", "truee"})
    void aHandlingFlagThatIsNeitherIsRefused(String value) {
        assertEquals("1000", check(flag("infackrequested", value)).code());
        assertEquals("1000", check(flag("ackrequested", value)).code());
        assertEquals("1000", check(flag("busresponserequested", value)).code());
    }

    private String flag(String key, String value) {
        return swap(
                "<itk:handlingSpecification>",
                "<itk:handlingSpecification><itk:spec key=\"urn:nhs-itk:ns:201005:" + key + "\" value=\"" + value
                        + "\"/>");
    }

    @Test
    void relatesToMayOccurAnyNumberOfTimes() {
        var one = "<wsa:RelatesTo>uuid:1</wsa:RelatesTo>";
        assertTrue(check(block(one + one + "<wsa:RelatesTo RelationshipType=\"urn:x\">y</wsa:RelatesTo>"))
                .accepted());
    }

    @ParameterizedTest
    @ValueSource(strings = {"ReplyTo", "FaultTo"})
    void noneIsNoReplyAddressWhereThereIsNoReply(String name) {
        var xml = "<wsa:" + name + "><wsa:Address>" + NONE + "</wsa:Address></wsa:" + name + ">";
        var generic = new CheckedMessages.Request("/itk", List.of(GENERIC), List.of(CheckedMessages.TO));
        assertTrue(check(block(xml).replace(Messages.SERVICE, GENERIC).replace(CheckedMessages.PATH, "/itk"), generic)
                .accepted());
        assertEquals("1000", check(block(xml)).code(), "this service answers");
    }

    @Test
    void aHostWithoutPortHasThePortOfTheConnection() {
        var bases = List.of("http://127.0.0.1", "http://127.0.0.1:8080");
        assertTrue(check(letter(), new CheckedMessages.Request(CheckedMessages.PATH, List.of(Messages.SERVICE), bases))
                .accepted());
    }

    @Test
    void aRefusedToNamesTheSetting() {
        var verdict = check(swap("http://127.0.0.1:8080", "http://127.0.0.1:8081"));
        assertEquals("1000", verdict.code());
        assertTrue(
                verdict.text().contains("ITK_PUBLIC_URL") && verdict.text().contains("ITK_TO_ALIASES"), verdict.text());
    }

    @Test
    void aMessageWithoutMessageIdIsToleratedForOnePartnerOnOneWayCalls() {
        var without = letter().replaceFirst("<wsa:MessageID>[^<]*</wsa:MessageID>", "");
        assertEquals("1000", check(without).code());
        partner.tolerates(Partner.Leniency.NO_MESSAGE_ID);
        var verdict = check(without);
        assertTrue(verdict.accepted(), verdict::toString);
        assertTrue(verdict.text().contains("MessageID"), verdict::toString);
        assertEquals("", check(letter()).text(), "nothing was forgiven");
        assertEquals(
                "1000",
                check(letter().replaceFirst(">[^<]*</wsa:MessageID>", "></wsa:MessageID>"))
                        .code());
    }

    @Test
    void aMessageWithoutToIsToleratedForOnePartner() {
        var without = letter().replaceFirst("<wsa:To>[^<]*</wsa:To>", "");
        assertEquals("1000", check(without).code());
        partner.tolerates(Partner.Leniency.NO_TO);
        assertTrue(check(without).accepted());
        assertEquals("1000", check(letter().replace("127.0.0.1", "127.0.0.2")).code(), "another To stays wrong");
    }

    @Test
    void aMessageWithoutSecurityNeedsAProvenPartnerThatIsForgivenIt() {
        var without = letter().replaceFirst("(?s)<wsse:Security>.*</wsse:Security>", "");
        assertEquals("1000", proven(without).code());
        partner.tolerates(Partner.Leniency.NO_SECURITY);
        var verdict = proven(without);
        assertTrue(verdict.accepted(), verdict::toString);
        assertTrue(verdict.text().contains("Security"), verdict::toString);
        assertEquals("1000", check(without).code(), "nothing proves it");
        assertEquals("3000", proven(without.replace("ods:Y9999", "ods:X1111")).code(), "and only for itself");
        var noTime = letter().replaceFirst("(?s)<wsu:Timestamp.*</wsu:Timestamp>", "");
        assertEquals("1000", proven(noTime).code(), "half a Security header is not none");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<saml:Assertion xmlns:saml='urn:oasis:names:tc:SAML:2.0:assertion'/>",
                "<w:SignatureConfirmation xmlns:w='http://docs.oasis-open.org/wss/oasis-wss-wssecurity-secext-1.1.xsd'/>",
                "<x:a xmlns:x='urn:x' soap:mustUnderstand='0'><x:b/></x:a>"
            })
    void anUnknownChildOfSecurityIsIgnoredInAMessageWithoutSignature(String child) {
        assertTrue(check(swap("</wsse:Security>", child + "</wsse:Security>")).accepted());
        var mandatory = child.replaceFirst("'0'", "'1'").replaceFirst("( xmlns)", " soap:mustUnderstand='1'$1");
        if (!child.contains("mustUnderstand")) {
            assertEquals(
                    "1000",
                    check(swap("</wsse:Security>", mandatory + "</wsse:Security>"))
                            .code());
        }
        var signature = "<ds:Signature xmlns:ds='http://www.w3.org/2000/09/xmldsig#'/>";
        assertEquals(
                "1000",
                check(swap("</wsse:Security>", child + signature + "</wsse:Security>"))
                        .code());
        assertEquals(
                "1000",
                check(swap("</wsse:Security>", signature + child + "</wsse:Security>"))
                        .code());
    }
}
