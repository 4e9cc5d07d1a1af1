package org.itkserver.connector;

import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells somebody of something in a few tries, with growing waits between them. Stateless. */
final class Tries {
    static final Duration TIMEOUT = Duration.ofSeconds(5);

    private static final Logger LOG = LoggerFactory.getLogger(Tries.class);
    private static final Duration FIRST_WAIT = Duration.ofSeconds(1);
    private static final int MOST = 3;

    private Tries() {}

    /**
     * Tries until it works; a failure is logged only.
     *
     * @param who is told, for the log; never an address, which may hold a secret
     * @param attempt says what went wrong, empty when nothing did
     * @param pause waits between two tries
     */
    static void run(String who, String news, Supplier<String> attempt, Consumer<Duration> pause) {
        var wait = FIRST_WAIT;
        for (int i = 1; i <= MOST; i++) {
            var problem = attempt.get();
            if (problem.isEmpty()) {
                return;
            }
            LOG.warn("{} was not told of alert {} (try {}): {}", who, news, i, problem);
            if (Thread.currentThread().isInterrupted()) {
                return;
            }
            if (i < MOST) {
                pause.accept(wait);
                wait = wait.multipliedBy(4);
            }
        }
    }
}
