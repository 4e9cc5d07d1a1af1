package org.itkserver.it;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/** A local application that takes payloads by HTTP: a real server on loopback whose answer a test can change. */
final class BackEnd implements AutoCloseable {
    /** What a partner answers that refuses a message for good. */
    static final String FAULT_1000 =
            """
            <s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><s:Fault>\
            <faultcode>s:Client</faultcode><faultstring>f</faultstring><detail>\
            <t:ToolkitErrorInfo xmlns:t="urn:nhs-itk:ns:201005"><t:ErrorID>1</t:ErrorID><t:ErrorCode>1000</t:ErrorCode>\
            <t:ErrorText>Invalid</t:ErrorText></t:ToolkitErrorInfo></detail></s:Fault></s:Body></s:Envelope>""";

    /** One call it got. */
    record Call(Map<String, List<String>> headers, String body) {
        String header(String name) {
            return headers.getOrDefault(name, List.of("")).get(0);
        }
    }

    final List<Call> calls = new CopyOnWriteArrayList<>();
    volatile int status = 200;
    volatile String answer = "";
    volatile Map<String, String> headers = Map.of();
    /** The HTTP status of the answer to each call; {@link #status} unless a test replaces it. */
    volatile ToIntFunction<Call> statusOf = call -> status;
    /** Holds the answers back until a test counts it down; null holds nothing back. */
    volatile @Nullable CountDownLatch gate;

    private final HttpServer server;

    BackEnd(int port) {
        try {
            server = HttpServer.create(new InetSocketAddress("127.0.0.1", port), 50);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(Executors.newCachedThreadPool(task -> {
            var thread = new Thread(task);
            thread.setDaemon(true);
            return thread;
        }));
        server.createContext("/", exchange -> {
            var body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            var call = new Call(Map.copyOf(exchange.getRequestHeaders()), body);
            // this is chosen before the call is listed: a test that waits for the call may change the status then
            int code = statusOf.applyAsInt(call);
            var held = gate;
            calls.add(call);
            hold(held);
            var bytes = answer.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().add("Content-Type", "text/xml;charset=UTF-8");
            headers.forEach((name, value) -> exchange.getResponseHeaders().add(name, value));
            exchange.sendResponseHeaders(code, bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
        server.start();
    }

    private static void hold(@Nullable CountDownLatch held) {
        try {
            if (held != null) {
                held.await();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The calls about one message, in order: other messages may be tried again at the same time. */
    List<Call> of(String trackingId) {
        return calls.stream()
                .filter(call -> call.header("Itk-tracking-id").equals(trackingId))
                .toList();
    }

    /** The calls with a text in their body, in order: retries from an earlier test may arrive among them. */
    List<Call> containing(String text) {
        return calls.stream().filter(call -> call.body().contains(text)).toList();
    }

    int port() {
        return server.getAddress().getPort();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
