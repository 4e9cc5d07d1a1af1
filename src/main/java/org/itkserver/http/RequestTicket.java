package org.itkserver.http;

import io.undertow.connector.PooledByteBuffer;
import io.undertow.server.Connectors;
import io.undertow.server.ExchangeCompletionListener;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.AttachmentKey;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.itkserver.envelope.MessageBody;
import org.jspecify.annotations.Nullable;
import org.xnio.IoUtils;

/**
 * One request's account: who sends it, what it has booked, and its spool files. Everything is given back when the exchange ends,
 * however it ends.
 */
final class RequestTicket implements ExchangeCompletionListener {
    /** How often the pace of a slow transfer is looked at. */
    static final int CHECK_SECONDS = 5;

    private static final AttachmentKey<RequestTicket> KEY = AttachmentKey.create(RequestTicket.class);

    private final HttpServerExchange exchange;
    private final Route route;
    private final RequestClass requestClass;
    private final String sender;
    private final EdgeResources resources;
    private final ByteBudget.Account memory;
    private final ByteBudget.Account disk;
    private final List<MessageBody> files = new ArrayList<>();
    private @Nullable Pace writing;
    private @Nullable Object body;
    private List<PooledByteBuffer> buffers = List.of();
    private Runnable onEviction = () -> {};
    private boolean over;

    /** @param sender a partner's id or an IP address */
    RequestTicket(HttpServerExchange exchange, Route route, RequestClass of, String sender, EdgeResources resources) {
        this.exchange = exchange;
        this.route = route;
        this.requestClass = of;
        this.sender = sender;
        this.resources = resources;
        memory = resources.memory(of).open(sender, this::evict);
        disk = resources.disk(of).open(sender, this::evict);
        exchange.putAttachment(KEY, this);
        exchange.addExchangeCompleteListener(this);
    }

    /** The request's own; null when it was answered before it had one. */
    static @Nullable RequestTicket of(HttpServerExchange exchange) {
        return exchange.getAttachment(KEY);
    }

    HttpServerExchange exchange() {
        return exchange;
    }

    Route route() {
        return route;
    }

    RequestClass requestClass() {
        return requestClass;
    }

    String sender() {
        return sender;
    }

    ByteBudget.Account memory() {
        return memory;
    }

    ByteBudget.Account disk() {
        return disk;
    }

    /** Whether the response is written as it is made, by a thread that may wait for the client. */
    boolean isStreaming() {
        return route == Route.EXPORT;
    }

    /** What a servlet gets instead of a stream: the spooled {@link MessageBody}, the exception that ended the reading, or null. */
    @Nullable
    Object body() {
        return body;
    }

    void body(Object spooledOrFailed) {
        body = spooledOrFailed;
    }

    /** The whole body, in memory. The buffers are freed with the exchange. */
    void buffers(List<PooledByteBuffer> whole) {
        buffers = whole;
    }

    /** Makes the body that is in memory the servlets' to read. */
    void giveBody() {
        if (!buffers.isEmpty()) {
            Connectors.ungetRequestBytes(exchange, buffers.toArray(PooledByteBuffer[]::new));
            Connectors.resetRequestChannel(exchange);
            buffers = List.of();
        }
    }

    /** What ends the transfer for another sender's sake; runs in the I/O thread. */
    void onEviction(Runnable action) {
        onEviction = action;
    }

    private void evict() {
        exchange.getIoThread().execute(() -> onEviction.run());
    }

    /** Whether the transfer may be ended for another sender's sake. */
    void evictable(boolean may) {
        memory.evictable(may);
        disk.evictable(may);
    }

    /** A new spool file; deleted when the exchange ends. */
    MessageBody spoolFile() throws IOException {
        var file = MessageBody.spooled(resources.spoolFolder(), Long.MAX_VALUE);
        synchronized (files) {
            if (over) {
                file.close();
                throw new IOException("the connection is closed");
            }
            files.add(file);
        }
        return file;
    }

    boolean isOver() {
        synchronized (files) {
            return over;
        }
    }

    void closeConnection() {
        IoUtils.safeClose(exchange.getConnection());
    }

    /** Closes the connection when the client reads a response too slowly. */
    void watchWriting(ResponseBuffer response) {
        evictable(true);
        onEviction(this::closeConnection);
        exchange.getIoThread().executeAfter(() -> watchAgain(response), CHECK_SECONDS, TimeUnit.SECONDS);
    }

    private void watchAgain(ResponseBuffer response) {
        if (isOver()) {
            return;
        }
        try {
            requireWritingPace(response);
            exchange.getIoThread().executeAfter(() -> watchAgain(response), CHECK_SECONDS, TimeUnit.SECONDS);
        } catch (IOException e) {
            closeConnection();
        }
    }

    /** @throws IOException when the client reads too slowly */
    void requireWritingPace(ResponseBuffer response) throws IOException {
        var now = resources.nanos();
        if (writing == null) {
            writing = new Pace(now);
        }
        if (!writing.isKept(response.sent(), now)) {
            throw new IOException("the client reads the response too slowly");
        }
    }

    @Override
    public void exchangeEvent(HttpServerExchange ended, NextListener next) {
        try {
            end();
        } finally {
            proceedInIoThread(ended, next);
        }
    }

    /**
     * Undertow prepares the connection for its next request now. While another thread does that, the I/O thread, which that request
     * may wake, waits in a busy loop. On a machine with few processors it takes the processor that the other thread needs to finish.
     */
    private static void proceedInIoThread(HttpServerExchange ended, NextListener next) {
        if (!ended.isInIoThread()) {
            try {
                ended.getIoThread().execute(() -> proceed(ended, next));
                return;
            } catch (RejectedExecutionException e) {
                // the server is stopping: no request follows
            }
        }
        proceed(ended, next);
    }

    private static void proceed(HttpServerExchange ended, NextListener next) {
        try {
            if (!ended.isComplete() || !ended.getConnection().isOpen()) {
                // Undertow would keep a closed connection, with a timer, for its next request
                ended.setPersistent(false);
            }
            next.proceed();
        } catch (RuntimeException | Error e) {
            IoUtils.safeClose(ended.getConnection());
            throw e;
        }
    }

    /** The body is not wanted any more: gives back what it took. */
    void dropBody() {
        memory.clear();
        disk.clear();
        synchronized (files) {
            files.forEach(MessageBody::close);
            files.clear();
        }
    }

    private void end() {
        memory.close();
        disk.close();
        buffers.forEach(PooledByteBuffer::close);
        buffers = List.of();
        synchronized (files) {
            over = true;
            files.forEach(MessageBody::close);
            files.clear();
        }
    }
}
