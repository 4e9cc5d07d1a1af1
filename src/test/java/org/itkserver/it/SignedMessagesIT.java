package org.itkserver.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import jakarta.xml.ws.BindingProvider;
import jakarta.xml.ws.Service;
import jakarta.xml.ws.soap.AddressingFeature;
import java.io.StringReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Locale;
import java.util.Properties;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.security.auth.callback.CallbackHandler;
import javax.xml.namespace.QName;
import javax.xml.transform.Source;
import javax.xml.transform.stream.StreamSource;
import org.apache.cxf.jaxws.DispatchImpl;
import org.apache.cxf.ws.security.wss4j.WSS4JOutInterceptor;
import org.apache.wss4j.common.ext.WSPasswordCallback;
import org.itkserver.testing.DevCerts;
import org.itkserver.testing.Signed;
import org.itkserver.testing.WrappingVariants;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Signatures on the real jar: S-01 to S-10, R-03, and what we sign. */
class SignedMessagesIT {
    private static final Sample LETTER = Sample.of("send-cda-discharge");
    private static final String ITK = "urn:nhs-itk:ns:201005";
    private static final int HTTPS = ServerProcess.freePort();
    private static final int CONSOLE = ServerProcess.freePort();
    private static final String OF_TRACKING_ID = "select count(*) from message where tracking_id = ?";

    @TempDir
    static Path folder;

    private static final CopyOnWriteArrayList<String> TAKEN = new CopyOnWriteArrayList<>();
    private static HttpServer peer;
    private static Postgres postgres;
    private static DevCerts certs;
    private static ServerProcess server;

    @BeforeAll
    static void start() throws Exception {
        peer = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        peer.createContext("/", exchange -> {
            TAKEN.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            exchange.sendResponseHeaders(202, -1);
            exchange.close();
        });
        peer.start();
        postgres = new Postgres();
        certs = new DevCerts(folder.resolve("certs"), "gp-system", "other");
        certs.rsa("ending", 2048, 20);
        server = postgres.configure(ServerProcess.at(folder.resolve("home")))
                .directory(
                        """
                organisation: { ods: Z9999, address: "urn:nhs-uk:addressing:ods:Z9999", auditIdentity: "urn:nhs-uk:identity:ods:Z9999:itk", username: itk-z9999 }
                partners:
                  - { id: gp-system, ods: [Y9999], usernames: [gp-system-1], services: ["*"],
                      signing: { require: body, certificates: ["%s"] } }
                  - { id: old, ods: [T1111], usernames: [old-1], services: ["*"], signing: { certificates: ["%s"] } }
                  - { id: shown, ods: [S1111], usernames: [shown-1], services: ["*"], certificates: ["CN=other, O=ITK development"] }
                  - { id: hop, ods: [X1111], services: [], signing: { sign: true },
                      endpoints: { messages: "http://127.0.0.1:%d/hop" } }
                routes: [{ address: "urn:nhs-uk:addressing:ods:X1111", partner: hop }]
                """
                                .formatted(
                                        certs.fingerprint("gp-system"),
                                        certs.fingerprint("ending"),
                                        peer.getAddress().getPort()))
                .with("ITK_ALLOW_PLAIN_HTTP", "true")
                .with("ITK_MAX_SIGNED", "200KB")
                .with("ITK_HTTPS_PORT", Integer.toString(HTTPS))
                .with("ITK_CONSOLE_PORT", Integer.toString(CONSOLE));
        certs.settings().forEach(server::with);
        server.start();
    }

    @AfterAll
    static void stop() {
        peer.stop(0);
        server.close();
        postgres.close();
    }

    private static String letter(String trackingId) {
        return LETTER.fill(server.url() + LETTER.path(), trackingId);
    }

    private static String signed(String message) throws Exception {
        return Signed.by(certs.key("gp-system"), certs.certificate("gp-system")).sign(message);
    }

    private static int post(String message) {
        return LETTER.post(server.url(), message).status();
    }

    private static String newestRefusal() {
        return postgres.column("select detail from audit_event where type = 'refused' order by seq desc limit 1")
                .get(0);
    }

    @Test
    void aSignedLetterReachesItsHandler() throws Exception {
        var id = Sample.uuid();
        assertEquals(200, post(signed(letter(id))));
        server.await(
                () -> postgres.column("select state from message where tracking_id = ?", id)
                        .equals(java.util.List.of("handled")),
                Duration.ofSeconds(60));
    }

    @Test
    void whatASignatureWasMadeWithIsShownAndToldOfBeforeItEnds() throws Exception {
        var letter = letter(Sample.uuid()).replace("Y9999", "T1111").replace("gp-system-1", "old-1");
        assertEquals(
                200,
                post(Signed.by(certs.key("ending"), certs.certificate("ending")).sign(letter)));
        var admin = Visitor.admin(server);
        var page = admin.get("/admin/directory").body();
        var fingerprint = certs.fingerprint("ending").replace(":", "").toLowerCase(Locale.ROOT);
        assertTrue(
                page.matches("(?s).*Partner's signatures</th>\\s*<td>old</td>.{0,300}ends soon.{0,100}" + fingerprint
                        + ".*"),
                page);
        server.await(
                () -> postgres.column(
                                "select subject from alert where kind = 'certificate-ending' and closed_at is null")
                        .equals(java.util.List.of("Partner's signatures old")),
                Duration.ofSeconds(60));
    }

    @Test
    void anUnsignedOneIsDenied() {
        var id = Sample.uuid();
        var answer = LETTER.post(server.url(), letter(id));
        assertEquals(500, answer.status());
        assertTrue(answer.body().contains("3000") && !answer.body().contains("signed"), answer.body());
        assertTrue(newestRefusal().contains("(it is not signed)"), newestRefusal());
        assertEquals(0, postgres.count(OF_TRACKING_ID, id));
    }

    @Test
    void noWrappedLetterIsTaken() throws Exception {
        var id = Sample.uuid();
        var good = signed(letter(id));
        var variants = new ArrayList<>(WrappingVariants.of(good, "Body", "9990000018", "9990000026"));
        variants.addAll(WrappingVariants.of(good, "Timestamp", "Z</wsu:Expires>", "+00:00</wsu:Expires>"));
        int sent = 0;
        for (int i = 0; i < variants.size(); i += 23) {
            var answer = LETTER.post(server.url(), variants.get(i).message());
            assertEquals(500, answer.status(), variants.get(i).name());
            assertTrue(answer.body().contains("3000") || answer.body().contains("1000"), answer.body());
            sent++;
        }
        assertTrue(sent > 48, () -> variants.size() + " variants");
        assertEquals(0, postgres.count(OF_TRACKING_ID, id));
        assertEquals(200, post(good));
    }

    @Test
    void ofManyCopiesOneIsTaken() throws Exception {
        var id = Sample.uuid();
        var message = signed(letter(id));
        int copies = 16;
        var barrier = new CyclicBarrier(copies);
        var pool = Executors.newFixedThreadPool(copies);
        try {
            var answers = new ArrayList<Future<Integer>>();
            for (int i = 0; i < copies; i++) {
                answers.add(pool.submit(() -> {
                    barrier.await();
                    return post(message);
                }));
            }
            for (var answer : answers) {
                assertEquals(200, answer.get());
            }
        } finally {
            pool.shutdown();
        }
        assertEquals(1, postgres.count(OF_TRACKING_ID, id));
    }

    @Test
    void anotherKeyOverTlsRaisesAnAlert() throws Exception {
        var message = letter(Sample.uuid()).replace("gp-system-1", "shown-1").replace("ods:Y9999", "ods:S1111");
        var client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .sslContext(certs.context("other"))
                .build();
        var request = HttpRequest.newBuilder(URI.create("https://localhost:" + HTTPS + LETTER.path()))
                .header("Content-Type", "text/xml;charset=UTF-8")
                .header("SOAPAction", '"' + LETTER.action() + '"')
                .POST(HttpRequest.BodyPublishers.ofString(signed(message)))
                .build();
        var answer = client.send(request, HttpResponse.BodyHandlers.ofString());
        assertEquals(500, answer.statusCode());
        assertTrue(answer.body().contains("3000"), answer.body());
        assertTrue(newestRefusal().contains("is not one that the partner signs with"), newestRefusal());
        assertTrue(newestRefusal().contains(certs.fingerprint("gp-system")), newestRefusal());
        assertEquals(1, postgres.count("select count(*) from alert where kind = 'identity' and partner = 'shown'"));
    }

    @Test
    void aLargerOneThanAllowedIs413() throws Exception {
        var id = Sample.uuid();
        var large = letter(id).replace("</itk:payload>", "<!--" + "x".repeat(200 * 1024) + "--></itk:payload>");
        assertEquals(413, post(signed(large)));
        assertEquals(0, postgres.count(OF_TRACKING_ID, id));
    }

    @Test
    void whatGoesToAPartnerThatWantsItIsSigned() throws Exception {
        var id = Sample.uuid();
        var forward = letter(id).replace("addressing:ods:Z9999:cardiology", "addressing:ods:X1111");
        assertEquals(200, post(signed(forward)));
        server.await(() -> TAKEN.stream().anyMatch(t -> t.contains(id)), Duration.ofSeconds(60));
        var sent = TAKEN.stream().filter(t -> t.contains(id)).findFirst().orElseThrow();
        var security = sent.substring(0, sent.indexOf(":Body"));
        assertTrue(security.contains("<ds:Signature ") && security.contains("BinarySecurityToken"), security);
    }

    @Test
    void aCxfClientsSignatureIsTaken() throws Exception {
        var name = LETTER.path().substring(LETTER.path().lastIndexOf('/') + 1);
        var wsdl = URI.create(server.url() + LETTER.path() + "?wsdl").toURL();
        var service = Service.create(wsdl, new QName(ITK, name));
        var dispatch = service.createDispatch(
                service.getPorts().next(), Source.class, Service.Mode.PAYLOAD, new AddressingFeature());
        dispatch.getRequestContext().put(BindingProvider.SOAPACTION_USE_PROPERTY, true);
        dispatch.getRequestContext().put(BindingProvider.SOAPACTION_URI_PROPERTY, LETTER.action());
        ((DispatchImpl<Source>) dispatch).getClient().getOutInterceptors().add(cxf());
        var id = Sample.uuid();
        var message = letter(id);
        int start = message.indexOf("<itk:DistributionEnvelope");
        var end = "</itk:DistributionEnvelope>";
        var envelope = message.substring(start, message.indexOf(end) + end.length())
                .replaceFirst("<itk:DistributionEnvelope", "<itk:DistributionEnvelope xmlns:itk=\"" + ITK + "\"");
        dispatch.invoke(new StreamSource(new StringReader(envelope)));
        assertEquals(1, postgres.count(OF_TRACKING_ID, id));
    }

    private static WSS4JOutInterceptor cxf() {
        var crypto = new Properties();
        crypto.put("org.apache.wss4j.crypto.provider", "org.apache.wss4j.common.crypto.Merlin");
        crypto.put(
                "org.apache.wss4j.crypto.merlin.keystore.file",
                certs.file("gp-system.p12").toString());
        crypto.put("org.apache.wss4j.crypto.merlin.keystore.password", DevCerts.PASSWORD);
        crypto.put("org.apache.wss4j.crypto.merlin.keystore.type", "PKCS12");
        CallbackHandler password = callbacks -> {
            for (var callback : callbacks) {
                ((WSPasswordCallback) callback).setPassword(DevCerts.PASSWORD);
            }
        };
        var settings = new HashMap<String, Object>();
        settings.put("action", "UsernameToken Timestamp Signature");
        settings.put("user", "gp-system-1");
        settings.put("passwordType", "PasswordNone");
        settings.put("signatureUser", "gp-system");
        settings.put("passwordCallbackRef", password);
        settings.put("signaturePropRefId", "crypto");
        settings.put("crypto", crypto);
        settings.put("signatureKeyIdentifier", "DirectReference");
        settings.put("signatureAlgorithm", "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256");
        settings.put("signatureDigestAlgorithm", "http://www.w3.org/2001/04/xmlenc#sha256");
        settings.put(
                "signatureParts",
                "{Element}{" + Signed.WSU + "}Timestamp;{Element}{http://schemas.xmlsoap.org/soap/envelope/}Body");
        return new WSS4JOutInterceptor(settings);
    }
}
