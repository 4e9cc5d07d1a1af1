package org.itkserver.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * One good message, spoiled in one place at a time: status, fault code, error code, Action, exactly one audit row, no
 * leak, and the next good message accepted. The rules are those of docs/protocol.md.
 */
class RefusedMessagesIT {
    private static final String FAULT_ACTION = "http://www.w3.org/2005/08/addressing/soap/fault";
    private static final Pattern LEAK = Pattern.compile(
            "Exception|\\bat [a-z]+\\.|wstx|com\\.ctc|org\\.(itkserver|apache|jboss)|/tmp/|\\.java|row,col|\\[row",
            Pattern.CASE_INSENSITIVE);
    private static final Pattern UPPER_UUID =
            Pattern.compile("[0-9A-F]{8}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{12}");
    private static final String REFUSED_ROWS = "select count(*) from audit_event where type = 'refused'";

    @TempDir
    static Path folder;

    private static Postgres postgres;
    private static ServerProcess server;

    @BeforeAll
    static void start() throws IOException {
        postgres = new Postgres();
        server = postgres.configure(ServerProcess.at(folder.resolve("home")))
                .directory(DIRECTORY)
                .with("ITK_MAX_MESSAGE", "2MB")
                .start();
    }

    @AfterAll
    static void stop() {
        server.close();
        postgres.close();
    }

    private static final String DIRECTORY =
            """
            organisation: { ods: Z9999, address: "urn:nhs-uk:addressing:ods:Z9999", auditIdentity: "urn:nhs-uk:identity:ods:Z9999:itk", username: itk-z9999 }
            partners:
              - { id: gp-system, ods: [Y9999], usernames: [gp-system-1], services: ["*"] }
              - { id: known, ods: [Y9999], usernames: [known-but-not-allowed], services: [SendDocument-v1-0] }
              - { id: other, ods: [X1111], usernames: [other-1], services: ["*"] }
              - { id: strict, ods: [Y9999], usernames: [strict-1], services: ["*"], strictPayload: true }
            routes:
              - { address: "urn:nhs-uk:addressing:ods:Y9999", partner: gp-system }
            """;

    /** What is expected of one spoiled message. */
    private record Case(String name, int status, String faultCode, String errorCode, Consumer<Attempt> spoil) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static Case invalid(String name, Consumer<Attempt> spoil) {
        return new Case(name, 500, "Client", "1000", spoil);
    }

    private static Case denied(String name, Consumer<Attempt> spoil) {
        return new Case(name, 500, "Client", "3000", spoil);
    }

    private static Case http(int status, String name, Consumer<Attempt> spoil) {
        return new Case(name, status, "", "", spoil);
    }

    /** With a body, the HTTP edge answers 400 before anything else looks at it. */
    private static void withoutBody(Attempt in, String method) {
        in.method = method;
        in.text = "";
    }

    static Stream<Case> both() {
        return Stream.of(xml(), addressing(), security(), envelope(), http()).flatMap(List::stream);
    }

    /** H4, H18, threats to the parser. */
    private static List<Case> xml() {
        return List.of(
                invalid(
                        "document type with external entity",
                        in -> in.text = "<!DOCTYPE e [<!ENTITY x SYSTEM \"file:///etc/hostname\">]>"
                                + in.text.replace("caf\u00e9", "&x;")),
                invalid(
                        "document type, parameter entity",
                        in -> in.text = "<!DOCTYPE e [<!ENTITY % p SYSTEM \"http://127.0.0.1:7777/\"> %p;]>" + in.text),
                invalid("billion laughs", in -> in.text = laughs() + in.text.replace("caf\u00e9", "&j;")),
                invalid(
                        "processing instruction before the envelope",
                        in -> in.text = "<?xml-stylesheet href='x'?>" + in.text),
                invalid("processing instruction in a header", in -> in.block("<?p x?>")),
                invalid(
                        "processing instruction in the envelope header",
                        in -> in.swap("<itk:addresslist>", "<?p x?><itk:addresslist>")),
                invalid(
                        "100,000 nested elements",
                        in -> in.swap("<recordTarget>", "<a>".repeat(100_000) + "<recordTarget>")),
                invalid(
                        "65 deep",
                        in -> in.swap("<recordTarget>", "<a>".repeat(60) + "</a>".repeat(60) + "<recordTarget>")),
                invalid("65 attributes", in -> in.swap("<recordTarget>", "<recordTarget" + attributes(65) + ">")),
                invalid(
                        "33 namespaces on one element",
                        in -> in.swap("<recordTarget>", "<recordTarget" + namespaces(33, "") + ">")),
                invalid("2001 namespaces", in -> in.swap("<recordTarget>", many(2001) + "<recordTarget>")),
                invalid(
                        "attribute of 64 KB",
                        in -> in.swap("<recordTarget>", "<recordTarget a=\"" + "v".repeat(65_536) + "\">")),
                invalid(
                        "header attribute of 9 KB",
                        in -> in.swap("<wsa:To>", "<wsa:To a=\"" + "v".repeat(9000) + "\">")),
                invalid(
                        "name of 257 characters",
                        in -> in.swap("<recordTarget>", "<" + "n".repeat(257) + "/><recordTarget>")),
                invalid(
                        "name of 1.2 MB",
                        in -> in.swap("<recordTarget>", "<" + "n".repeat(1_200_000) + "/><recordTarget>")),
                invalid("header text of 2 KB", in -> in.text("wsa:To", "http://" + "t".repeat(2000))),
                invalid("SOAP header of 70 KB", in -> in.block("<x xmlns=\"urn:x\">" + "y".repeat(70_000) + "</x>")),
                invalid("comment in a header text", in -> in.swap("gp-system-1", "gp-<!-- -->system-1")),
                invalid("CDATA in a header text", in -> in.text("wsse:Username", "<![CDATA[gp-system-1]]>")),
                invalid("element in a header text", in -> in.text("wsa:To", "<a/>")),
                invalid("truncated", in -> in.text = in.text.substring(0, in.text.length() / 2)),
                invalid("empty body", in -> in.text = ""),
                invalid("not XML", in -> in.text = "{\"a\":1}"),
                invalid("trailing junk", in -> in.text = in.text + "junk"),
                invalid("two envelopes", in -> in.text = in.text + in.text),
                invalid("space before the XML declaration", in -> in.text = " <?xml version=\"1.0\"?>" + in.text),
                invalid("XML 1.1", in -> in.text = "<?xml version=\"1.1\"?>" + in.text),
                invalid(
                        "Latin-1 declared",
                        in -> in.text = "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>" + in.text),
                invalid("Latin-1 bytes", in -> in.charset = StandardCharsets.ISO_8859_1),
                invalid("NUL", in -> in.swap("caf\u00e9", "\u0000")),
                invalid("U+FFFE", in -> in.swap("caf\u00e9", "\ufffe")),
                invalid("overlong UTF-8", in -> in.bytes = overlong(in.text)),
                invalid("undefined entity", in -> in.swap("caf\u00e9", "&nbsp;")),
                invalid("undeclared prefix", in -> in.swap("<recordTarget>", "<u:x/><recordTarget>")),
                invalid(
                        "UTF-16 under charset UTF-8",
                        in -> in.bytes = ("\ufeff" + in.text).getBytes(StandardCharsets.UTF_16LE)));
    }

    /** SOAP structure, WS-Addressing, SOAPAction. */
    private static List<Case> addressing() {
        return List.of(
                new Case(
                        "unknown header with mustUnderstand",
                        500,
                        "MustUnderstand",
                        "1000",
                        in -> in.block("<x:a xmlns:x=\"urn:x\" soap:mustUnderstand=\"1\"/>")),
                new Case(
                        "unknown wsa header with mustUnderstand",
                        500,
                        "MustUnderstand",
                        "1000",
                        in -> in.block("<wsa:Strange soap:mustUnderstand=\"1\"/>")),
                invalid("other root element", in -> in.swap("soap:Envelope", "soap:Envelop")),
                invalid("element after Body", in -> in.swap("</soap:Body>", "</soap:Body><x xmlns=\"urn:x\"/>")),
                invalid("two Bodies", in -> in.swap("</soap:Body>", "</soap:Body><soap:Body/>")),
                invalid("empty Body", in -> in.cut("itk:DistributionEnvelope")),
                invalid("two elements in Body", in -> in.swap("</soap:Body>", "<x xmlns=\"urn:x\"/></soap:Body>")),
                invalid("something else in Body", in -> in.swap("itk:DistributionEnvelope", "itk:Other")),
                invalid("no MessageID", in -> in.cut("wsa:MessageID")),
                invalid("MessageID that is no UUID", in -> in.text("wsa:MessageID", "12345")),
                invalid("two MessageIDs", in -> in.block("<wsa:MessageID>" + Sample.uuid() + "</wsa:MessageID>")),
                invalid(
                        "MessageID equal to tracking id",
                        in -> in.text("wsa:MessageID", attribute(in.text, "trackingid"))),
                invalid("no Action", in -> in.cut("wsa:Action")),
                invalid("two Actions", in -> in.block("<wsa:Action>x</wsa:Action>")),
                invalid(
                        "Action of another service",
                        in -> in.text("wsa:Action", "urn:nhs-itk:services:201005:SendDocument-v1-0")),
                invalid("no To", in -> in.cut("wsa:To")),
                invalid("two Tos", in -> in.block("<wsa:To>http://x/</wsa:To>")),
                invalid("anonymous To", in -> in.text("wsa:To", "http://www.w3.org/2005/08/addressing/anonymous")),
                invalid("To another host", in -> in.text("wsa:To", "http://other.example" + in.path)),
                invalid("To another port", in -> in.text("wsa:To", "http://127.0.0.1:1" + in.path)),
                invalid("To an unknown path", in -> in.text("wsa:To", in.base + "/itk/services/nothing")),
                invalid("To with user", in -> in.text("wsa:To", in.base.replace("://", "://a@") + in.path)),
                invalid("ReplyTo loopback", in -> in.block(endpoint("ReplyTo", "http://127.0.0.1:7777/"))),
                invalid("ReplyTo metadata address", in -> in.block(endpoint("ReplyTo", "http://169.254.169.254/"))),
                invalid("ReplyTo file", in -> in.block(endpoint("ReplyTo", "file:///etc/hostname"))),
                invalid("FaultTo elsewhere", in -> in.block(endpoint("FaultTo", "http://127.0.0.1:7777/"))),
                invalid("ReplyTo without Address", in -> in.block("<wsa:ReplyTo/>")),
                invalid("two ReplyTos", in -> in.block(anonymous("ReplyTo") + anonymous("ReplyTo"))),
                invalid(
                        "reference parameters",
                        in -> in.block(
                                "<wsa:From><wsa:Address>http://x/</wsa:Address>"
                                        + "<wsa:ReferenceParameters><x xmlns=\"urn:x\"/></wsa:ReferenceParameters></wsa:From>")),
                invalid(
                        "reference properties",
                        in -> in.block("<wsa:From><wsa:Address>http://x/</wsa:Address>"
                                + "<wsa:ReferenceProperties/></wsa:From>")),
                invalid(
                        "reference parameter header",
                        in -> in.block("<x:a xmlns:x=\"urn:x\" wsa:IsReferenceParameter=\"true\"/>")),
                invalid("empty header attribute", in -> in.swap("<wsa:To>", "<wsa:To a=\"\">")));
    }

    /** WS-Security and identity. */
    private static List<Case> security() {
        return List.of(
                invalid("no Security", in -> in.cut("wsse:Security")),
                invalid("two Security headers", in -> in.block("<wsse:Security/>")),
                invalid("no Timestamp", in -> in.cut("wsu:Timestamp")),
                invalid("no Created", in -> in.cut("wsu:Created")),
                invalid("no Expires", in -> in.cut("wsu:Expires")),
                invalid("two Timestamps", in -> in.swap("</wsu:Timestamp>", "</wsu:Timestamp><wsu:Timestamp/>")),
                invalid("Created that is no time", in -> in.text("wsu:Created", "yesterday")),
                invalid("Created at 24:00:00", in -> in.text("wsu:Created", "2026-11-22T24:00:00Z")),
                invalid("leap second", in -> in.text("wsu:Expires", "2026-11-22T23:59:60Z")),
                invalid("no time zone", in -> in.text("wsu:Created", "2026-11-22T10:00:00")),
                invalid(
                        "20 digits of fraction",
                        in -> in.text("wsu:Created", "2026-11-22T10:00:00.12345678901234567890Z")),
                invalid("expired", in -> times(in, -20, -10)),
                invalid("from the future", in -> times(in, 10, 20)),
                invalid("Created after Expires", in -> times(in, 2, 1)),
                invalid("lives for two days", in -> times(in, 0, 2880)),
                invalid("year 9999", in -> in.text("wsu:Expires", "9999-12-31T00:00:00Z")),
                denied(
                        "signature",
                        in -> in.swap(
                                "<wsse:UsernameToken>",
                                "<ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"/><wsse:UsernameToken>")),
                invalid(
                        "mandatory SAML token",
                        in -> in.swap(
                                "<wsse:UsernameToken>",
                                "<Assertion xmlns=\"urn:oasis:names:tc:SAML:2.0:assertion\" soap:mustUnderstand=\"1\"/>"
                                        + "<wsse:UsernameToken>")),
                denied("no UsernameToken", in -> in.cut("wsse:UsernameToken")),
                denied("no Username", in -> in.cut("wsse:Username")),
                denied("empty Username", in -> in.text("wsse:Username", " ")),
                denied("unknown Username", in -> in.text("wsse:Username", "Unknown")),
                denied("Username null", in -> in.text("wsse:Username", "null")),
                denied("Username in other case", in -> in.text("wsse:Username", "GP-SYSTEM-1")),
                invalid(
                        "two Usernames",
                        in -> in.swap("<wsse:Username>", "<wsse:Username>x</wsse:Username><wsse:Username>")),
                denied("user not allowed to call the service", in -> in.text("wsse:Username", "known-but-not-allowed")),
                denied("Username of another partner", in -> in.text("wsse:Username", "other-1")),
                denied(
                        "sender address of another partner",
                        in -> in.swap("addressing:ods:Y9999", "addressing:ods:X1111")),
                denied("audit identity of another partner", in -> in.swap("identity:ods:Y9999", "identity:ods:X1111")),
                invalid("empty payload attribute of a strict partner", in -> in.text("wsse:Username", "strict-1")
                        .swap("<recordTarget>", "<recordTarget a=\"\">")));
    }

    /** The distribution envelope. */
    private static List<Case> envelope() {
        return List.of(
                invalid(
                        "manifest id is no payload id",
                        in -> in.swap("manifestitem id=\"uuid_6A", "manifestitem id=\"uuid_7A")),
                invalid("manifest count", in -> in.swap("manifest count=\"1\"", "manifest count=\"2\"")),
                invalid(
                        "manifest count that is no number",
                        in -> in.swap("manifest count=\"1\"", "manifest count=\"x\"")),
                invalid(
                        "manifest count of a billion",
                        in -> in.swap("manifest count=\"1\"", "manifest count=\"1000000000\"")),
                invalid("payloads count", in -> in.swap("payloads count=\"1\"", "payloads count=\"2\"")),
                invalid("payloads count negative", in -> in.swap("payloads count=\"1\"", "payloads count=\"-1\"")),
                invalid(
                        "two payloads, one manifest item",
                        in -> in.swap(
                                "</itk:payload></itk:payloads>",
                                "</itk:payload><itk:payload id=\"b\">x</itk:payload></itk:payloads>")),
                invalid(
                        "two payloads with one id",
                        in -> in.swap(
                                "</itk:payload></itk:payloads>",
                                "</itk:payload><itk:payload id=\"uuid_6A2D0C55-1111-4A2B-9C3D-5E6F70819203\">x</itk:payload></itk:payloads>")),
                invalid(
                        "payload without id",
                        in -> in.swap(
                                "<itk:payload id=\"uuid_6A2D0C55-1111-4A2B-9C3D-5E6F70819203\">", "<itk:payload>")),
                invalid(
                        "payload with two elements",
                        in -> in.swap("</ClinicalDocument>", "</ClinicalDocument><second/>")),
                invalid(
                        "service is not Action",
                        in -> in.swap(
                                "service=\"" + attribute(in.text, "service") + "\"",
                                "service=\"urn:nhs-itk:services:201005:SendDocument-v1-0\"")),
                invalid(
                        "lower-case tracking id",
                        in -> in.swap(
                                attribute(in.text, "trackingid"),
                                attribute(in.text, "trackingid").toLowerCase(java.util.Locale.ROOT))),
                invalid("tracking id with prefix", in -> in.swap("trackingid=\"", "trackingid=\"uuid_")),
                invalid("no tracking id", in -> in.swap("trackingid=\"" + attribute(in.text, "trackingid") + "\"", "")),
                invalid(
                        "no service",
                        in -> in.swap("itk:header service=\"" + attribute(in.text, "service") + "\"", "itk:header")),
                invalid("extra element in header", in -> in.swap("<itk:addresslist>", "<itk:extra/><itk:addresslist>")),
                invalid(
                        "header elements out of order",
                        in -> in.cut("itk:auditIdentity")
                                .swap(
                                        "<itk:handlingSpecification>",
                                        "<itk:auditIdentity><itk:id uri=\"urn:nhs-uk:identity:ods:Y9999:x\"/></itk:auditIdentity><itk:handlingSpecification>")),
                invalid("no manifest", in -> in.cut("itk:manifest")),
                invalid(
                        "five audit identities",
                        in -> in.swap(
                                "<itk:auditIdentity>",
                                "<itk:auditIdentity>" + "<itk:id uri=\"urn:nhs-uk:identity:ods:Y9999:x\"/>".repeat(4))),
                invalid("no audit identity", in -> in.cut("itk:auditIdentity")),
                invalid(
                        "audit identity of no organisation",
                        in -> in.swap("urn:nhs-uk:identity:ods:Y9999:dr-sample", "urn:nhs-uk:identity:ods")),
                invalid(
                        "audit identity with an empty part",
                        in -> in.swap("urn:nhs-uk:identity:ods:Y9999:dr-sample", "urn:nhs-uk:identity:ods:Y9999::x")),
                invalid("address with an empty part", in -> in.swap("ods:Z9999:cardiology", "ods:Z9999::cardiology")),
                invalid("base64 that is none", in -> {
                    in.swap("mimetype=\"text/xml\"", "mimetype=\"text/xml\" base64=\"true\"");
                    in.text = in.text.replaceFirst("(?s)<ClinicalDocument.*</ClinicalDocument>", "RG9zZTog****");
                }),
                invalid("audit identity type that is no OID", in -> in.swap("<itk:id uri", "<itk:id type=\"x\" uri")),
                invalid(
                        "empty profile id",
                        in -> in.swap("profileid=\"urn:nhs-en:profile:dischargeReport-v6-1\"", "profileid=\"\"")),
                invalid(
                        "empty address",
                        in -> in.swap("uri=\"urn:nhs-uk:addressing:ods:Z9999:cardiology\"", "uri=\"\"")),
                invalid(
                        "sender address that is none",
                        in -> in.swap(
                                "senderAddress uri=\"urn:nhs-uk:addressing:ods:Y9999\"",
                                "senderAddress uri=\"mailto:a@b\"")),
                invalid(
                        "media type outside the service's rule",
                        in -> in.swap("mimetype=\"text/xml\"", "mimetype=\"application/pdf\"")),
                invalid(
                        "base64 that is neither true nor false",
                        in -> in.swap("mimetype=\"text/xml\"", "mimetype=\"text/xml\" base64=\"maybe\"")),
                invalid("unknown attribute on header", in -> in.swap("<itk:header ", "<itk:header x=\"1\" ")),
                invalid(
                        "handling key twice",
                        in -> in.swap(
                                "</itk:handlingSpecification>",
                                "<itk:spec key=\"urn:nhs-itk:ns:201005:interaction\" value=\"x\"/></itk:handlingSpecification>")),
                invalid(
                        "envelope of version 1 namespace",
                        in -> in.swap("xmlns:itk=\"urn:nhs-itk:ns:201005\"", "xmlns:itk=\"urn:nhs-itk:ns:200912\"")),
                invalid("unroutable address", in -> in.swap("ods:Z9999:cardiology", "ods:W5555:cardiology")),
                invalid(
                        "short service name",
                        in -> in.swap(
                                "service=\"" + attribute(in.text, "service") + "\"",
                                "service=\"SendCDADocument-v2-0\"")));
    }

    /** HTTP (H18). */
    private static List<Case> http() {
        return List.of(
                http(405, "PUT", in -> in.method = "PUT"),
                http(405, "DELETE", in -> withoutBody(in, "DELETE")),
                http(405, "OPTIONS", in -> withoutBody(in, "OPTIONS")),
                http(405, "GET without wsdl", in -> in.method = "GET"),
                http(415, "JSON", in -> in.contentType = "application/json"),
                http(415, "HTML", in -> in.contentType = "text/html"),
                http(415, "no Content-Type", in -> in.contentType = null),
                http(415, "multipart", in -> in.contentType = "multipart/related; boundary=x"),
                http(415, "charset UTF-7", in -> in.contentType = in.contentType.replace("UTF-8", "utf-7")),
                http(415, "Content-Encoding gzip", in -> in.headers.add(new String[] {"Content-Encoding", "gzip"})),
                http(413, "too large", in -> in.swap("<recordTarget>", "x".repeat(2 << 20) + "<recordTarget>")));
    }

    /** What only SOAP 1.1 addresses and the named service can show. */
    static Stream<Case> only11() {
        return Stream.of(
                new Case(
                        "SOAP 1.2 envelope",
                        500,
                        "VersionMismatch",
                        "1000",
                        in -> in.swap(
                                "http://schemas.xmlsoap.org/soap/envelope/",
                                "http://www.w3.org/2003/05/soap-envelope")),
                new Case(
                        "unknown envelope namespace",
                        500,
                        "VersionMismatch",
                        "1000",
                        in -> in.swap("http://schemas.xmlsoap.org/soap/envelope/", "urn:other")),
                new Case(
                        "media type of SOAP 1.2",
                        500,
                        "VersionMismatch",
                        "1000",
                        in -> in.contentType = "application/soap+xml;charset=UTF-8"),
                invalid(
                        "ReplyTo none where there is an answer",
                        in -> in.block(endpoint("ReplyTo", "http://www.w3.org/2005/08/addressing/none"))),
                invalid("no SOAPAction", in -> in.soapActions.clear()),
                invalid("empty SOAPAction", in -> in.soapActions.set(0, "\"\"")),
                invalid(
                        "SOAPAction of another service",
                        in -> in.soapActions.set(0, "\"urn:nhs-itk:services:201005:SendDocument-v1-0\"")),
                invalid("two SOAPActions", in -> in.soapActions.add("x")),
                invalid("unknown service", in -> service(in, "NoSuchService-v1-0", "/itk/services/NoSuchService-v1-0")),
                invalid("unknown service at /itk", in -> service(in, "NoSuchService-v1-0", "/itk")),
                invalid("unknown address", in -> in.path = "/itk/services/Nothing/at/all"),
                invalid("service of another address", in -> in.path = "/itk/services/SendDocument-v1-0"),
                invalid("generic address, named service", in -> in.path = "/itk/services/ITKServReq/11"),
                invalid("no profile id", in -> in.swap("profileid=\"urn:nhs-en:profile:dischargeReport-v6-1\"", "")),
                invalid("unknown profile id", in -> in.swap("dischargeReport-v6-1", "letter-v1-0")),
                new Case("synchronous service without handler", 500, "Server", "2200", in -> {
                    in.swap(" profileid=\"urn:nhs-en:profile:dischargeReport-v6-1\"", "");
                    service(in, "queryPatientDemographics-v1-0", "/itk/services/queryPatientDemographics-v1-0");
                }));
    }

    /** What only SOAP 1.2 addresses and the generic service can show. */
    static Stream<Case> only12() {
        return Stream.of(
                new Case(
                        "SOAP 1.1 envelope",
                        500,
                        "VersionMismatch",
                        "1000",
                        in -> in.swap(
                                "http://www.w3.org/2003/05/soap-envelope",
                                "http://schemas.xmlsoap.org/soap/envelope/")),
                new Case(
                        "media type of SOAP 1.1",
                        500,
                        "VersionMismatch",
                        "1000",
                        in -> in.contentType = "text/xml;charset=UTF-8"),
                invalid("other action parameter", in -> in.contentType = "application/soap+xml;action=\"urn:x\""),
                invalid("SOAPAction header that disagrees", in -> in.soapActions.add("urn:x")),
                invalid("no interaction", in -> in.cut("itk:handlingSpecification")),
                invalid("unknown interaction", in -> in.swap("primaryRecipientDischargeReport-v1-0", "nothing-v1-0")));
    }

    @ParameterizedTest
    @MethodSource("both")
    void isRefusedOnSoap11(Case spoiled) {
        refused(spoiled, Attempt.soap11(server.url()), false);
    }

    @ParameterizedTest
    @MethodSource("both")
    void isRefusedOnSoap12(Case spoiled) {
        refused(spoiled, Attempt.soap12(server.url()), true);
    }

    @ParameterizedTest
    @MethodSource
    void only11(Case spoiled) {
        refused(spoiled, Attempt.soap11(server.url()), false);
    }

    @ParameterizedTest
    @MethodSource
    void only12(Case spoiled) {
        refused(spoiled, Attempt.soap12(server.url()), true);
    }

    private static void refused(Case spoiled, Attempt attempt, boolean soap12) {
        long rows = postgres.count(REFUSED_ROWS);
        spoiled.spoil().accept(attempt);
        var reply = attempt.send();

        assertEquals(spoiled.status(), reply.status(), reply.body());
        assertFalse(LEAK.matcher(reply.body()).find(), reply.body());
        assertEquals(rows + 1, postgres.count(REFUSED_ROWS), "audit rows");
        if (spoiled.faultCode().isEmpty()) {
            assertEquals("", reply.body());
        } else {
            fault(spoiled, reply, soap12 && !spoiled.faultCode().equals("VersionMismatch"));
        }
        assertEquals(202, Attempt.soap12(server.url()).send().status(), "the next good message");
        assertEquals("OK", Attempt.soap11(server.url()).send().text("SimpleMessageResponse"), "the next good message");
    }

    private static void fault(Case spoiled, Wire.Reply reply, boolean soap12) {
        var names = List.of("Client", "Server");
        var in12 = List.of("Sender", "Receiver");
        var expected = soap12 && names.contains(spoiled.faultCode())
                ? in12.get(names.indexOf(spoiled.faultCode()))
                : spoiled.faultCode();
        assertEquals(expected, reply.faultCode(), reply.body());
        assertEquals(spoiled.errorCode(), reply.errorCode(), reply.body());
        assertEquals(FAULT_ACTION, reply.text("Action"));
        var media = reply.headers().firstValue("Content-Type").orElse("");
        assertTrue(media.startsWith(soap12 ? "application/soap+xml" : "text/xml"), media);
        var errorId = reply.text("ErrorID");
        assertTrue(UPPER_UUID.matcher(errorId).matches(), errorId);
        assertEquals(1, postgres.count("select count(*) from audit_event where error_id = ?", errorId));
        // the server may write the log line after the answer
        server.await(() -> logHolds(errorId), Duration.ofSeconds(60));
    }

    private static boolean logHolds(String text) {
        try {
            return Files.readString(server.log()).contains(text);
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void aRefusedMessageIsKeptForAWhile() {
        var attempt = Attempt.soap11(server.url()).cut("wsa:To");
        var errorId = attempt.send().text("ErrorID");

        assertEquals(
                attempt.text.getBytes(StandardCharsets.UTF_8).length,
                // an LZ4 part starts with its uncompressed length
                postgres.count(
                        "select ('x' || encode(substring(r.bytes from 1 for 4), 'hex'))::bit(32)::int from refused r join audit_event e on e.node = r.node and e.seq = r.seq where e.error_id = ?",
                        errorId));
    }

    @Test
    void notUnderstoodNamesTheBlockInSoap12() {
        var reply = Attempt.soap12(server.url())
                .block("<x:a xmlns:x=\"urn:x\" soap:mustUnderstand=\"true\"/>")
                .send();

        assertTrue(reply.body().contains("<soap:NotUnderstood xmlns:n=\"urn:x\" qname=\"n:a\"/>"), reply.body());
    }

    private static String attribute(String message, String name) {
        int start = message.indexOf(name + "=\"") + name.length() + 2;
        return message.substring(start, message.indexOf('"', start));
    }

    private static void service(Attempt in, String name, String path) {
        var urn = "urn:nhs-itk:services:201005:" + name;
        in.swap(org.itkserver.envelope.Messages.SERVICE, urn);
        in.text("wsa:To", in.base + path);
        in.path = path;
        in.soapActions.set(0, urn);
    }

    private static String endpoint(String name, String address) {
        return "<wsa:" + name + "><wsa:Address>" + address + "</wsa:Address></wsa:" + name + ">";
    }

    private static String anonymous(String name) {
        return endpoint(name, "http://www.w3.org/2005/08/addressing/anonymous");
    }

    private static void times(Attempt in, int createdMinutes, int expiresMinutes) {
        var now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        in.text("wsu:Created", now.plus(createdMinutes, ChronoUnit.MINUTES).toString());
        in.text("wsu:Expires", now.plus(expiresMinutes, ChronoUnit.MINUTES).toString());
    }

    private static String laughs() {
        var out = new StringBuilder("<!DOCTYPE e [<!ENTITY a \"haha\">");
        for (char c = 'b'; c <= 'j'; c++) {
            out.append("<!ENTITY ")
                    .append(c)
                    .append(" \"")
                    .append(("&" + (char) (c - 1) + ";").repeat(10))
                    .append("\">");
        }
        return out.append("]>").toString();
    }

    private static String attributes(int count) {
        var out = new StringBuilder();
        for (int i = 0; i < count; i++) {
            out.append(" a").append(i).append("=\"1\"");
        }
        return out.toString();
    }

    private static String namespaces(int count, String prefix) {
        var out = new StringBuilder();
        for (int i = 0; i < count; i++) {
            out.append(" xmlns:n")
                    .append(prefix)
                    .append(i)
                    .append("=\"urn:")
                    .append(i)
                    .append("\"");
        }
        return out.toString();
    }

    private static String many(int count) {
        var out = new ArrayList<String>();
        for (int i = 0; i < count; i++) {
            out.add("<a" + namespaces(1, Integer.toString(i)) + "/>");
        }
        return String.join("", out);
    }

    private static byte[] overlong(String text) {
        var bytes = text.replace("caf\u00e9", "caf##").getBytes(StandardCharsets.UTF_8);
        int at = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("caf##") + 3;
        var out = Arrays.copyOf(bytes, bytes.length);
        out[at] = (byte) 0xC0;
        out[at + 1] = (byte) 0xAF;
        return out;
    }
}
