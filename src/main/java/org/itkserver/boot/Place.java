package org.itkserver.boot;

import io.undertow.server.Connectors;
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
    private String system;
    private @Nullable Turns turns;

    private Place(Admission admission, String address, long size) {
        this.admission = admission;
        this.address = address;
        this.size = size;
        this.system = address;
    }

    /**
     * Takes one.
     *
     * @param most bytes of a body that are read before a worker has it
     * @return null when there is none
     */
    static @Nullable Place in(Admission admission, HttpServerExchange exchange, int most) {
        var address = exchange.getSourceAddress().getAddress().getHostAddress();
        long length = exchange.getRequestContentLength();
        long size = length < 0 ? most : Math.min(length, most);
        if (!admission.enter(address, size)) {
            return null;
        }
        var place = new Place(admission, address, size);
        exchange.putAttachment(KEY, place);
        exchange.addExchangeCompleteListener((done, next) -> {
            place.isRead();
            place.leave();
            place.endTurn();
            next.proceed();
        });
        return place;
    }

    /** The request's own; there must be one. */
    static Place of(HttpServerExchange exchange) {
        return exchange.getAttachment(KEY);
    }

    /** IP address of the request. */
    String address() {
        return address;
    }

    /** Its connection proves whose it is; else its address stands for that. */
    void belongsTo(String partner) {
        system = partner;
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

    /** Goes on, to a worker, when it is its system's turn. Called once, while its handlers run. */
    void work(HttpServerExchange exchange, Turns of, HttpHandler next) throws Exception {
        if (of.isNow(system)) {
            turns = of;
            next.handleRequest(exchange);
            return;
        }
        exchange.dispatch(
                SameThreadExecutor.INSTANCE,
                () -> of.take(system, () -> {
                    turns = of;
                    try {
                        exchange.getIoThread().execute(() -> Connectors.executeRootHandler(next, exchange));
                    } catch (RejectedExecutionException e) {
                        exchange.setStatusCode(StatusCodes.SERVICE_UNAVAILABLE);
                        exchange.endExchange();
                    }
                }));
    }

    private void endTurn() {
        if (turns != null) {
            turns.giveBack(system);
        }
    }
}
