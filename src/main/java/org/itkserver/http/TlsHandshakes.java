package org.itkserver.http;

import io.undertow.protocols.ssl.SslConduit;
import java.lang.reflect.Field;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.xnio.StreamConnection;

/**
 * Runs the cryptography of TLS handshakes in a {@link Bulkhead} of its own, in which client addresses take turns. Undertow runs
 * it in the I/O thread of the connection, where clients that connect again and again would delay every other connection of that
 * thread; WildFly has no setting for it, so this class sets the private field of the connection. Thread-safe.
 */
final class TlsHandshakes {
    private final Bulkhead threads;
    private final AdmissionPolicy policy;
    private final Field executor;

    /** @throws IllegalStateException when Undertow's connections are not built as this class expects */
    TlsHandshakes(Bulkhead threads, AdmissionPolicy policy) {
        this.threads = threads;
        this.policy = policy;
        try {
            executor = SslConduit.class.getDeclaredField("delegatedTaskExecutor");
            executor.setAccessible(true);
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
            Executor own = task -> submit(sender, task);
            try {
                executor.set(conduit, own);
            } catch (IllegalAccessException e) {
                throw new IllegalStateException(e);
            }
            // Undertow stops reading while a task waits only when reading was resumed before it; otherwise a client
            // that
            // leaves meanwhile would keep the I/O thread busy until the task has run
            connection.getSourceChannel().resumeReads();
        }
    }

    private void submit(String sender, Runnable task) {
        boolean taken = threads.submit(sender, () -> {
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
    }
}
