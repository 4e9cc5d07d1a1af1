package org.itkserver.boot;

import io.undertow.io.IoCallback;
import io.undertow.io.Sender;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.RenegotiationRequiredException;
import io.undertow.server.handlers.RequestBufferingHandler;
import io.undertow.server.protocol.http.HttpContinue;
import io.undertow.servlet.ServletExtension;
import io.undertow.servlet.api.DeploymentInfo;
import io.undertow.servlet.handlers.security.SSLInformationAssociationHandler;
import io.undertow.util.AttachmentKey;
import io.undertow.util.HeaderMap;
import io.undertow.util.Headers;
import io.undertow.util.SameThreadExecutor;
import io.undertow.util.StatusCodes;
import jakarta.servlet.ServletContext;
import java.io.IOException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.regex.Pattern;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;
import org.xnio.IoUtils;
import org.xnio.XnioExecutor;

/**
 * Stands before the servlets: turns away what is too much, and reads the body of a message without blocking, up to 1 MiB, before
 * a worker thread is taken for it. A sender that stalls holds a connection and some buffers, for a while, but no thread
 * (docs/adr/0005).
 */
public final class ReadBeforeDispatch implements ServletExtension {
    /** Attribute of the servlet context that holds the {@link Door}. */
    static final String DOOR = Door.class.getName();

    private static final int BUFFER = 16 * 1024;
    private static final int MOST = 1 << 20;
    private static final int MOST_SKIPPED = 64 * 1024;
    /** For all of what is read here, however steadily it trickles. */
    private static final long READ_SECONDS = 60;

    private static final Pattern LENGTH = Pattern.compile("[0-9]{1,18}");
    private static final String TRY_AGAIN_SECONDS = "2";
    private static final AttachmentKey<Place> PLACE = AttachmentKey.create(Place.class);

    /** Who and what is let in. */
    interface Door {
        Admission admission();

        /** Size of the largest message. */
        long mostBytes();

        /** Whether nothing may be read from a system that shows these certificates and sends these headers. */
        boolean isStranger(X509Certificate[] chain, Function<String, List<String>> headers);
    }

    @Override
    public void handleDeployment(DeploymentInfo deployment, ServletContext context) {
        deployment.addInitialHandlerChainWrapper(next -> wrap(next, context));
        // the server does this itself for applications that use its own security only
        deployment.addInnerHandlerChainWrapper(SSLInformationAssociationHandler::new);
    }

    private static HttpHandler wrap(HttpHandler next, ServletContext context) {
        var buffering = new RequestBufferingHandler(read(next), MOST / BUFFER);
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
            var place = Place.in(door.admission(), exchange);
            if (place == null) {
                turnAway(exchange);
            } else if (exchange.getRequestContentLength() > door.mostBytes() || isStranger(exchange, door)) {
                // it is answered as it stands; its body may never come
                next.handleRequest(exchange);
            } else {
                place.readBy(exchange);
                if (HttpContinue.requiresContinueResponse(exchange)) {
                    HttpContinue.sendContinueResponse(exchange, new Told(buffering));
                } else {
                    buffering.handleRequest(exchange);
                }
            }
        };
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

    private static HttpHandler read(HttpHandler next) {
        return exchange -> {
            var place = exchange.getAttachment(PLACE);
            if (place != null) {
                place.isRead();
            }
            next.handleRequest(exchange);
        };
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

    private static boolean isStranger(HttpServerExchange exchange, Door door) {
        var session = exchange.getConnection().getSslSessionInfo();
        if (session == null) {
            return false;
        }
        try {
            return session.getPeerCertificates() instanceof X509Certificate[] chain
                    && door.isStranger(chain, name -> headers(exchange, name));
        } catch (SSLPeerUnverifiedException | RenegotiationRequiredException e) {
            return false;
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

    /** One request's place, given back once: when it is answered, or when its body takes too long. */
    private static final class Place {
        private final Admission admission;
        private final String peer;
        private final long size;
        private final AtomicBoolean left = new AtomicBoolean();
        private XnioExecutor.@Nullable Key deadline;

        private Place(Admission admission, String peer, long size) {
            this.admission = admission;
            this.peer = peer;
            this.size = size;
        }

        static @Nullable Place in(Admission admission, HttpServerExchange exchange) {
            var peer = exchange.getSourceAddress().getAddress().getHostAddress();
            long length = exchange.getRequestContentLength();
            long size = length < 0 ? MOST : Math.min(length, MOST);
            if (!admission.enter(peer, size)) {
                return null;
            }
            var place = new Place(admission, peer, size);
            exchange.putAttachment(PLACE, place);
            exchange.addExchangeCompleteListener((done, next) -> {
                place.isRead();
                place.leave();
                next.proceed();
            });
            return place;
        }

        void readBy(HttpServerExchange exchange) {
            if (!exchange.isRequestComplete()) {
                deadline = closeLater(exchange, this::leave);
            }
        }

        void isRead() {
            var key = deadline;
            if (key != null) {
                key.remove();
            }
        }

        private void leave() {
            if (left.compareAndSet(false, true)) {
                admission.leave(peer, size);
            }
        }
    }
}
