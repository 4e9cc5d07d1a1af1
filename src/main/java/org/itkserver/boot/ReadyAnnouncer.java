package org.itkserver.boot;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/** Waits until the server can take messages and each of its listeners answers; only then does the log say that it is ready. */
final class ReadyAnnouncer {
    private static final Duration LOOK = Duration.ofMillis(100);
    private static final Duration LISTENERS = Duration.ofSeconds(120);
    private static final int MILLIS = 2_000;
    private static final byte[] REQUEST = "GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
            .getBytes(StandardCharsets.US_ASCII);

    private final Listeners listeners;
    private final BooleanSupplier ready;
    private final Runnable announce;
    private volatile boolean stopped;

    /**
     * @param ready whether messages can be accepted
     * @param announce called once, when they can and the listeners answer
     */
    ReadyAnnouncer(Listeners listeners, BooleanSupplier ready, Runnable announce) {
        this.listeners = listeners;
        this.ready = ready;
        this.announce = announce;
    }

    void start() {
        Threads.daemon(this::run, "itk-ready").start();
    }

    void stop() {
        stopped = true;
    }

    private void run() {
        long end = System.nanoTime() + LISTENERS.toNanos();
        var silent = silentListener();
        while (silent != null && !stopped) {
            if (System.nanoTime() > end) {
                StartFailure.end(
                        "nothing answers at " + silent + " although the server listens there: another program may have"
                                + " the port. Stop it, or choose another port.");
            }
            LockSupport.parkNanos(LOOK.toNanos());
            silent = silentListener();
        }
        while (!stopped && !ready.getAsBoolean()) {
            LockSupport.parkNanos(LOOK.toNanos());
        }
        if (!stopped) {
            announce.run();
        }
    }

    /** The first address at which no server of ours answers; null when all answer. */
    private @Nullable String silentListener() {
        if (listeners.plain() != null && !answers(listeners.plain(), false)) {
            return "port " + listeners.plain();
        } else if (listeners.people() != null && !answers(listeners.people(), true)) {
            return "port " + listeners.people();
        } else if (listeners.partners() != null && !isOpen(listeners.partners())) {
            return "port " + listeners.partners();
        }
        return null;
    }

    private InetSocketAddress address(String port) throws IOException {
        var bind = InetAddress.getByName(listeners.bind());
        return new InetSocketAddress(
                bind.isAnyLocalAddress() ? InetAddress.getLoopbackAddress() : bind, Integer.parseInt(port));
    }

    private boolean isOpen(String port) {
        try (var socket = new Socket()) {
            socket.connect(address(port), MILLIS);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private boolean answers(String port, boolean tls) {
        try (var plain = new Socket()) {
            plain.connect(address(port), MILLIS);
            plain.setSoTimeout(MILLIS);
            var socket =
                    tls ? trusting().getSocketFactory().createSocket(plain, "localhost", plain.getPort(), true) : plain;
            socket.getOutputStream().write(REQUEST);
            var answer = new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII);
            return answer.equals("HTTP/1.1 200");
        } catch (IOException | GeneralSecurityException e) {
            return false;
        }
    }

    /** Asks this process itself whether it answers: whose certificate it shows does not matter. */
    private static SSLContext trusting() throws GeneralSecurityException {
        var context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new Anyone()}, new SecureRandom());
        return context;
    }

    private static final class Anyone implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {
            throw new IllegalStateException("this is not a server");
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {
            // it is this process
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
