package org.itkserver.boot;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends the process after an Error that leaves the JVM unsure, with exit code {@value #EXIT_SOFTWARE}, so that a supervisor starts it
 * again. What is left of the work is done by threads of their own: {@code System.exit} inside the deployment would wait for
 * itself. Thread-safe.
 */
final class Fatal {
    /** EX_SOFTWARE of sysexits.h. */
    static final int EXIT_SOFTWARE = 70;

    private static final Logger LOG = LoggerFactory.getLogger(Fatal.class);
    private static final long SEAL_SECONDS = 5;

    private final Runnable seal;
    private final IntConsumer halt;
    private final AtomicBoolean begun = new AtomicBoolean();

    /**
     * @param seal commits and seals what waits, as well as it can
     * @param halt {@code Runtime::halt}
     */
    Fatal(Runnable seal, IntConsumer halt) {
        this.seal = seal;
        this.halt = halt;
    }

    /** Ends the process, once; returns at once. */
    void end(Throwable cause) {
        if (!begun.compareAndSet(false, true)) {
            return;
        }
        try {
            Threads.daemon(() -> end(cause.toString()), "itk-fatal").start();
        } catch (Throwable e) {
            halt.accept(EXIT_SOFTWARE);
        }
    }

    private void end(String cause) {
        try {
            LOG.error("the process ends with exit code {}: {}; start it again", EXIT_SOFTWARE, cause);
            var sealing = Threads.daemon(seal, "itk-fatal-seal");
            sealing.start();
            sealing.join(TimeUnit.SECONDS.toMillis(SEAL_SECONDS));
        } catch (Throwable e) {
            // nothing can be done any more
        } finally {
            halt.accept(EXIT_SOFTWARE);
        }
    }
}
