package org.itkserver.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLSocket;
import org.itkserver.testing.DevCerts;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Identity by certificate on the real jar: S-14, S-17, S-18, S-19 and what changes without a restart. */
class MutualTlsIT {
    private static final Sample LETTER = Sample.of("send-cda-discharge");
    private static final int HTTPS = ServerProcess.freePort();
    private static final int CONSOLE = ServerProcess.freePort();
    private static final String PARTNERS = "https://localhost:" + HTTPS;
    private static final String PEOPLE = "https://localhost:" + CONSOLE;

    @TempDir
    static Path folder;

    private static Postgres postgres;
    private static DevCerts certs;
    private static ServerProcess server;
    private static String metricsToken;

    @BeforeAll
    static void start() throws Exception {
        postgres = new Postgres();
        certs = new DevCerts(
                folder.resolve("certs"), "gp-system", "other-trust", "busy", "stranger", "renewed", "leaver", "proxy");
        server = postgres.configure(ServerProcess.at(folder.resolve("home")))
                .directory(
                        """
                organisation: { ods: Z9999, address: "urn:nhs-uk:addressing:ods:Z9999", auditIdentity: "urn:nhs-uk:identity:ods:Z9999:itk", username: itk-z9999 }
                partners:
                  - { id: gp-system, ods: [Y9999], usernames: [gp-system-1], services: ["*"],
                      certificates: ["%s", "%s"] }
                  - { id: other-trust, ods: [X1111], usernames: [other-trust-1], services: ["*"],
                      certificates: ["CN=other-trust, O=ITK development"] }
                  - { id: busy, ods: [W1111], relaysFor: [Y9999], usernames: [busy-1], services: ["*"], rate: 1,
                      certificates: ["CN=busy, O=ITK development"] }
                """
                                .formatted(certs.fingerprint("gp-system"), certs.fingerprint("leaver")))
                .with("ITK_HTTPS_PORT", Integer.toString(HTTPS))
                .with("ITK_CONSOLE_PORT", Integer.toString(CONSOLE))
                .reachedAt(PEOPLE, client(certs.context(null)));
        certs.settings().forEach(server::with);
        server.with("ITK_PROXY_CERTIFICATES", certs.fingerprint("proxy"));
        server.start();
        var page = Visitor.admin(server, client(certs.context(null)))
                .submit("/admin/clients", Visitor.form("name", "prometheus", "scope", "metrics"));
        var secret = Pattern.compile("id=\"secret\">([^<]+)<").matcher(page.body());
        assertTrue(secret.find(), page.body());
        metricsToken = secret.group(1);
    }

    @AfterAll
    static void stop() throws Exception {
        if (server != null) {
            server.close();
        }
        postgres.close();
    }

    private static HttpClient client(SSLContext context) {
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(Duration.ofSeconds(30))
                .sslContext(context)
                .build();
    }

    private static HttpClient as(String name) throws Exception {
        return client(certs.context(name));
    }

    private static String letter() {
        return LETTER.fill(PARTNERS + LETTER.path(), Sample.uuid());
    }

    private static HttpResponse<String> send(HttpClient client, String base, String letter, String... headers)
            throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create(base + LETTER.path()))
                .timeout(Duration.ofSeconds(60))
                .header("Content-Type", "text/xml;charset=UTF-8")
                .header("SOAPAction", '"' + LETTER.action() + '"')
                .POST(HttpRequest.BodyPublishers.ofString(letter));
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private static int status(HttpClient client, String url) throws IOException, InterruptedException {
        return client.send(HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }

    private static void denied(HttpResponse<String> answer) {
        assertEquals(500, answer.statusCode(), answer.body());
        assertTrue(
                answer.body().contains("<ErrorCode codeSystem") || answer.body().contains("3000"), answer.body());
        assertTrue(answer.body().contains("3000"), answer.body());
    }

    /** The newest event of the trail; what a test caused comes after it. */
    private static long newestEvent() throws SQLException {
        return count("select coalesce(max(seq), 0) from audit_event");
    }

    /** Every refusal after an event: partner, actor and detail. Senders that went away earlier may be among them. */
    private static List<String> refusalsAfter(long event) {
        return postgres.column(
                "select coalesce(partner, '-') || ' ' || actor || ' ' || detail from audit_event"
                        + " where type = 'refused' and seq > ? order by seq",
                event);
    }

    private static void isRefusedAfter(long event, String start, String... parts) {
        var refusals = refusalsAfter(event);
        assertTrue(
                refusals.stream()
                        .anyMatch(refusal ->
                                refusal.startsWith(start) && Stream.of(parts).allMatch(refusal::contains)),
                refusals::toString);
    }

    private static long count(String sql) throws SQLException {
        try (var connection = postgres.connect();
                var select = connection.createStatement();
                var row = select.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        }
    }

    @Test
    void aPartnerIsKnownByItsCertificate() throws Exception {
        assertEquals(200, send(as("gp-system"), PARTNERS, letter()).statusCode());
    }

    @Test
    void anothersUsernameIsDeniedAndTold() throws Exception {
        long before = newestEvent();
        denied(send(as("other-trust"), PARTNERS, letter()));
        isRefusedAfter(before, "other-trust gp-system-1 ", certs.fingerprint("other-trust"));
        assertEquals(1, count("select count(*) from alert where kind = 'identity' and partner = 'other-trust'"));
    }

    /**
     * Two seconds' worth at once, then one a second; a few wait for their turn, and nothing is stored of those that are told to
     * come again. How many are taken depends on how long the machine needs for all of them.
     */
    @Test
    void whoSendsMoreThanItsRateWaitsAndThenIsTurnedAway() throws Exception {
        var client = as("busy");
        int messages = 20;
        long begin = System.nanoTime();
        var sent =
                ExchangeIT.together(messages, () -> send(client, PARTNERS, letter().replace("gp-system-1", "busy-1")));
        double seconds = (System.nanoTime() - begin) / 1e9;
        var answers = new TreeMap<Integer, Integer>(Map.of(200, 0, 503, 0));
        for (var answer : sent) {
            answers.merge(answer.statusCode(), 1, Integer::sum);
            assertEquals(
                    answer.statusCode() == 503,
                    answer.headers().firstValue("Retry-After").isPresent());
        }

        assertEquals(messages, answers.get(200) + answers.get(503), answers::toString);
        assertTrue(
                answers.get(200) >= 4 && answers.get(200) <= 2 + seconds && answers.get(503) > 0,
                () -> answers + " in " + seconds + " s");
        assertEquals(
                answers.get(200).longValue(),
                count("select count(*) from message where partner = 'busy' and direction = 'in'"));
        assertTrue(count(
                        "select count(*) from audit_event where type = 'refused' and detail like '%more messages a second%'")
                > 0);

        for (int i = 0; i < 5; i++) {
            // who goes away while it waits leaves no place taken
            try (var socket = certs.context("busy").getSocketFactory().createSocket("localhost", HTTPS)) {
                var head = "POST " + LETTER.path() + " HTTP/1.1\r\nHost: localhost:" + HTTPS
                        + "\r\nContent-Type: text/xml\r\nContent-Length: 1000\r\n\r\n<";
                socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
            }
        }
        server.await(() -> metrics().contains("itk_requests_in_flight 0.0"), Duration.ofSeconds(60));
        var next = send(client, PARTNERS, letter().replace("gp-system-1", "busy-1"));
        assertTrue(next.statusCode() == 200 || next.statusCode() == 503, next::body);
        server.await(() -> metrics().contains("itk_requests_in_flight 0.0"), Duration.ofSeconds(60));
    }

    private static String metrics() {
        try {
            return as(null).send(
                            HttpRequest.newBuilder(URI.create(PEOPLE + "/metrics"))
                                    .header("Authorization", "Bearer " + metricsToken)
                                    .build(),
                            HttpResponse.BodyHandlers.ofString())
                    .body();
        } catch (Exception e) {
            return "";
        }
    }

    @Test
    void aStrangerIsDeniedBeforeAnythingIsRead() throws Exception {
        long before = newestEvent();
        try (var socket =
                (SSLSocket) certs.context("stranger").getSocketFactory().createSocket("localhost", HTTPS)) {
            socket.setSoTimeout(60_000);
            socket.getOutputStream()
                    .write(("POST " + LETTER.path() + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/xml\r\n"
                                    + "Content-Length: 1000\r\n\r\n")
                            .getBytes());
            // not a byte of the body is sent, and the answer and the end of the connection come all the same
            var answer = new String(socket.getInputStream().readAllBytes());
            assertTrue(answer.startsWith("HTTP/1.1 500 ") && answer.contains("3000"), answer);
        }
        isRefusedAfter(before, "- unknown ", "belongs to no partner", certs.fingerprint("stranger"));
    }

    @Test
    void withoutAGoodCertificateThereIsNoConnection() throws Exception {
        assertThrows(IOException.class, () -> send(as(null), PARTNERS, letter()));
        var impostor = DevCerts.ofAnotherAuthority(folder.resolve("impostor"), "gp-system");
        Files.copy(certs.file("truststore.p12"), impostor.file("truststore.p12"), StandardCopyOption.REPLACE_EXISTING);
        assertThrows(IOException.class, () -> send(client(impostor.context("gp-system")), PARTNERS, letter()));
    }

    @Test
    void oldProtocolsAndWeakSuitesAreRefused() throws Exception {
        refusesHandshake("TLSv1.1", null);
        refusesHandshake("TLSv1.2", "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256");
        refusesHandshake("TLSv1.2", "TLS_RSA_WITH_AES_128_GCM_SHA256");
    }

    private static void refusesHandshake(String protocol, String suite) throws Exception {
        for (int port : new int[] {HTTPS, CONSOLE}) {
            try (var socket =
                    (SSLSocket) certs.context("gp-system").getSocketFactory().createSocket("localhost", port)) {
                socket.setEnabledProtocols(new String[] {protocol});
                if (suite != null) {
                    socket.setEnabledCipherSuites(new String[] {suite});
                }
                assertThrows(SSLHandshakeException.class, socket::startHandshake, protocol + " " + suite);
            }
        }
    }

    @Test
    void partnersAndPeopleHaveAPortEach() throws Exception {
        var partner = as("gp-system");
        for (var path : new String[] {"/", "/admin/login", "/api/openapi.yaml", "/metrics", "/assets/console.css"}) {
            assertEquals(404, status(partner, PARTNERS + path), path);
        }
        for (var path : new String[] {"/itk/services/SendCDADocument-v2-0?wsdl", "/wsdl/", "/health/ready"}) {
            assertEquals(200, status(partner, PARTNERS + path), path);
        }
        var person = as(null);
        for (var path : new String[] {"/admin/login", "/api/openapi.yaml", "/wsdl/"}) {
            assertEquals(200, status(person, PEOPLE + path), path);
        }
        // there is a proxy, so that everything may come from another machine
        assertEquals(401, status(person, PEOPLE + "/metrics"));
    }

    @Test
    void noHeaderMakesAPartner() throws Exception {
        var encoded = java.util.Base64.getEncoder()
                .encodeToString(certs.certificate("gp-system").getEncoded());
        denied(send(as(null), PEOPLE, letter(), "X-SSL-Client-Cert", encoded, "X-Forwarded-Proto", "https"));
    }

    @Test
    void aTrustedProxyTellsWhichCertificateThePartnerShowed() throws Exception {
        var proxy = as("proxy");
        assertEquals(
                200,
                send(proxy, PARTNERS, letter(), "X-SSL-Client-Cert", told("gp-system"))
                        .statusCode());
        denied(send(proxy, PARTNERS, letter(), "X-SSL-Client-Cert", told("other-trust")));
        denied(send(proxy, PARTNERS, letter(), "X-SSL-Client-Cert", told("stranger")));
        denied(send(proxy, PARTNERS, letter(), "X-SSL-Client-Cert", "nonsense"));
        long before = newestEvent();
        denied(send(proxy, PARTNERS, letter()));
        isRefusedAfter(before, "", "a proxy that tells of no certificate");
        denied(send(
                proxy,
                PARTNERS,
                letter(),
                "X-SSL-Client-Cert",
                told("gp-system"),
                "X-SSL-Client-Cert",
                told("gp-system")));
        // whoever is no proxy is who its own certificate says
        denied(send(as("other-trust"), PARTNERS, letter(), "X-SSL-Client-Cert", told("gp-system")));
    }

    /** As nginx writes it. */
    private static String told(String name) throws IOException {
        return java.net.URLEncoder.encode(Files.readString(certs.file(name + ".pem")), "US-ASCII")
                .replace("+", "%20");
    }

    @Test
    void aRevokedCertificateIsRefusedOnNewAndOnOldConnections() throws Exception {
        var leaver = as("leaver");
        assertEquals(200, send(leaver, PARTNERS, letter()).statusCode());
        long before = newestEvent();
        certs.revoke("leaver");
        server.await(() -> isRefused(leaver), Duration.ofSeconds(60));
        isRefusedAfter(before, "", "its certificate is REVOKED");
        // the listener looks at the file for itself, once a second
        server.await(() -> !connects("leaver"), Duration.ofSeconds(60));
        assertEquals(200, send(as("gp-system"), PARTNERS, letter()).statusCode());
    }

    /** Whether a new connection comes about; what is sent over it is refused. */
    private static boolean connects(String name) {
        try {
            denied(send(as(name), PARTNERS, letter()));
            return true;
        } catch (IOException e) {
            return false;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static boolean isRefused(HttpClient client) {
        try {
            return send(client, PARTNERS, letter()).statusCode() == 500;
        } catch (IOException | InterruptedException e) {
            return false;
        }
    }

    @Test
    void aNewServerCertificateIsShownWithoutARestart() throws Exception {
        var own = certs.file("server.p12");
        var kept = Files.readAllBytes(own);
        assertEquals("CN=server,O=ITK development", shown());
        // half a file is no reason to stop answering
        Files.write(own, java.util.Arrays.copyOf(kept, kept.length / 2));
        assertEquals(200, send(as("gp-system"), PARTNERS, letter()).statusCode());
        Files.copy(certs.file("renewed.p12"), own, StandardCopyOption.REPLACE_EXISTING);
        server.await(() -> shown().equals("CN=renewed,O=ITK development"), Duration.ofSeconds(60));
        Files.write(own, kept);
        server.await(() -> shown().equals("CN=server,O=ITK development"), Duration.ofSeconds(60));
    }

    private static String shown() {
        try (var socket = (SSLSocket) certs.context(null).getSocketFactory().createSocket("localhost", CONSOLE)) {
            socket.startHandshake();
            return socket.getSession().getPeerPrincipal().getName();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void nothingElseListens() throws Exception {
        assertEquals(Set.of(HTTPS, CONSOLE), new LinuxProcess(server.pid()).listening());
    }

    @Test
    void plainHttpIsOff() {
        assertFalse(server.logTail().contains("Undertow HTTP listener"), server.logTail());
    }

    /** The two TLS listeners count the connections of an address together. */
    @Test
    void oneAddressHas256Connections() throws Exception {
        try (var partners = new SilentConnections("127.0.1.8", HTTPS, 200);
                var people = new SilentConnections("127.0.1.8", CONSOLE, 100)) {
            // which of the two listeners takes its connections from the kernel first is open
            server.await(() -> partners.closed() + people.closed() >= 44, Duration.ofSeconds(60));
            assertEquals(44, partners.closed() + people.closed());
            assertEquals(200, send(as("gp-system"), PARTNERS, letter()).statusCode());
        }
    }

    /** A client that connects again and again must not delay the others' connections, which share its I/O thread. */
    @Test
    void handshakesHaveThreadsOfTheirOwn() throws Exception {
        var process = new LinuxProcess(server.pid());
        var before = process.ticks();
        for (int i = 0; i < 60; i++) {
            // a context of its own has no session to resume
            try (var socket =
                    (SSLSocket) certs.context("gp-system").getSocketFactory().createSocket("localhost", HTTPS)) {
                socket.startHandshake();
            }
            leaveAfterHello();
        }
        var after = process.ticks();
        long ofOwn = LinuxProcess.more("itk-handshake", before, after);
        long ofIo = LinuxProcess.more("default I/O", before, after);
        assertTrue(ofOwn > ofIo, ofOwn + " ticks in threads for handshakes, " + ofIo + " in I/O threads");
        assertEquals(200, send(as("gp-system"), PARTNERS, letter()).statusCode());
    }

    /** Starts a handshake and closes the connection. */
    private static void leaveAfterHello() throws Exception {
        var engine = certs.context("gp-system").createSSLEngine("localhost", HTTPS);
        engine.setUseClientMode(true);
        var hello = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
        engine.wrap(ByteBuffer.allocate(0), hello);
        try (var socket = new Socket("localhost", HTTPS)) {
            socket.getOutputStream().write(hello.array(), 0, hello.position());
        }
    }
}
