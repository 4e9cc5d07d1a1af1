package org.itkserver.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.undertow.protocols.ssl.SslConduit;
import io.undertow.protocols.ssl.UndertowXnioSsl;
import io.undertow.server.DefaultByteBufferPool;
import io.undertow.server.protocol.http.HttpOpenListener;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.net.ssl.SSLSocket;
import org.itkserver.testing.DevCerts;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.xnio.ChannelListener;
import org.xnio.ChannelListeners;
import org.xnio.OptionMap;
import org.xnio.Options;
import org.xnio.SslClientAuthMode;
import org.xnio.StreamConnection;
import org.xnio.Xnio;
import org.xnio.XnioWorker;
import org.xnio.channels.AcceptingChannel;
import org.xnio.ssl.SslConnection;

/** Handshakes wait for a thread of their own; the I/O thread of a connection rests meanwhile. */
@Timeout(600)
class TlsHandshakesTest {
    @TempDir
    static Path folder;

    private static DevCerts certs;

    private final BlockingQueue<Runnable> waiting = new LinkedBlockingQueue<>();
    private final BlockingQueue<StreamConnection> connections = new LinkedBlockingQueue<>();
    private final TlsHandshakes handshakes =
            new TlsHandshakes(new Bulkhead(waiting::add, new Bulkhead.Limits(9, 9, 9, 9)), error -> {});
    private XnioWorker worker;
    private AcceptingChannel<SslConnection> server;

    @BeforeAll
    static void certificates() {
        certs = new DevCerts(folder, "gp-system");
    }

    @BeforeEach
    void start() throws Exception {
        worker = Xnio.getInstance().createWorker(OptionMap.create(Options.WORKER_IO_THREADS, 1));
        var http = new HttpOpenListener(new DefaultByteBufferPool(false, 16 * 1024), OptionMap.EMPTY);
        http.setRootHandler(exchange -> exchange.getResponseSender().send("done"));
        ChannelListener<StreamConnection> accepted = connection -> {
            handshakes.take(connection, "192.0.2.1");
            connections.add(plain(connection));
            http.handleEvent(connection);
        };
        server = new UndertowXnioSsl(worker.getXnio(), OptionMap.EMPTY, certs.context("server"))
                .createSslConnectionServer(
                        worker,
                        new InetSocketAddress("127.0.0.1", 0),
                        ChannelListeners.openListenerAdapter(accepted),
                        OptionMap.create(Options.SSL_CLIENT_AUTH_MODE, SslClientAuthMode.REQUIRED));
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
        worker.shutdownNow();
    }

    private static StreamConnection plain(StreamConnection connection) {
        try {
            var delegate = SslConduit.class.getDeclaredField("delegate");
            delegate.setAccessible(true);
            return (StreamConnection) delegate.get(connection.getSourceChannel().getConduit());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private int port() {
        return server.getLocalAddress(InetSocketAddress.class).getPort();
    }

    /** Whether an I/O thread is woken by what the client sends, when it has done what it has to do now. */
    private static boolean isRead(StreamConnection connection) throws InterruptedException {
        for (int i = 0; i < 4; i++) {
            var done = new CountDownLatch(1);
            connection.getIoThread().execute(done::countDown);
            done.await();
        }
        return connection.getSourceChannel().isReadResumed();
    }

    @Test
    void nothingIsReadWhileAHandshakeWaits() throws Exception {
        var engine = certs.context("gp-system").createSSLEngine("localhost", port());
        engine.setUseClientMode(true);
        var hello = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
        engine.wrap(ByteBuffer.allocate(0), hello);
        try (var socket = new Socket("127.0.0.1", port())) {
            // it is there when the connection is taken
            socket.getOutputStream().write(hello.array(), 0, hello.position());
            server.resumeAccepts();
            var connection = connections.take();
            waiting.take();
            assertFalse(isRead(connection));
        }
    }

    @Test
    void aHandshakeThatWaitsIsCompleted() throws Exception {
        server.resumeAccepts();
        var answer = CompletableFuture.supplyAsync(this::answer);
        var connection = connections.take();
        while (!answer.isDone()) {
            var task = waiting.poll(10, TimeUnit.MILLISECONDS);
            if (task != null) {
                assertFalse(isRead(connection));
                task.run();
            }
        }
        assertTrue(answer.get().endsWith("done"), answer.get());
    }

    /** The request follows the handshake at once, before the server knows the client's certificate. */
    private String answer() {
        try (var socket =
                (SSLSocket) certs.context("gp-system").getSocketFactory().createSocket("localhost", port())) {
            socket.startHandshake();
            socket.getOutputStream()
                    .write("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void moreHandshakesThanMayWaitAreRefused() throws Exception {
        server.resumeAccepts();
        var attempts = new CompletableFuture<?>[10];
        for (int i = 0; i < attempts.length; i++) {
            attempts[i] = CompletableFuture.supplyAsync(this::answer, TlsHandshakesTest::onThreadOfItsOwn);
        }
        // nine wait, and the connection of the tenth is closed
        assertThrows(ExecutionException.class, () -> CompletableFuture.anyOf(attempts)
                .get());
        assertEquals(1, Stream.of(attempts).filter(CompletableFuture::isDone).count());
        while (!Stream.of(attempts).allMatch(CompletableFuture::isDone)) {
            var task = waiting.poll(10, TimeUnit.MILLISECONDS);
            if (task != null) {
                task.run();
            }
        }
        assertEquals(
                1,
                Stream.of(attempts)
                        .filter(CompletableFuture::isCompletedExceptionally)
                        .count());
    }

    private static void onThreadOfItsOwn(Runnable task) {
        var thread = new Thread(task);
        thread.setDaemon(true);
        thread.start();
    }
}
