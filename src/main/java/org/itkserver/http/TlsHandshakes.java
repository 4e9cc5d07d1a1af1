package org.itkserver.http;

import io.undertow.protocols.ssl.SslConduit;
import java.lang.reflect.Field;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.xnio.StreamConnection;

/**
 * Runs the cryptography of TLS handshakes in a {@link Bulkhead} of its own, in which client addresses take turns. Undertow runs
 * it in the I/O thread of the connection, where clients that connect again and again would delay every other connection of that
 * thread; WildFly has no setting for it, so this class sets a private field of each connection. Thread-safe.
 */
final class TlsHandshakes {
    private final Bulkhead threads;
    private final AdmissionPolicy policy;
    private final Field executor = field("delegatedTaskExecutor");
    private final Field delegate = field("delegate");

    /** @throws IllegalStateException when Undertow's connections are not built as this class expects */
    TlsHandshakes(Bulkhead threads, AdmissionPolicy policy) {
        this.threads = threads;
        this.policy = policy;
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
                policy.outOfMemory(e);
                throw e;
            }
        });
        if (!taken) {
            // Undertow closes the connection
            throw new RejectedExecutionException("Too many handshakes of " + sender + " wait.");
        }
        // Undertow reads on while a task waits when the client has sent more already, and gets nothing: its I/O thread
        // would
        // have no rest until the task runs. Reading is resumed after the task. What Undertow does now has to come first
        var io = connection.getIoThread();
        io.execute(() -> io.execute(() -> {
            if (!started.get()) {
                connection.getSourceChannel().suspendReads();
            }
        }));
    }
}
