package org.itkserver.boot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
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

    /** Each list, with a value that it holds twice. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ods: [y9999]|ods: [y9999, Y9999]|line 4: partners[0].ods holds Y9999 twice",
                "usernames: [gp-system-1]|usernames: [a, a]|line 5: partners[0].usernames holds a twice",
                "certificates: []|certificates: ['CN=a', 'cn=a']|line 6: partners[0].certificates holds cn=a twice",
                "services: [\"*\"]|services: [\"*\", \"*\"]|line 7: partners[0].services holds * twice",
                "relaysFor: [x1111]|relaysFor: [x1111, X1111]|line 8: partners[0].relaysFor holds X1111 twice",
                "queues: []|queues: [q, q]|line 9: partners[0].queues holds q twice",
                "[\"http://127.0.0.1:9001/callback\"]|['http://a/', 'http://a/']|line 13: partners[0].endpoints.callbacks holds http://a/ twice",
                "answer: ok200|tolerate: [no-to, no-to]|line 15: partners[0].tolerate holds no-to twice",
                "handler: inbox }|profiles: [p, p] }|line 17: services[0].profiles holds p twice",
                "handler: inbox }|mimeTypes: [a/b, A/B] }|line 17: services[0].mimeTypes holds a/b twice",
                "name: LocalQuery-v1-0, pattern: synchronous|name: SendCDADocument-v2-0|line 18: services[1].name occurs twice, SendCDADocument-v2-0",
                "[\"urn:nhs-itk:interaction:local-v1-0\"]|['urn:a', 'urn:a']|line 21: interactions holds urn:a twice",
                "http://127.0.0.1:9001/messages|http://127.0.0.1:99999/|line 11: partners[0].endpoints.messages must have a port",
            })
    void whatOccursTwiceIsNamedWithItsLine(String part, String by, String message) {
        aMistakeIsNamedWithItsLine(part, by, message);
    }

    @Test
    void aRouteThatIsThereTwiceIsAMistake() {
        var e = assertThrows(
                IllegalArgumentException.class,
                () -> read(TWO_SYSTEMS + route("", "pas") + route(":a", "epr") + route(":A", "epr"), true));
        assertEquals(
                "line 8: routes[2].address has a route before this one that leads to the same place: remove one of them",
                e.getMessage());
    }

    private static final String SENDING =
            """
            organisation: { ods: Z9999, address: "urn:nhs-uk:addressing:ods:Z9999", auditIdentity: "urn:nhs-uk:identity:ods:Z9999:itk", username: a }
            partners:
              - { id: gp, ods: [Y9999], usernames: [gp-1], endpoints: { messages: "http://gp.example/m" } }
              - { id: mute, ods: [X1111], usernames: [mute-1], endpoints: { services: { SendDocument-v1-0: "http://mute.example/m" } } }
            handlers:
              archive: { folder: "in/archive" }
            routes:
              - { address: "urn:nhs-uk:addressing:ods:W1", partner: gp }
              - { address: "urn:nhs-uk:addressing:ods:W2", handler: inbox }
            outboxes:
              first: { folder: "out/first", service: SendDocument-v1-0, to: ["urn:nhs-uk:addressing:ods:Y9999:ward", "urn:nhs-uk:addressing:ods:W1", "urn:nhs-uk:addressing:ods:X1111"] }
            """;

    private static String outbox(String entry) {
        return SENDING + "  second: { " + entry.replace("ods:", "urn:nhs-uk:addressing:ods:") + " }\n";
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "folder: o, service: sendDistEnvelope, to: ['ods:Y9999']|interaction cannot be used: service sendDistEnvelope needs an interaction",
                "folder: o, service: SendDocument-v1-0|to cannot be used: to or partner is needed",
                "folder: o, service: SendDocument-v1-0, to: []|to cannot be used: to or partner is needed",
                "folder: o, service: SendDocument-v1-0, to: ['ods:Q1']|to cannot be used: address urn:nhs-uk:addressing:ods:Q1 belongs to no partner and no route",
                "folder: o, service: SendDocument-v1-0, to: ['ods:Y9999', 'ods:Z9999:x']|to cannot be used: address urn:nhs-uk:addressing:ods:Z9999:x belongs to no partner",
                "folder: o, service: SendDocument-v1-0, to: ['ods:W2']|to cannot be used: address urn:nhs-uk:addressing:ods:W2 belongs to no partner",
                "folder: o, service: SendCDADocument-v2-0, to: ['ods:Y9999']|profileId is missing",
                "folder: o, service: SendCDADocument-v2-0, profileId: p, to: ['ods:X1111']|to leads to partner mute, which has no endpoint for messages of service SendCDADocument-v2-0",
                "folder: o, service: SendDocument-v1-0, to: ['ods:Y9999', 'ods:Y9999']|to holds urn:nhs-uk:addressing:ods:Y9999 twice",
                "folder: out/./x/../first/, service: SendDocument-v1-0, to: ['ods:Y9999']|folder is also the folder of outbox first",
                "folder: out/first/sent, service: SendDocument-v1-0, to: ['ods:Y9999']|folder is also the folder sent of outbox first",
                "folder: in/archive, service: SendDocument-v1-0, to: ['ods:Y9999']|folder is also the folder of handler archive",
            })
    void anOutboxThatCanNeverSendIsRefusedWithItsLine(String entry, String says) {
        var refused = assertThrows(IllegalArgumentException.class, () -> read(outbox(entry), true));
        assertTrue(refused.getMessage().startsWith("line 12: outboxes.second." + says), refused.getMessage());
        assertEquals(1, refused.getMessage().lines().count());
    }

    @Test
    void outboxesThatCanSendAreRead() {
        var good = outbox("folder: o, service: sendDistEnvelope, interaction: 'urn:i', to: ['ods:Y9999']");
        assertEquals(2, read(good, true).outboxes().size());
    }

    @Test
    void aLinkToTheFolderOfAnotherOutboxIsRefused(@TempDir Path home) throws IOException {
        Files.createDirectories(home.resolve("out/first"));
        Files.createSymbolicLink(home.resolve("link"), Path.of("out"));
        var text = outbox("folder: link/first, service: SendDocument-v1-0, to: ['ods:Y9999']");
        var refused =
                assertThrows(IllegalArgumentException.class, () -> DirectoryFile.read(text, true, uri -> false, home));
        assertTrue(refused.getMessage().contains("outboxes.second.folder is also the folder of outbox first"));
    }

    @Test
    void aSigningCertificateThatIsAPipeIsRefused(@TempDir Path folder) throws Exception {
        assertEquals(
                0,
                new ProcessBuilder("mkfifo", folder.resolve("gp.pem").toString())
                        .start()
                        .waitFor());
        Files.createSymbolicLink(folder.resolve("zero.pem"), Path.of("/dev/zero"));
        for (var name : List.of("gp.pem", "zero.pem")) {
            var text = GOOD.replace("answer: ok200", "signing: { certificates: [" + name + "] }");
            var refused = assertTimeoutPreemptively(
                    Duration.ofSeconds(60),
                    () -> assertThrows(
                            IllegalArgumentException.class,
                            () -> DirectoryFile.read(text, true, uri -> false, folder)));
            assertTrue(refused.getMessage().contains(name + ", which is not a regular file"), refused.getMessage());
        }
    }
}
