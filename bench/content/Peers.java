package content;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import content.Exits.Exit;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import org.itkserver.testing.GeneratedEncoding;
import org.itkserver.testing.GeneratedPayload;

/** The back end, the next hop and the callback receiver: they keep what comes, and answer queries with payloads. */
final class Peers {
    private static final String SOAP = "http://schemas.xmlsoap.org/soap/envelope/";
    private static final byte[] TAKEN = ("<s:Envelope xmlns:s=\"" + SOAP + "\"><s:Body><SimpleMessageResponse xmlns=\"" + Letter.ITK
                    + "\">OK</SimpleMessageResponse></s:Body></s:Envelope>")
            .getBytes(StandardCharsets.UTF_8);

    private final Exits exits;
    private final Map<String, GeneratedPayload> answers = new ConcurrentHashMap<>();

    Peers(int port, Exits exits) throws IOException {
        this.exits = exits;
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 500);
        server.setExecutor(Executors.newCachedThreadPool(task -> {
            var thread = new Thread(task, "peer");
            thread.setDaemon(true);
            return thread;
        }));
        server.createContext("/back-end", exchange -> {
            keep(exchange);
            answer(exchange, "text/plain", new byte[0]);
        });
        server.createContext("/answer", exchange -> handle(exchange, () -> query(exchange)));
        server.createContext("/messages", exchange -> handle(exchange, () -> message(exchange)));
        server.createContext("/callback", exchange -> handle(exchange, () -> callback(exchange)));
        server.start();
    }

    /** What the next query with this tracking id is answered with. */
    void answerWith(String trackingId, GeneratedPayload payload) {
        answers.put(trackingId, payload);
    }

    private interface Step {
        void run() throws IOException;
    }

    private static void handle(HttpExchange exchange, Step step) throws IOException {
        try {
            step.run();
        } catch (RuntimeException e) {
            System.err.println("a peer got what it cannot read: " + e);
            exchange.sendResponseHeaders(400, -1);
            exchange.close();
        }
    }

    private String keep(HttpExchange exchange) throws IOException {
        var id = exchange.getRequestHeaders().getFirst("Itk-Tracking-Id");
        exits.arrive(Exit.HTTP, id, exchange.getRequestBody().readAllBytes());
        return id;
    }

    /** The back end's answer: an element in any encoding, anything else as it is. */
    private void query(HttpExchange exchange) throws IOException {
        var payload = answers.remove(keep(exchange));
        if (!payload.isXml()) {
            answer(exchange, payload.mimeType(), payload.content());
            return;
        }
        var encoding = GeneratedEncoding.of(GeneratedPayload.random(payload.content().length));
        var named = encoding.charset().equals(StandardCharsets.UTF_8) || !encoding.parameter().isEmpty();
        var type = "text/xml" + (named ? encoding.parameter() : ";charset=" + encoding.charset());
        answer(exchange, type, encoding.bytes(new String(payload.content(), StandardCharsets.UTF_8)));
    }

    private void message(HttpExchange exchange) throws IOException {
        var bytes = exchange.getRequestBody().readAllBytes();
        var request = Soap.of(bytes);
        var payload = answers.remove(request.trackingId());
        if (payload == null) {
            exits.arrive(Exit.PARTNER, request.trackingId(), bytes);
            answer(exchange, "text/xml;charset=UTF-8", TAKEN);
            return;
        }
        var random = GeneratedPayload.random(payload.xml().length());
        var encoding = GeneratedEncoding.of(random);
        answer(exchange, "text/xml" + encoding.parameter(), encoding.bytes(response(request, payload, random)));
    }

    private static String response(Soap request, GeneratedPayload payload, Random random) {
        var id = "uuid_" + Letter.uuid();
        var service = Letter.SERVICES + Letter.Kind.QUERY.service + "Response";
        var p = random.nextBoolean() ? "itk:" : "";
        var scope = p.isEmpty() ? " xmlns=\"" + Letter.ITK + "\"" : " xmlns:itk=\"" + Letter.ITK + "\"";
        return "<s:Envelope xmlns:s=\"" + SOAP + "\" xmlns:wsa=\"http://www.w3.org/2005/08/addressing\"" + scope + "><s:Header>"
                + "<wsa:MessageID>" + Letter.uuid() + "</wsa:MessageID><wsa:Action>" + service + "</wsa:Action><wsa:RelatesTo>"
                + request.messageId() + "</wsa:RelatesTo></s:Header><s:Body><" + p + "DistributionEnvelope><" + p
                + "header service=\"" + service + "\" trackingid=\"" + Letter.uuid() + "\"><" + p + "auditIdentity><" + p
                + "id uri=\"urn:nhs-uk:identity:ods:X1111:dr-sample\"/></" + p + "auditIdentity><" + p + "manifest count=\"1\"><" + p
                + "manifestitem id=\"" + id + "\" mimetype=\"" + payload.mimeType() + "\"" + payload.flags() + "/></" + p
                + "manifest></" + p + "header><" + p + "payloads count=\"1\"><" + p + "payload id=\"" + id + "\">" + payload.xml()
                + "</" + p + "payload></" + p + "payloads></" + p + "DistributionEnvelope></s:Body></s:Envelope>";
    }

    private void callback(HttpExchange exchange) throws IOException {
        var bytes = exchange.getRequestBody().readAllBytes();
        exits.arrive(Exit.CALLBACK, Soap.of(bytes).relatesTo(), bytes);
        answer(exchange, "text/xml;charset=UTF-8", TAKEN);
    }

    private static void answer(HttpExchange exchange, String type, byte[] body) throws IOException {
        exchange.getResponseHeaders().add("Content-Type", type);
        exchange.sendResponseHeaders(200, body.length == 0 ? -1 : body.length);
        if (body.length > 0) {
            exchange.getResponseBody().write(body);
        }
        exchange.close();
    }
}
