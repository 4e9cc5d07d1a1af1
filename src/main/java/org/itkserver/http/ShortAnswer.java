package org.itkserver.http;

import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.Methods;
import io.undertow.util.SameThreadExecutor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.xnio.IoUtils;
import org.xnio.XnioExecutor;
import org.xnio.channels.StreamSinkChannel;

/**
 * An answer that is in memory, sent without a worker thread. When the request is not complete, the connection is closed after it,
 * in the way that lets the client read it ({@link LingeringClose}).
 */
final class ShortAnswer {
    private final HttpServerExchange exchange;
    private final ByteBuffer body;
    private @Nullable StreamSinkChannel channel;
    private final long nanosAtStart = System.nanoTime();
    private final Pace pace = new Pace(nanosAtStart);
    private final int size;
    private XnioExecutor.@Nullable Key timer;

    private ShortAnswer(HttpServerExchange exchange, ByteBuffer body) {
        this.exchange = exchange;
        this.body = body;
        this.size = body.remaining();
    }

    /** Sends status, headers and body. Status and headers other than the length are set already. Called inside or outside a call. */
    static void send(HttpServerExchange exchange, ByteBuffer body) {
        exchange.dispatch(SameThreadExecutor.INSTANCE, () -> new ShortAnswer(exchange, body).start());
    }

    private void start() {
        if (!exchange.isRequestComplete()) {
            exchange.setPersistent(false);
        }
        exchange.getResponseHeaders().put(Headers.CONTENT_LENGTH, size);
        if (exchange.getRequestMethod().equals(Methods.HEAD)) {
            body.position(body.limit());
        }
        channel = exchange.getResponseChannel();
        if (channel == null) {
            IoUtils.safeClose(exchange.getConnection());
            return;
        }
        write(channel);
    }

    private void write(StreamSinkChannel out) {
        try {
            while (body.hasRemaining()) {
                if (out.write(body) == 0) {
                    await(out);
                    return;
                }
            }
            out.shutdownWrites();
            if (!out.flush()) {
                await(out);
                return;
            }
            out.suspendWrites();
            end();
        } catch (IOException | RuntimeException e) {
            IoUtils.safeClose(exchange.getConnection());
        }
    }

    private void await(StreamSinkChannel out) {
        if (timer == null) {
            check();
            out.getWriteSetter().set(this::write);
        }
        out.resumeWrites();
    }

    private void check() {
        if (!pace.isKept(size - body.remaining(), System.nanoTime())) {
            IoUtils.safeClose(exchange.getConnection());
        } else if (exchange.getConnection().isOpen()) {
            timer = exchange.getIoThread().executeAfter(this::check, RequestTicket.CHECK_SECONDS, TimeUnit.SECONDS);
        }
    }

    private void end() {
        if (timer != null) {
            timer.remove();
        }
        if (exchange.isRequestComplete()) {
            exchange.endExchange();
        } else {
            LingeringClose.of(exchange);
        }
    }
}
