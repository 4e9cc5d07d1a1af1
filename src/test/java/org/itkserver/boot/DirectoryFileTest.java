package org.itkserver.boot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import org.itkserver.directory.ClientCertificate;
import org.itkserver.directory.Directory;
import org.itkserver.directory.Partner;
import org.itkserver.directory.Pattern;
import org.itkserver.directory.Signing;
import org.itkserver.testing.DevCerts;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DirectoryFileTest {
    private static final String GOOD =
            """
            organisation: { ods: Z9999, address: "urn:nhs-uk:addressing:ods:Z9999", auditIdentity: "urn:nhs-uk:identity:ods:Z9999:itk", username: itk-z9999 }
            partners:
              - id: gp-system
                ods: [y9999]
                usernames: [gp-system-1]
                certificates: []
                services: ["*"]
                relaysFor: [x1111]
                queues: []
                endpoints:
                  messages: "http://127.0.0.1:9001/messages"
                  acknowledgements: "http://127.0.0.1:9001/acks"
                  callbacks: ["http://127.0.0.1:9001/callback"]
                ackStyle: "2.1"
                answer: ok200
            services:
              - { name: SendCDADocument-v2-0, handler: inbox }
              - { name: LocalQuery-v1-0, pattern: synchronous, handler: radiology }
            handlers:
              radiology: { http: "http://127.0.0.1:9100/radiology", timeout: PT10S }
            interactions: ["urn:nhs-itk:interaction:local-v1-0"]
            routes:
              - { address: "urn:nhs-uk:addressing:ods:Z9999:radiology", handler: radiology }
            """;

    private static Directory read(String text, boolean loopback) {
        return DirectoryFile.read(text, loopback, uri -> uri.getPort() == 8080);
    }

    @Test
    void readsEveryKeyOfTheDesign() {
        var directory = read(GOOD, true);
        var partner = directory.partnerOf("gp-system-1").orElseThrow();

        assertTrue(partner.speaksFor("Y9999") && partner.speaksFor("x1111") && !partner.speaksFor("W1"));
        assertEquals(
                Pattern.SYNCHRONOUS, directory.services().get("LocalQuery-v1-0").pattern());
        assertTrue(directory.knowsInteraction("urn:nhs-itk:interaction:local-v1-0"));
        assertFalse(directory.knowsInteraction("urn:nhs-itk:interaction:other"));
    }

    @Test
    void readsTheDemonstration() throws IOException {
        var text = Files.readString(Path.of("src/main/resources/demo-directory.yaml"));
        assertEquals(
                "sample",
                read(text, true).services().get("verifyNHSNumber-v1-0").handler());
        var refused = assertThrows(IllegalArgumentException.class, () -> read(text, false));
        assertTrue(refused.getMessage().contains("loopback"), refused.getMessage());
    }

    private static Signing signing(String value) {
        var text = GOOD.replace("    ackStyle:", "    signing: " + value + "\n    ackStyle:");
        return read(text, true).partnerOf("gp-system-1").orElseThrow().signing();
    }

    @Test
    void signingIsOffUnlessItIsSaid() {
        assertEquals(
                Signing.NONE,
                read(GOOD, true).partnerOf("gp-system-1").orElseThrow().signing());
        assertEquals(Signing.NONE, signing("{}"));
        var all = signing("{ require: body, sha1Until: 2027-03-31, certificates: [\"CN=gp, O=Example\"], sign: true }");
        assertEquals(
                new Signing(Signing.Require.BODY, LocalDate.of(2027, 3, 31), Set.of("cn=gp,o=example"), true), all);
        assertTrue(all.allowsSha1(Instant.parse("2027-03-31T23:59:59Z")));
        assertFalse(all.allowsSha1(Instant.parse("2027-04-01T00:00:00Z")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{ require: maybe }|require must be one of [body, none, timestamp], not maybe",
                "{ require: body }|require needs certificates, here or of the partner",
                "{ sha1Until: soon }|sha1Until must be a date such as 2027-03-31",
                "{ sha1Until: 2027-02-30 }|sha1Until must be a date",
                "{ sign: perhaps }|sign must be true or false",
                "{ certificates: [x] }|certificates holds x",
                "{ signed: true }|signed is not a key"
            })
    void aWrongSigningIsRefused(String value, String says) {
        var refused = assertThrows(IllegalArgumentException.class, () -> signing(value));
        assertTrue(refused.getMessage().contains("line 14: partners[0].signing." + says), refused.getMessage());
    }

    @Test
    void aSigningCertificateIsOnePartnersAlone() {
        var two = GOOD.replace("    certificates: []", "    signing: { certificates: [\"CN=a\"] }")
                .replace(
                        "services:\n  - {",
                        "  - { id: b, usernames: [b], certificates: [\"CN=a\"] }\nservices:\n  - {");
        var refused = assertThrows(IllegalArgumentException.class, () -> read(two, true));
        assertTrue(refused.getMessage().contains("belongs to partner gp-system"), refused.getMessage());
        read(
                GOOD.replace(
                        "    certificates: []",
                        "    certificates: [\"CN=a\"]\n    signing: { certificates: [\"CN=a\"] }"),
                true);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "usernames:|usernamez:|line 5: partners[0].usernamez",
                "ods: [y9999]|ods: y9999|line 4: partners[0].ods must be a list",
                "answer: ok200|answer: maybe|line 15: partners[0].answer must be one of",
                "ackStyle: \"2.1\"|ackStyle: \"3\"|line 14: partners[0].ackStyle must be one of",
                "services: [\"*\"]|services: [Nothing]|line 7: partners[0].services holds Nothing",
                "handler: inbox|handler: nowhere|line 17: services[0].handler names nowhere",
                "handler: radiology }|handler: inbox }|line 18: services[1].handler cannot be inbox",
                "handler: inbox|handler: sample|line 17: services[0].handler cannot be sample",
                "timeout: PT10S|timeout: 0s|line 20: handlers.radiology.timeout must be a positive duration",
                "timeout: PT10S|timeout: PT1H|line 20: handlers.radiology.timeout must be a positive duration",
                "http://127.0.0.1:9100/radiology|file:///x|line 20: handlers.radiology.http must be an http",
                "radiology\", handler: radiology|radiology\", partner: nobody|line 23: routes[0].partner names nobody",
                "urn:nhs-itk:interaction:local-v1-0|local|line 21: interactions must hold URNs",
                "ods: Z9999,|ods: &a Z9999,|line 1: organisation.ods must not use anchors",
                "id: gp-system|id: gp-system, id: x|line 3",
                "id: gp-system|id: gp system|line 3: partners[0].id must be",
                "queues: []|queues: [\"a b\"]|line 9: partners[0].queues holds a b",
                "http://127.0.0.1:9001/messages|ftp://x/|line 11: partners[0].endpoints.messages must be an http",
                "http://127.0.0.1:9001/messages|http:///x|line 11: partners[0].endpoints.messages must be an http",
                "http://127.0.0.1:9001/messages|http://127.0.0.1:8080/x|line 11: partners[0].endpoints.messages must not be this",
                "http://127.0.0.1:9001/messages|queue:other|line 11: partners[0].endpoints.messages names queue other",
                "http://127.0.0.1:9001/acks|http://u:p@127.0.0.1:9001/|line 12: partners[0].endpoints.acknowledgements must not hold",
                "http://127.0.0.1:9001/callback|http://127.0.0.1:8080/x|line 13: partners[0].endpoints.callbacks must not be this",
                "http://127.0.0.1:9001/callback|urn:nhs-itk:subscriber:q|line 13: partners[0].endpoints.callbacks must be an http",
                "timeout: PT10S|folder: in|line 20: handlers.radiology.http or folder is needed",
                "http://127.0.0.1:9100/radiology|http://127.0.0.1:8080/|line 20: handlers.radiology.http must not be this",
                "handler: inbox }|handler: inbox, infAckDeadline: soon }|line 17: services[0].infAckDeadline must be a positive duration",
                "handler: inbox }|handler: inbox, ackDeadline: -PT1S }|line 17: services[0].ackDeadline must be a positive duration",
                "partners:|partnerz:|line 2: partnerz is not a key"
            })
    void aMistakeIsNamedWithItsLine(String part, String by, String message) {
        assertTrue(GOOD.contains(part), part);
        var refused = assertThrows(
                IllegalArgumentException.class,
                () -> read(GOOD.replaceFirst(java.util.regex.Pattern.quote(part), by), true));
        assertTrue(refused.getMessage().startsWith(message), refused.getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"[", "- ", "{a: ", "? "})
    void aFileNestedTooDeepIsRefusedWithItsLine(String level) {
        var text = "# nothing\n" + level.repeat(20_000);
        var wrong = assertThrows(IllegalArgumentException.class, () -> read(text, true));
        assertEquals("line 2: more than 32 levels deep", wrong.getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"!%0a x", "!<%20> [x]", "!<%20y> {}"})
    void aTagThatIsNoneIsRefusedWithItsLine(String value) {
        var wrong = assertThrows(IllegalArgumentException.class, () -> read("a: 1\nb: " + value, true));
        assertEquals("line 2: what follows '!' is no tag", wrong.getMessage());
    }

    @Test
    void anEscapeThatIsCutShortIsRefusedWithItsLine() {
        var wrong = assertThrows(IllegalArgumentException.class, () -> read("a: 1\nb: \"!\\x", true));
        assertEquals("line 2: what follows is not YAML", wrong.getMessage());
    }

    @Test
    void aListIsNoDirectory() {
        var wrong = assertThrows(IllegalArgumentException.class, () -> read("[]", true));
        assertEquals("line 1: the file must be a mapping of keys to values", wrong.getMessage());
    }

    @Test
    void aUsernameBelongsToOnePartner() {
        var twice = GOOD.replace(
                "services:\n  - { name: SendCDA",
                "  - { id: b, usernames: [gp-system-1] }\nservices:\n  - { name: SendCDA");
        var refused = assertThrows(IllegalArgumentException.class, () -> read(twice, true));
        assertTrue(refused.getMessage().contains("gp-system-1"), refused.getMessage());
    }

    @Test
    void aHostNameWithAnUnderscoreIsRefusedWithItsReason() {
        var wrong = GOOD.replace("http://127.0.0.1:9001/messages", "http://gp_system:9001/messages");
        var refused = assertThrows(IllegalArgumentException.class, () -> read(wrong, true));
        assertTrue(refused.getMessage().contains("underscore"), refused.getMessage());
    }

    @Test
    void aServiceMayHaveAnEndpointOfItsOwn() {
        var own = GOOD.replace(
                "      callbacks: [",
                "      services: { SendBusinessAck-v1-0: \"http://127.0.0.1:9001/bus\" }\n      callbacks: [");
        var endpoints = read(own, true).partnerOf("gp-system-1").orElseThrow().endpoints();
        assertEquals(
                "http://127.0.0.1:9001/bus",
                endpoints.forAcknowledgements("SendBusinessAck-v1-0").orElseThrow());
        assertEquals(
                "http://127.0.0.1:9001/acks",
                endpoints.forAcknowledgements("SendInfrastructureAck-v1-0").orElseThrow());
        assertTrue(endpoints.hold("http://127.0.0.1:9001/bus"));
        var unknown = own.replace("SendBusinessAck-v1-0:", "SendNothing:");
        assertThrows(IllegalArgumentException.class, () -> read(unknown, true));
    }

    @Test
    void leniencies() {
        var two = GOOD.replace("certificates: []", "certificates: []\n    tolerate: [no-message-id, no-to]");
        var partner = read(two, true).partnerOf("gp-system-1").orElseThrow();
        assertEquals(Set.of(Partner.Leniency.NO_MESSAGE_ID, Partner.Leniency.NO_TO), partner.tolerated());
    }

    @ParameterizedTest
    @ValueSource(strings = {"no-security", "no-signature", "NO_TO"})
    void aLeniencyIsKnownAndNoSecurityNeedsACertificate(String name) {
        var wrong = GOOD.replace("certificates: []", "certificates: []\n    tolerate: [" + name + "]");
        var refused = assertThrows(IllegalArgumentException.class, () -> read(wrong, true));
        assertTrue(refused.getMessage().contains("tolerate"), refused.getMessage());
    }

    @Test
    void aSigningCertificateMayBeAFile(@TempDir Path folder) throws Exception {
        var certs = new DevCerts(folder.resolve("certs"), "gp");
        var certificate = certs.certificate("gp");
        Files.writeString(
                folder.resolve("gp.pem"),
                "-----BEGIN CERTIFICATE-----\n"
                        + Base64.getMimeEncoder().encodeToString(certificate.getEncoded())
                        + "\n-----END CERTIFICATE-----\n");
        Files.writeString(folder.resolve("bad.pem"), "nothing");
        var text =
                GOOD.replace("answer: ok200", "answer: ok200\n    signing: { require: body, certificates: [gp.pem] }");
        var signing = DirectoryFile.read(text, true, uri -> false, folder)
                .partnerOf("gp-system-1")
                .orElseThrow()
                .signing();
        assertEquals(List.of(certificate), signing.known());
        assertEquals(Set.of(ClientCertificate.of(certificate).fingerprint()), signing.certificates());
        for (var wrong : List.of("away.pem", "bad.pem")) {
            var refused = assertThrows(
                    IllegalArgumentException.class,
                    () -> DirectoryFile.read(text.replace("gp.pem", wrong), true, uri -> false, folder));
            assertTrue(refused.getMessage().contains(wrong), refused.getMessage());
        }
    }

    private static final String TWO_SYSTEMS =
            """
            organisation: { ods: Z9999, address: "urn:nhs-uk:addressing:ods:Z9999", auditIdentity: "urn:nhs-uk:identity:ods:Z9999:itk", username: a }
            partners:
              - { id: pas, ods: [X1111], usernames: [pas-1], endpoints: { messages: "http://pas.example/m" } }
              - { id: epr, ods: [x1111], usernames: [epr-1], endpoints: { messages: "http://epr.example/m" } }
            routes:
            """;

    private static String route(String below, String partner) {
        return "  - { address: \"urn:nhs-uk:addressing:ods:X1111" + below + "\", partner: " + partner + " }\n";
    }

    @Test
    void oneCodeAtTwoPartnersIsAMistakeUnlessRoutesTellThemApart() {
        var other = "  - { address: \"urn:nhs-uk:addressing:ods:Z9999:ward\", handler: inbox }\n";
        for (var routes : List.of(other, route(":pas", "pas"), other + route(":epr:ward", "epr"))) {
            var e = assertThrows(IllegalArgumentException.class, () -> read(TWO_SYSTEMS + routes, true));
            assertEquals(
                    "line 4: partners[1].ods holds X1111, which partner pas has, too: add a route that names one of them for the"
                            + " code, or a route for each of them with its addresses below the code",
                    e.getMessage());
        }
        for (var routes : List.of(route("", "epr"), route(":pas", "pas") + route(":epr", "epr"))) {
            assertEquals(2, read(TWO_SYSTEMS + routes, true).partners().size());
        }
    }

    @Test
    void whatBelongsToTwoPartnersFollowsTheRoutes() {
        var directory = read(TWO_SYSTEMS + route(":pas", "pas") + route(":epr", "epr"), true);
        var code = "urn:nhs-uk:addressing:ods:X1111";
        assertEquals("pas", directory.ownerOf(code + ":pas:ward").orElseThrow().id());
        assertEquals("epr", directory.ownerOf(code + ":epr").orElseThrow().id());
        assertTrue(directory.ownerOf(code + ":other").isEmpty(), "no route names it");
        var one = read(TWO_SYSTEMS + route("", "epr"), true);
        assertEquals("epr", one.ownerOf(code + ":other").orElseThrow().id());
    }

    @Test
    void twoRoutesForOneAddressAreTheMistake() {
        var e = assertThrows(
                IllegalArgumentException.class,
                () -> read(TWO_SYSTEMS + route(":A", "pas") + route(":a", "epr") + route(":e", "epr"), true));
        assertEquals(
                "line 7: routes[1].address has a route before this one that leads elsewhere: remove one of them",
                e.getMessage());
    }
}
