package org.itkserver.exchange;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.itkserver.audit.AuditType;
import org.itkserver.audit.StoreUnavailable;
import org.itkserver.delivery.Delivery;
import org.itkserver.delivery.DeliveryQueue;
import org.itkserver.delivery.Lane;
import org.itkserver.envelope.ErrorCode;
import org.itkserver.envelope.ToolkitError;

/**
 * Answers a synchronous request on its connection: stored first, then handled, the response stored before it is sent. A
 * copy waits for the first one or gets its stored answer; after a 2100 it runs the handler again (H9). Thread-safe.
 */
public final class SynchronousExchange {
    /** Longer than any handler's timeout. */
    private static final Duration BEYOND_DEADLINE = Duration.ofMinutes(2);

    private static final Duration POLL = Duration.ofMillis(50);

    private final MessageStore store;
    private final DeliveryQueue queue;
    private final SynchronousRun run;
    private final Executor pool;
    private final Clock clock;
    private final Duration deadline;
    private final Map<Long, CompletableFuture<Answer>> inFlight = new ConcurrentHashMap<>();

    /**
     * @param pool runs handlers; rejects when it is full
     * @param deadline longest wait for a response
     */
    public SynchronousExchange(
            MessageStore store,
            DeliveryQueue queue,
            SynchronousRun run,
            Executor pool,
            Clock clock,
            Duration deadline) {
        this.store = store;
        this.queue = queue;
        this.run = run;
        this.pool = pool;
        this.clock = clock;
        this.deadline = deadline;
    }

    /** How long a request owns its work if this node dies under it. */
    Duration lease() {
        return deadline.plus(BEYOND_DEADLINE);
    }

    Counters counters() {
        return run.counters();
    }

    /**
     * Stores the request and answers it.
     *
     * @param acceptance what to store; it holds one piece of work
     * @param handler name of the handler that answers
     */
    Answer respond(Inbound in, Acceptance acceptance, String handler) {
        long end = System.nanoTime() + deadline.toNanos();
        var future = new CompletableFuture<Answer>();
        inFlight.put(acceptance.id(), future);
        boolean started = false;
        try {
            var earlier = store.accept(acceptance);
            if (earlier.isPresent()) {
                Intake.refuseOtherContent(in, earlier.get(), acceptance.digest());
                return copy(in, earlier.get(), handler, end);
            }
            counters().accepted();
            started = true;
            start(in, new Delivery(acceptance.id(), 0, lane(handler), 1, 0), future);
            return await(future, end);
        } finally {
            if (!started) {
                inFlight.remove(acceptance.id());
            }
        }
    }

    private Answer copy(Inbound in, StoredMessage first, String handler, long end) {
        counters().duplicate();
        store.append(
                Events.of(clock.instant(), AuditType.DUPLICATE, in, first.id(), "a copy of a synchronous request"));
        var current = first;
        while (true) {
            if (current.state().isFinal()) {
                return stored(current);
            }
            var running = inFlight.get(current.id());
            if (running != null) {
                return await(running, end);
            }
            var again = queue.reclaim(current.id(), clock.instant(), lease());
            if (again.isPresent()) {
                var future = new CompletableFuture<Answer>();
                inFlight.put(current.id(), future);
                start(in, work(again.get(), handler), future);
                return await(future, end);
            }
            if (System.nanoTime() - end >= 0) {
                return late();
            }
            LockSupport.parkNanos(POLL.toNanos());
            current = store.find(in.partner().id(), in.header().trackingId()).orElse(current);
        }
    }

    private Answer stored(StoredMessage message) {
        if (message.answer() == AnswerKind.RESPONSE && message.state() == MessageState.HANDLED) {
            return store.response(message.id())
                    .<Answer>map(Answer.Response::new)
                    .orElseGet(SynchronousExchange::destroyed);
        }
        var reason = message.reason();
        return new Answer.Fault(
                ToolkitError.of(ErrorCode.NOT_RECOVERABLE, reason == null ? "It was rejected." : reason),
                message.errorId());
    }

    /** It was handled and is not handled again; what it was answered with is not kept any more. */
    private static Answer destroyed() {
        return new Answer.Fault(
                ToolkitError.of(
                        ErrorCode.NOT_RECOVERABLE,
                        "The request was answered before, and the response is no longer kept (H9)."),
                null);
    }

    private void start(Inbound in, Delivery work, CompletableFuture<Answer> future) {
        var body = in.body().retain();
        Runnable task = () -> {
            try (body) {
                future.complete(run.respond(in, work, () -> future.completeExceptionally(away())));
            } catch (RuntimeException e) {
                future.completeExceptionally(e);
            } catch (Error e) {
                future.completeExceptionally(new IllegalStateException("the handler ended with an error", e));
                throw e;
            } finally {
                inFlight.remove(work.message());
            }
        };
        try {
            pool.execute(task);
        } catch (RejectedExecutionException e) {
            body.close();
            inFlight.remove(work.message());
            store.settle(Settlement.again(work, null, List.of()));
            future.complete(new Answer.Fault(
                    ToolkitError.of(ErrorCode.RECOVERABLE, "Too many synchronous requests are being answered."), null));
        }
    }

    private static StoreUnavailable away() {
        return new StoreUnavailable("the response cannot be made durable now");
    }

    /** The lane of synchronous work is the handler's name: only this class and its run see it. */
    private static Lane lane(String handler) {
        return new Lane(Lane.Kind.SYNC, handler);
    }

    private static Delivery work(Delivery again, String handler) {
        return new Delivery(
                again.message(), again.number(), lane(handler), again.attempt(), again.lost(), again.earlier());
    }

    private static Answer late() {
        return new Answer.Fault(
                ToolkitError.of(ErrorCode.RECOVERABLE, "The response was not ready by the deadline."), null);
    }

    private static Answer await(CompletableFuture<Answer> future, long end) {
        try {
            return future.get(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            return late();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return late();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException(e.getCause());
        }
    }
}
