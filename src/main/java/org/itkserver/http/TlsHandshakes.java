package org.itkserver.http;

import io.undertow.protocols.ssl.SslConduit;
import java.lang.reflect.Field;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.xnio.StreamConnection;

/**
 * Runs the cryptography of TLS handshakes in a {@link Bulkhead} of its own, in which client addresses take turns. By default, Undertow
 * runs it in the I/O thread of the connection, where clients that connect again and again would delay every other connection of that
 * thread; WildFly has no setting for it, so this class sets a private field of each connection. Thread-safe.
 */
final class TlsHandshakes {
    private final Bulkhead threads;
    private final Consumer<OutOfMemoryError> outOfMemory;
    private final Field executor = field("delegatedTaskExecutor");
    private final Field delegate = field("delegate");

    /**
     * @param outOfMemory is told when a handshake runs out of memory
     * @throws IllegalStateException when Undertow's connections are not built as this class expects
     */
    TlsHandshakes(Bulkhead threads, Consumer<OutOfMemoryError> outOfMemory) {
        this.threads = threads;
        this.outOfMemory = outOfMemory;
    }

    private static Field field(String name) {
        try {
            var field = SslConduit.class.getDeclaredField(name);
            field.setAccessible(true);
            return field;
        } catch (NoSuchFieldException e) {
            throw new IllegalStateException(SslConduit.class + " is not built as expected", e);
        }
    }

    /**
     * Takes over the handshake of a new connection; does nothing for a connection without TLS.
     *
     * @param sender the address that the connection counts for
     */
    void take(StreamConnection connection, String sender) {
        if (connection.getSourceChannel().getConduit() instanceof SslConduit conduit) {
            try {
                var plain = (StreamConnection) delegate.get(conduit);
                Executor own = task -> submit(plain, sender, task);
                executor.set(conduit, own);
            } catch (IllegalAccessException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private void submit(StreamConnection connection, String sender, Runnable task) {
        var started = new AtomicBoolean();
        boolean taken = threads.submit(sender, () -> {
            started.set(true);
            try {
                task.run();
            } catch (OutOfMemoryError e) {
                outOfMemory.accept(e);
                throw e;
            }
        });
        if (!taken) {
            // Undertow closes the connection
            throw new RejectedExecutionException("Too many handshakes of " + sender + " wait.");
        }
        // If the client has sent more data, Undertow resumes reading while the task waits, and the I/O thread
        // would spin until the task runs. So reading is suspended here; Undertow resumes it after the task. The
        // suspension is queued twice: it must run after the read listener that Undertow queues after this method.
        var io = connection.getIoThread();
        io.execute(() -> io.execute(() -> {
            if (!started.get()) {
                connection.getSourceChannel().suspendReads();
            }
        }));
    }
}
