package org.itkserver.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The contract as partners get it: from the running server, with their own tools (H18, H21). */
class ServedContractIT {
    private static final String URN = "urn:nhs-itk:services:201005:";
    private static final String SERVICES = "/itk/services/";
    private static final String EVIL = "evil.example";
    private static final Pattern LINK = Pattern.compile("href=\"([^\"]+)\"");
    private static final List<String> NAMED = List.of(
            "SendCDADocument-v2-0",
            "SendDocument-v1-0",
            "BroadcastDocument-v1-0",
            "SendInfrastructureAck-v1-0",
            "SendBusinessAck-v1-0",
            "RequestAmbulanceDispatch-v2-0",
            "SendNHS111Report-v2-0",
            "NHS111RepeatCallerSyncQueryResp-v1-0",
            "verifyNHSNumber-v1-0",
            "getNHSNumber-v1-0",
            "getPatientDetails-v1-0",
            "getPatientDetailsByNHSNumber-v1-0",
            "getPatientDetailsBySearch-v1-0");
    private static final Map<String, String> GENERIC_PORTS = Map.of(
            "ServReq11Port", "ITKServReq/11",
            "ServReq12Port", "ITKServReq/12",
            "ServReqRes11Port", "ITKServReqRes/11",
            "ServReqRes12Port", "ITKServReqRes/12");
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    @TempDir
    static Path folder;

    private static ServerProcess server;

    @BeforeAll
    static void start() throws IOException {
        server = ServerProcess.at(folder.resolve("home")).start();
        // the very first request that reaches an address must not decide what its WSDL says for ever
        for (var address : addresses().toList()) {
            raw(
                    server,
                    "POST " + SERVICES + address + " HTTP/1.1",
                    EVIL,
                    "Content-Type: text/xml",
                    "Content-Length: 0");
        }
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    static Stream<String> addresses() {
        return Stream.concat(NAMED.stream(), GENERIC_PORTS.values().stream().sorted());
    }

    private static boolean isGeneric(String address) {
        return GENERIC_PORTS.containsValue(address);
    }

    private static Map<String, String> portsOf(String base, String address) {
        var out = new HashMap<String, String>();
        if (isGeneric(address)) {
            GENERIC_PORTS.forEach((port, path) -> out.put(port, base + SERVICES + path));
        } else {
            out.put(address + "_port", base + SERVICES + address);
        }
        return out;
    }

    private static HttpResponse<String> get(String url) throws Exception {
        return CLIENT.send(HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString());
    }

    private static Wsdl read(String url) throws Exception {
        var response = get(url);
        assertEquals(200, response.statusCode(), url);
        assertTrue(response.headers().firstValue("Content-Type").orElse("").startsWith("text/xml"), url);
        return new Wsdl(response.body());
    }

    /** Sends a request as it stands, which no HTTP client would, and returns all that comes back. */
    private static String raw(ServerProcess to, String line, String host, String... headers) throws IOException {
        var more = Stream.of(headers).map(header -> header + "\r\n").reduce("", String::concat);
        try (var socket = new Socket("127.0.0.1", URI.create(to.url()).getPort())) {
            socket.setSoTimeout(60_000);
            var request = line + "\r\nHost: " + host + "\r\nConnection: close\r\n" + more + "\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @ParameterizedTest
    @MethodSource("addresses")
    void theWsdlSpeaksOfTheAddressItWasAskedAt(String address) throws Exception {
        for (var base : List.of(server.url(), server.url().replace("127.0.0.1", "localhost"))) {
            var wsdl = read(base + SERVICES + address + "?wsdl");
            assertEquals(portsOf(base, address), wsdl.ports());
            if (!isGeneric(address)) {
                assertEquals(1, wsdl.operations().size());
                assertEquals(List.of(URN + address), wsdl.soapActions());
            }
            var seen = new HashSet<String>();
            follow(base + SERVICES + address + "?wsdl", wsdl, seen);
            assertTrue(seen.size() >= 3, seen.toString());
        }
    }

    private static void follow(String url, Wsdl document, Set<String> seen) throws Exception {
        for (var location : document.imports()) {
            var target = URI.create(url).resolve(location).toString();
            if (seen.add(target)) {
                var schema = read(target);
                assertEquals("schema", schema.root(), target);
                follow(target, schema, seen);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("addresses")
    void cxfMakesAClientThatCompiles(String address, @TempDir Path code) throws Exception {
        var client = GeneratedClient.cxf(server.url() + SERVICES + address + "?wsdl", code);

        assertEquals(portsOf("", address).keySet(), client.ports());
        assertEquals(actionsOf(address), client.actions());
    }

    /** Without {@code -extension} Metro leaves out SOAP 1.2, which WSDL 1.1 does not know. */
    @ParameterizedTest
    @MethodSource("addresses")
    void metroMakesAClientThatCompiles(String address, @TempDir Path code) throws Exception {
        var client = GeneratedClient.metro(server.url() + SERVICES + address + "?wsdl", code);

        var ports = isGeneric(address) ? Set.of("ServReq11Port", "ServReqRes11Port") : Set.of(address + "_port");
        assertEquals(ports, client.ports());
        assertEquals(actionsOf(address), client.actions());
    }

    private static Set<String> actionsOf(String address) {
        return isGeneric(address)
                ? Set.of(URN + "sendDistEnvelope", URN + "sendRecvDistEnvelope")
                : Set.of(URN + address);
    }

    @ParameterizedTest
    @MethodSource("addresses")
    void aForeignHostGetsNoWsdl(String address) throws Exception {
        var path = SERVICES + address + "?wsdl";
        for (var host : List.of(EVIL, EVIL + ":80", "127.0.0.1." + EVIL, "localhost@" + EVIL)) {
            var answer = raw(server, "GET " + path + " HTTP/1.1", host);
            assertTrue(answer.startsWith("HTTP/1.1 400 "), host + ": " + answer);
            assertFalse(answer.contains(EVIL), answer);
        }
        var own = URI.create(server.url()).getAuthority();
        for (var header : List.of("X-Forwarded-Host: " + EVIL, "Forwarded: host=" + EVIL)) {
            assertFalse(raw(server, "GET " + path + " HTTP/1.1", own, header).contains(EVIL), header);
        }
        assertFalse(raw(server, "GET http://" + EVIL + path + " HTTP/1.1", own).contains("http://" + EVIL));
        assertFalse(get(server.url() + path).body().contains(EVIL));
    }

    @Test
    void nothingBesidesTheContractCanBeRead() throws Exception {
        for (var query : List.of(
                "xsd=../../../../etc/passwd",
                "xsd=..%2F..%2F..%2F..%2Fetc%2Fpasswd",
                "xsd=/etc/passwd",
                "xsd=file:///etc/passwd",
                "xsd=",
                "xsd=../wsdl/ITKService.wsdl",
                "wsdl=../../../../etc/passwd",
                "wsdl=file:///etc/passwd")) {
            var answer = raw(
                    server,
                    "GET " + SERVICES + "SendCDADocument-v2-0?" + query + " HTTP/1.1",
                    URI.create(server.url()).getAuthority());
            assertFalse(answer.startsWith("HTTP/1.1 2"), answer);
            assertFalse(answer.contains("root:"), answer);
        }
        assertEquals(400, get(server.url() + "/wsdl/..%2F..%2Fetc%2Fpasswd").statusCode());
        assertEquals(404, get(server.url() + SERVICES + "NoService-v1-0?wsdl").statusCode());
    }

    @Test
    void everyFileOfTheContractCanBeDownloaded() throws Exception {
        var page = get(server.url() + "/wsdl/");
        assertEquals(200, page.statusCode());
        var links = LINK.matcher(page.body()).results().map(m -> m.group(1)).toList();
        assertEquals(10 + NAMED.size(), links.size(), page.body());
        for (var link : links) {
            var url = URI.create(server.url() + "/wsdl/").resolve(link).toString();
            follow(url, read(url), new HashSet<>());
        }
    }

    @Test
    void thePublicAddressIsTheOnePartnersRead() throws Exception {
        var url = "https://itk.example.nhs.uk";
        try (var behindProxy = ServerProcess.at(folder.resolve("public"))
                .with("ITK_PUBLIC_URL", url)
                .start()) {
            for (var address : addresses().toList()) {
                var wsdl = read(behindProxy.url() + SERVICES + address + "?wsdl");
                assertEquals(portsOf(url, address), wsdl.ports());
                for (var location : wsdl.imports()) {
                    assertTrue(location.startsWith(url + SERVICES + address + "?xsd="), location);
                    assertEquals(
                            "schema",
                            read(location.replace(url, behindProxy.url())).root());
                }
                var answer = raw(behindProxy, "GET " + SERVICES + address + "?wsdl HTTP/1.1", "itk.example.nhs.uk");
                assertTrue(answer.startsWith("HTTP/1.1 200 "), answer);
                assertFalse(raw(behindProxy, "GET " + SERVICES + address + "?wsdl HTTP/1.1", EVIL)
                        .contains(EVIL));
            }
        }
    }

    /** What zeep printed: name to value. */
    private static Map<String, String> zeep(String address, String service, String port, String username)
            throws Exception {
        var script = Path.of(System.getProperty("itk.basedir", "."), "src/test/python/zeep_client.py");
        var url = server.url() + SERVICES + address + "?wsdl";
        var process = new ProcessBuilder("/usr/bin/python3", script.toString(), url, service, port, username)
                .redirectErrorStream(true)
                .start();
        var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), said);
        var out = new HashMap<String, String>();
        said.lines().forEach(line -> out.put(line.replaceFirst("=.*", ""), line.replaceFirst("^[^=]*=", "")));
        return out;
    }

    @Test
    void zeepSendsToANamedService() throws Exception {
        var name = "SendCDADocument-v2-0";
        var got = zeep(name, name, name + "_port", "gp-system-1");
        assertEquals("200", got.get("status"), got.toString());
        assertEquals("OK", got.get("answer"), got.toString());
        assertEquals(URN + name, got.get("sentAction"));
        assertTrue(got.get("sentMessageID").startsWith("urn:uuid:"), got.toString());
        assertEquals(server.url() + SERVICES + name, got.get("sentTo"));
    }

    @Test
    void zeepSendsToTheGenericService() throws Exception {
        for (var port : List.of("ServReq11Port", "ServReq12Port")) {
            var got = zeep("ITKServReq/11", "ITKService", port, "gp-system-1");
            assertEquals("202", got.get("status"), got.toString());
            assertEquals("None", got.get("answer"), got.toString());
            assertEquals(URN + "sendDistEnvelope", got.get("sentAction"));
            assertEquals(server.url() + SERVICES + GENERIC_PORTS.get(port), got.get("sentTo"));
        }
    }

    @Test
    void zeepUnderstandsAFault() throws Exception {
        var got = zeep("ITKServReq/11", "ITKService", "ServReq11Port", "nobody");
        assertEquals("500", got.get("status"), got.toString());
        assertEquals("3000", got.get("error"), got.toString());
        assertTrue(got.get("fault").endsWith("Client"), got.toString());
        assertNotEquals("OK", got.get("answer"));
    }
}
