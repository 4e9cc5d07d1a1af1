package org.itkserver.soap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsExchange;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.SSLContext;
import org.itkserver.directory.ClientCertificate;
import org.itkserver.exchange.Transport;
import org.itkserver.testing.DevCerts;
import org.itkserver.testing.SettableClock;
import org.itkserver.tls.TlsFiles;
import org.itkserver.tls.TlsSettings;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who we talk to over TLS, and what we show of ourselves. */
@Timeout(300)
class SoapClientTlsTest {
    @TempDir
    static Path folder;

    private static DevCerts certs;
    private static DevCerts others;
    private static TlsFiles files;

    @BeforeAll
    static void certify() {
        certs = new DevCerts(folder.resolve("certs"), "partner");
        others = DevCerts.ofAnotherAuthority(folder.resolve("others"), "partner");
        files = new TlsFiles(TlsSettings.of(certs.settings()).orElseThrow(), System::nanoTime);
    }

    /** A partner's server, which wants a certificate of us. */
    private static final class Peer implements AutoCloseable {
        final List<String> callers = new CopyOnWriteArrayList<>();
        private final HttpsServer server;

        Peer(SSLContext context) throws IOException {
            server = HttpsServer.create(new InetSocketAddress(InetAddress.getByName("0.0.0.0"), 0), 0);
            server.setHttpsConfigurator(new HttpsConfigurator(context) {
                @Override
                public void configure(HttpsParameters parameters) {
                    var wanted = context.getDefaultSSLParameters();
                    wanted.setNeedClientAuth(true);
                    parameters.setSSLParameters(wanted);
                }
            });
            server.createContext("/", exchange -> {
                callers.add(((HttpsExchange) exchange)
                        .getSSLSession()
                        .getPeerPrincipal()
                        .getName());
                exchange.getRequestBody().readAllBytes();
                exchange.sendResponseHeaders(202, -1);
                exchange.close();
            });
            server.start();
        }

        URI at(String host) {
            return URI.create("https://" + host + ":" + server.getAddress().getPort() + "/");
        }

        @Override
        public void close() {
            server.stop(0);
        }
    }

    private static Transport.Result send(URI endpoint, Set<String> pinned) {
        return Letters.client(new SettableClock(), Duration.ofSeconds(60), files, uri -> pinned)
                .send(endpoint, "us", Letters.letter("<a/>", false));
    }

    private static void refused(Transport.Result result) {
        assertEquals(
                "no TLS connection",
                assertInstanceOf(Transport.NotNow.class, result).reason());
    }

    @Test
    void ourCertificateIsShown() throws Exception {
        try (var peer = new Peer(certs.context("partner"))) {
            assertInstanceOf(Transport.Taken.class, send(peer.at("localhost"), Set.of()));
            assertEquals(List.of("CN=server,O=ITK development"), peer.callers);
        }
    }

    @Test
    void onlyThePartnersOwnCertificateWillDo() throws Exception {
        try (var peer = new Peer(certs.context("partner"))) {
            var name = ClientCertificate.name("CN=partner, O=ITK development").orElseThrow();
            assertInstanceOf(
                    Transport.Taken.class, send(peer.at("localhost"), Set.of(certs.fingerprint("partner"), "x")));
            assertInstanceOf(Transport.Taken.class, send(peer.at("localhost"), Set.of(name)));
            refused(send(peer.at("localhost"), Set.of(certs.fingerprint("server"))));
            assertEquals(2, peer.callers.size());
        }
    }

    @Test
    void anotherAuthoritysCertificateIsRefused() throws IOException, GeneralSecurityException {
        try (var peer = new Peer(others.context("partner"))) {
            refused(send(peer.at("localhost"), Set.of()));
            assertEquals(List.of(), peer.callers);
        }
    }

    @Test
    void theNameMustFit() throws Exception {
        // every 127.* is this machine, but the certificate says localhost and 127.0.0.1
        try (var peer = new Peer(certs.context("partner"))) {
            refused(send(peer.at("127.0.0.2"), Set.of()));
            assertEquals(List.of(), peer.callers);
        }
    }
}
