package org.itkserver.http;

import io.undertow.server.AbstractServerConnection;
import io.undertow.server.HttpServerExchange;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.xnio.IoUtils;
import org.xnio.XnioExecutor;
import org.xnio.conduits.ConduitStreamSourceChannel;

/**
 * Ends a connection whose request was answered before it was complete. A connection closed with unread input is reset, and the
 * client loses the answer; so output ends first, and input is discarded for a while, in the I/O thread.
 */
final class LingeringClose {
    private static final int SECONDS = 2;
    private static final int MOST = 1 << 20;

    private final AbstractServerConnection connection;
    private XnioExecutor.Key timer = () -> false;
    private long count;

    private LingeringClose(AbstractServerConnection connection) {
        this.connection = connection;
    }

    /** Ends the connection. The response has been sent. Called outside a call, once for a connection. */
    static void of(HttpServerExchange exchange) {
        if (exchange.getConnection() instanceof AbstractServerConnection connection && connection.isOpen()) {
            exchange.getIoThread().execute(() -> new LingeringClose(connection).start());
        } else {
            IoUtils.safeClose(exchange.getConnection());
        }
    }

    private void start() {
        try {
            var sink = connection.getOriginalSinkConduit();
            sink.terminateWrites();
            sink.flush();
            var source = connection.getChannel().getSourceChannel();
            source.setConduit(connection.getOriginalSourceConduit());
            source.setReadListener(this::discard);
            timer = connection.getIoThread().executeAfter(this::close, SECONDS, TimeUnit.SECONDS);
            source.wakeupReads();
        } catch (IOException | RuntimeException e) {
            close();
        }
    }

    private void discard(ConduitStreamSourceChannel source) {
        try (var buffer = connection.getByteBufferPool().allocate()) {
            int read = 1;
            while (read > 0 && count < MOST) {
                buffer.getBuffer().clear();
                read = source.read(buffer.getBuffer());
                count += Math.max(0, read);
            }
            if (read != 0) {
                close();
            }
        } catch (IOException | RuntimeException e) {
            close();
        }
    }

    private void close() {
        timer.remove();
        try {
            // ends the timer of the read timeout, which would hold the closed connection in memory for up to 30 s
            connection.getOriginalSourceConduit().terminateReads();
        } catch (IOException | RuntimeException e) {
            // the read timeout has expired, or its timer ends with its next run
        } finally {
            IoUtils.safeClose(connection);
        }
    }
}
