package org.itkserver.http;

import io.undertow.server.Connectors;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.RenegotiationRequiredException;
import io.undertow.util.HeaderMap;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import io.undertow.util.Methods;
import io.undertow.util.SameThreadExecutor;
import io.undertow.util.StatusCodes;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.itkserver.directory.Partner;
import org.jspecify.annotations.Nullable;

/**
 * Admits requests: checks their framing and path, reads their bodies, gives them a thread when it is their turn, and sends their
 * responses. A client that sends or reads nothing holds a connection and some buffers for a while, but no thread
 * (docs/adr/0021). Thread-safe.
 */
public final class HttpEdge implements AutoCloseable {
    /** A partner that exceeds its rate is told so after this pause; at once, it would only send the next. */
    private static final Duration PAUSE = Duration.ofSeconds(2);

    private static final Set<HttpString> WITHOUT_BODY =
            Set.of(Methods.GET, Methods.HEAD, Methods.OPTIONS, Methods.DELETE, Methods.TRACE);
    private static final Pattern LENGTH = Pattern.compile("[0-9]{1,18}");
    private static final int IPV6_NETWORK = 8;
    private static final byte[] UP = "{\"status\":\"up\"}\n".getBytes(StandardCharsets.US_ASCII);

    private final AdmissionPolicy policy;
    private final EdgeResources resources;
    private final StaticAssets assets;
    private final ConnectionLimit connections;
    /** The listeners' worker threads, for ITK messages; those of the first request's listener, which all share. */
    private volatile Executor workers = Runnable::run;

    /**
     * @param assets the console's files
     * @param nanos monotonic time in nanoseconds
     */
    public HttpEdge(AdmissionPolicy policy, StaticAssets assets, LongSupplier nanos) {
        this.policy = policy;
        this.resources = new EdgeResources(policy, task -> workers.execute(task), nanos);
        this.assets = assets;
        this.connections = new ConnectionLimit(policy.limits().connectionsPerAddress());
    }

    /**
     * Limits the connections and the TLS handshakes of each client address on the listeners that run now.
     *
     * @param listeners how many there must be
     * @throws IllegalStateException when there are fewer
     */
    public void limitConnections(int listeners) {
        int limited =
                ListenerConnections.limit(connections, new TlsHandshakes(resources.handshakes(), policy::outOfMemory));
        if (limited != listeners) {
            throw new IllegalStateException(
                    "connections are limited on " + limited + " of " + listeners + " listeners");
        }
    }

    /** Connections closed since the start because their address had too many. */
    public long connectionsRefused() {
        return connections.refused();
    }

    /** ITK and API requests that run or wait for a thread now. */
    public long requestsInFlight() {
        return resources.inFlight();
    }

    /** Requests answered 503 for want of a thread since the start. */
    public long requestsTurnedAway() {
        return resources.rejected();
    }

    /** A servlet ran out of memory. */
    void outOfMemory(OutOfMemoryError error) {
        policy.outOfMemory(error);
    }

    @Override
    public void close() {
        resources.close();
    }

    /** Takes a request; {@code servlets} gets it when it is complete and a thread is free. */
    void handle(HttpServerExchange exchange, HttpHandler servlets) throws Exception {
        workers = exchange.getConnection().getWorker();
        if (!isFramedClearly(exchange.getRequestHeaders())) {
            Refusal.send(exchange, StatusCodes.BAD_REQUEST, "The length of the request's body is not clear.");
        } else if (!RequestTarget.isCanonical(exchange.getRequestURI())) {
            Refusal.send(exchange, StatusCodes.BAD_REQUEST, "The path of the request is not in its canonical form.");
        } else if (hasBody(exchange) && WITHOUT_BODY.contains(exchange.getRequestMethod())) {
            Refusal.send(
                    exchange, StatusCodes.BAD_REQUEST, exchange.getRequestMethod() + " requests must not have a body.");
        } else {
            route(exchange, Route.of(exchange.getRelativePath()), servlets);
        }
    }

    private static boolean hasBody(HttpServerExchange exchange) {
        return exchange.getRequestContentLength() > 0
                || exchange.getRequestHeaders().contains(Headers.TRANSFER_ENCODING);
    }

    /** Whether a proxy could not find another end of the body than the listener did (RFC 9112, 6.1 to 6.3). */
    private static boolean isFramedClearly(HeaderMap headers) {
        var lengths = headers.get(Headers.CONTENT_LENGTH);
        var encodings = headers.get(Headers.TRANSFER_ENCODING);
        boolean length = lengths == null
                || lengths.size() == 1 && LENGTH.matcher(lengths.getFirst()).matches();
        boolean encoding = encodings == null
                || encodings.size() == 1 && encodings.getFirst().equalsIgnoreCase("chunked") && lengths == null;
        return length && encoding;
    }

    private void route(HttpServerExchange exchange, Route route, HttpHandler servlets) throws Exception {
        var method = exchange.getRequestMethod();
        if (route == Route.LIVE && (method.equals(Methods.GET) || method.equals(Methods.HEAD))) {
            exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, "application/json");
            exchange.getResponseHeaders().put(Headers.CACHE_CONTROL, "no-store");
            ShortAnswer.send(exchange, ByteBuffer.wrap(UP));
            return;
        }
        if (route != Route.HEALTH && !policy.isAccepting()) {
            Refusal.notNow(exchange, "The server cannot take requests at the moment.");
            return;
        }
        var shown = certificates(exchange);
        if (route == Route.ASSET && shown == null && assets.send(exchange)) {
            return;
        }
        admit(exchange, route, shown, servlets);
    }

    private void admit(
            HttpServerExchange exchange, Route route, X509Certificate @Nullable [] shown, HttpHandler servlets)
            throws Exception {
        var partner =
                shown == null || route != Route.ITK ? null : policy.partner(shown, name -> headers(exchange, name));
        boolean stranger = shown != null && partner == null && route == Route.ITK;
        if (stranger) {
            // and neither are the requests that it has sent already
            exchange.setPersistent(false);
        }
        var request = new AdmittedRequest(ticket(exchange, route, partner), resources, servlets);
        // a stranger's body is not read, and neither is one that is announced as too large
        boolean unread = stranger || exchange.getRequestContentLength() > request.limit();
        if (partner == null || !exchange.getRequestMethod().equals(Methods.POST)) {
            request.admit(unread);
            return;
        }
        var delay = policy.delay(partner);
        if (delay == null) {
            pause(exchange, PAUSE, () -> request.tooMuch(policy));
        } else if (delay.isZero()) {
            request.admit(unread);
        } else {
            pause(exchange, delay, () -> Connectors.executeRootHandler(late -> request.admit(unread), exchange));
        }
    }

    private RequestTicket ticket(HttpServerExchange exchange, Route route, @Nullable Partner partner) {
        return new RequestTicket(
                exchange,
                route,
                classOf(route, partner),
                partner == null ? sender(exchange.getSourceAddress().getAddress()) : "partner " + partner.id(),
                resources);
    }

    private static RequestClass classOf(Route route, @Nullable Partner partner) {
        return switch (route) {
            case ITK -> partner == null ? RequestClass.ANONYMOUS : RequestClass.PARTNER;
            case API -> RequestClass.API;
            default -> RequestClass.CONSOLE;
        };
    }

    /** The address, or the network of an IPv6 address: one system may use any address of its network. */
    static String sender(InetAddress address) {
        if (!(address instanceof Inet6Address)) {
            return address.getHostAddress();
        }
        var network = Arrays.copyOf(Arrays.copyOf(address.getAddress(), IPV6_NETWORK), 16);
        try {
            return InetAddress.getByAddress(network).getHostAddress();
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Continues later; no thread waits for it. Called inside a call. */
    private static void pause(HttpServerExchange exchange, Duration time, Runnable next) {
        Runnable later = () -> {
            if (exchange.getConnection().isOpen()) {
                next.run();
            }
        };
        exchange.dispatch(SameThreadExecutor.INSTANCE, () -> exchange.getIoThread()
                .executeAfter(later, time.toNanos(), TimeUnit.NANOSECONDS));
    }

    private static X509Certificate @Nullable [] certificates(HttpServerExchange exchange) {
        var session = exchange.getConnection().getSslSessionInfo();
        if (session == null) {
            return null;
        }
        try {
            return session.getPeerCertificates() instanceof X509Certificate[] chain ? chain : null;
        } catch (SSLPeerUnverifiedException | RenegotiationRequiredException e) {
            return null;
        }
    }

    private static List<String> headers(HttpServerExchange exchange, String name) {
        var values = exchange.getRequestHeaders().get(name);
        return values == null ? List.of() : List.copyOf(values);
    }
}
