package org.itkserver.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.undertow.Undertow;
import io.undertow.server.HttpServerExchange;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RequestTicketTest {
    private static final AdmissionPolicy.Limits LIMITS =
            new AdmissionPolicy.Limits(9, 9, 9, 1 << 20, 1 << 20, 1 << 20, false);

    @TempDir
    Path folder;

    private final BlockingQueue<Boolean> ready = new LinkedBlockingQueue<>();

    /** Undertow's I/O thread spins when another thread makes a connection ready for a request that has come already. */
    @Test
    void theIoThreadMakesTheConnectionReadyForTheNextRequest() throws Exception {
        var resources = new EdgeResources(new AnonymousPolicy(folder, LIMITS), Runnable::run, System::nanoTime);
        var server = Undertow.builder()
                .addHttpListener(0, "127.0.0.1")
                .setHandler(exchange -> {
                    // added first, called last
                    exchange.addExchangeCompleteListener((ended, next) -> {
                        ready.add(ended.isInIoThread() && ended.isPersistent());
                        next.proceed();
                    });
                    new RequestTicket(exchange, Route.ITK, RequestClass.ANONYMOUS, "192.0.2.1", resources);
                    exchange.dispatch(() -> answer(exchange));
                })
                .build();
        server.start();
        try {
            var address = (InetSocketAddress) server.getListenerInfo().get(0).getAddress();
            var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + address.getPort() + "/"));
            var client = HttpClient.newHttpClient();
            for (int i = 0; i < 20; i++) {
                var response = client.send(request.build(), HttpResponse.BodyHandlers.ofString());
                assertEquals("in another thread", response.body());
                assertEquals(Boolean.TRUE, ready.poll(60, TimeUnit.SECONDS), "request " + i);
            }
        } finally {
            server.stop();
            resources.close();
        }
    }

    private static void answer(HttpServerExchange exchange) {
        exchange.startBlocking();
        exchange.getResponseSender().send(exchange.isInIoThread() ? "in the I/O thread" : "in another thread");
    }
}
