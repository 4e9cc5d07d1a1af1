package org.itkserver.boot;

import io.undertow.server.Connectors;
import io.undertow.server.ExchangeCompletionListener;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.AttachmentKey;
import io.undertow.util.SameThreadExecutor;
import io.undertow.util.StatusCodes;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.xnio.XnioExecutor;

/** One request's place among those in flight, given back once: when it is answered, or when its body takes too long. */
final class Place {
    private static final AttachmentKey<Place> KEY = AttachmentKey.create(Place.class);

    private final Admission admission;
    private final String address;
    private final long size;
    private final AtomicBoolean left = new AtomicBoolean();
    private XnioExecutor.@Nullable Key deadline;
    private final Turns.Turn turn;

    private Place(Admission admission, String address, long size, Turns.Turn turn) {
        this.admission = admission;
        this.address = address;
        this.size = size;
        this.turn = turn;
    }

    /**
     * Takes one.
     *
     * @param most bytes of a body that are read before a worker has it
     * @param partner id of the partner that the connection proves; null when it proves none, and its address stands for that
     * @return null when there is none
     */
    static @Nullable Place in(
            Admission admission, Turns turns, HttpServerExchange exchange, int most, @Nullable String partner) {
        var address = exchange.getSourceAddress().getAddress().getHostAddress();
        long length = exchange.getRequestContentLength();
        long size = length < 0 ? most : Math.min(length, most);
        if (!admission.enter(address, size)) {
            return null;
        }
        var place = new Place(admission, address, size, turns.of(partner == null ? address : partner));
        exchange.putAttachment(KEY, place);
        try {
            exchange.addExchangeCompleteListener((done, next) -> place.end(next));
        } catch (IllegalStateException e) {
            // it is over already
            place.leave();
            throw e;
        }
        return place;
    }

    private void end(ExchangeCompletionListener.NextListener next) {
        try {
            isRead();
            leave();
            turn.end();
        } finally {
            next.proceed();
        }
    }

    /** The request's own; there must be one. */
    static Place of(HttpServerExchange exchange) {
        return exchange.getAttachment(KEY);
    }

    /** IP address of the request. */
    String address() {
        return address;
    }

    /** What ends the connection when its body takes too long. */
    void readBy(XnioExecutor.Key ending) {
        deadline = ending;
    }

    void isRead() {
        if (deadline != null) {
            deadline.remove();
        }
    }

    void leave() {
        if (left.compareAndSet(false, true)) {
            admission.leave(address, size);
        }
    }

    /** Goes on when it is its system's turn, and never when its connection is closed before. Called once, while its handlers run. */
    void work(HttpServerExchange exchange, HttpHandler next) throws Exception {
        if (turn.tryTake()) {
            next.handleRequest(exchange);
        } else {
            exchange.dispatch(SameThreadExecutor.INSTANCE, () -> turn.take(() -> goOn(exchange, next)));
        }
    }

    private static void goOn(HttpServerExchange exchange, HttpHandler next) {
        try {
            exchange.getIoThread().execute(() -> Connectors.executeRootHandler(next, exchange));
        } catch (RejectedExecutionException e) {
            exchange.setStatusCode(StatusCodes.SERVICE_UNAVAILABLE);
            exchange.endExchange();
        }
    }
}
