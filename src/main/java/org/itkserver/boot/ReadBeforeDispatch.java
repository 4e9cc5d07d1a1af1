package org.itkserver.boot;

import io.undertow.io.IoCallback;
import io.undertow.io.Sender;
import io.undertow.server.Connectors;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.RenegotiationRequiredException;
import io.undertow.server.handlers.RequestBufferingHandler;
import io.undertow.server.protocol.http.HttpContinue;
import io.undertow.servlet.ServletExtension;
import io.undertow.servlet.api.DeploymentInfo;
import io.undertow.servlet.handlers.security.SSLInformationAssociationHandler;
import io.undertow.util.HeaderMap;
import io.undertow.util.Headers;
import io.undertow.util.Methods;
import io.undertow.util.SameThreadExecutor;
import io.undertow.util.StatusCodes;
import jakarta.servlet.ServletContext;
import java.io.IOException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.regex.Pattern;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.itkserver.directory.Partner;
import org.jspecify.annotations.Nullable;
import org.xnio.IoUtils;
import org.xnio.XnioExecutor;

/**
 * Stands before the servlets: turns away what is too much, reads the body of a message without blocking, up to 1 MiB, before a
 * worker thread is taken for it, and sees to it that no system takes all of them. A sender that stalls holds a connection and some
 * buffers, for a while, but no thread (docs/adr/0005).
 */
public final class ReadBeforeDispatch implements ServletExtension {
    /** Attribute of the servlet context that holds the {@link Door}. */
    static final String DOOR = Door.class.getName();

    private static final int BUFFER = 16 * 1024;
    private static final int MOST = 1 << 20;
    private static final int MOST_SKIPPED = 64 * 1024;
    /** For all of what is read here, however steadily it trickles. */
    private static final long READ_SECONDS = 60;
    /** Of 64 workers. More than may wait for a handler at once, so that these hold up no other letter of their system. */
    private static final int SHARE = Server.SYNCHRONOUS_AT_ONCE + 8;
    /** A partner that sends too much hears so no sooner: at once, it would only send the next. */
    private static final Duration PAUSE = Duration.ofSeconds(2);

    private static final Pattern LENGTH = Pattern.compile("[0-9]{1,18}");
    private static final String TRY_AGAIN_SECONDS = "2";

    private final Turns turns = new Turns(SHARE);

    /** Who and what is let in. */
    interface Door {
        Admission admission();

        /** Size of the largest message. */
        long mostBytes();

        /** Who shows these certificates and sends these headers; null for a stranger, from whom nothing may be read. */
        @Nullable
        Partner partner(X509Certificate[] chain, Function<String, List<String>> headers);

        /** How long one more message of this partner has to wait, null when it is too much. */
        @Nullable
        Duration delay(Partner partner);

        /** Writes down that a request of this address was turned away because its partner sends too much. */
        void tooMuch(String address);
    }

    @Override
    public void handleDeployment(DeploymentInfo deployment, ServletContext context) {
        deployment.addInitialHandlerChainWrapper(next -> wrap(next, context));
        // the server does this itself for applications that use its own security only
        deployment.addInnerHandlerChainWrapper(SSLInformationAssociationHandler::new);
    }

    private HttpHandler wrap(HttpHandler next, ServletContext context) {
        HttpHandler working = exchange -> work(exchange, next);
        var reading = reading(new RequestBufferingHandler(working, MOST / BUFFER));
        return exchange -> {
            if (!isFramedClearly(exchange.getRequestHeaders())) {
                exchange.setStatusCode(StatusCodes.BAD_REQUEST);
                exchange.setPersistent(false);
                exchange.endExchange();
                return;
            }
            var path = exchange.getRelativePath();
            if (!path.startsWith("/itk") && !path.startsWith("/api")
                    || !(context.getAttribute(DOOR) instanceof Door door)) {
                next.handleRequest(exchange);
                return;
            }
            enter(exchange, door, working, reading);
        };
    }

    private void enter(HttpServerExchange exchange, Door door, HttpHandler working, HttpHandler reading)
            throws Exception {
        var shown = certificates(exchange);
        var partner = shown == null ? null : door.partner(shown, name -> headers(exchange, name));
        boolean stranger = shown != null && partner == null;
        // what a stranger sends, and what is too large, is answered as it stands; its body may never come
        var todo = stranger || exchange.getRequestContentLength() > door.mostBytes() ? working : reading;
        if (partner == null || !exchange.getRequestMethod().equals(Methods.POST)) {
            in(exchange, door, partner, todo);
            return;
        }
        var delay = door.delay(partner);
        if (delay == null) {
            pause(exchange, PAUSE, late -> in(late, door, partner, over -> tooMuch(over, door)));
        } else if (delay.isZero()) {
            in(exchange, door, partner, todo);
        } else {
            pause(exchange, delay, late -> in(late, door, partner, todo));
        }
    }

    private void in(HttpServerExchange exchange, Door door, @Nullable Partner partner, HttpHandler todo)
            throws Exception {
        if (Place.in(door.admission(), turns, exchange, MOST, partner == null ? null : partner.id()) == null) {
            turnAway(exchange);
        } else {
            todo.handleRequest(exchange);
        }
    }

    /** Goes on later; no thread waits for it, and it has no place meanwhile. */
    private static void pause(HttpServerExchange exchange, Duration time, HttpHandler next) {
        Runnable later = () -> {
            if (exchange.getConnection().isOpen()) {
                Connectors.executeRootHandler(next, exchange);
            }
        };
        exchange.dispatch(SameThreadExecutor.INSTANCE, () -> exchange.getIoThread()
                .executeAfter(later, time.toNanos(), TimeUnit.NANOSECONDS));
    }

    private static void tooMuch(HttpServerExchange exchange, Door door) throws Exception {
        var place = Place.of(exchange);
        place.work(
                exchange,
                late -> late.dispatch(worker -> {
                    door.tooMuch(place.address());
                    turnAway(worker);
                }));
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

    private static HttpHandler reading(HttpHandler buffering) {
        return exchange -> {
            if (!exchange.isRequestComplete()) {
                var place = Place.of(exchange);
                place.readBy(closeLater(exchange, place::leave));
            }
            if (HttpContinue.requiresContinueResponse(exchange)) {
                HttpContinue.sendContinueResponse(exchange, new Told(buffering));
            } else {
                buffering.handleRequest(exchange);
            }
        };
    }

    private static void work(HttpServerExchange exchange, HttpHandler next) throws Exception {
        var place = Place.of(exchange);
        place.isRead();
        place.work(exchange, next);
    }

    /** A small body that is on its way already costs less to skip than its sender's next connection would. */
    private static void turnAway(HttpServerExchange exchange) {
        exchange.setStatusCode(503);
        exchange.getResponseHeaders().put(Headers.RETRY_AFTER, TRY_AGAIN_SECONDS);
        long length = exchange.getRequestContentLength();
        if (length < 0 || length > MOST_SKIPPED || HttpContinue.requiresContinueResponse(exchange)) {
            exchange.setPersistent(false);
        } else if (!exchange.isRequestComplete()) {
            var deadline = closeLater(exchange, () -> {});
            exchange.addExchangeCompleteListener((done, next) -> {
                deadline.remove();
                next.proceed();
            });
        }
        exchange.endExchange();
    }

    /** Ends the connection when what is read takes too long. */
    private static XnioExecutor.Key closeLater(HttpServerExchange exchange, Runnable before) {
        return exchange.getIoThread()
                .executeAfter(
                        () -> {
                            before.run();
                            IoUtils.safeClose(exchange.getConnection());
                        },
                        READ_SECONDS,
                        TimeUnit.SECONDS);
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

    /** Goes on when a sender that waits for 100 has been told; left to itself the buffering gives its reading to a worker. */
    private record Told(HttpHandler next) implements IoCallback {
        @Override
        public void onComplete(HttpServerExchange exchange, Sender sender) {
            HttpContinue.markContinueResponseSent(exchange);
            exchange.getRequestHeaders().remove(Headers.EXPECT);
            exchange.dispatch(SameThreadExecutor.INSTANCE, next);
        }

        @Override
        public void onException(HttpServerExchange exchange, Sender sender, IOException e) {
            exchange.setPersistent(false);
            exchange.endExchange();
        }
    }
}
