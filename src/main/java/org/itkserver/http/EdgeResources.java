package org.itkserver.http;

import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

/** What requests share: memory, disk space and threads, by class. Thread-safe. */
final class EdgeResources implements AutoCloseable {
    /** Threads that the listeners have for ITK messages; of the server's configuration. */
    private static final int WORKERS = 64;
    /** More than may wait for a handler at once, so that these delay no other message of their sender (ADR 20). */
    private static final int WORKERS_PER_SENDER = 56;
    /** Over TLS, anonymous requests leave these to partners. */
    private static final int WORKERS_FOR_PARTNERS = 16;

    private static final int LARGE = 8;
    private static final int API = 16;
    private static final int CONSOLE = 4;
    private static final int EXPORTS = 2;
    private static final int OTHERS = 2;
    private static final int SPOOLERS = 2;

    /** Tasks of handshakes that may run or wait; four for each of the 2,000 connections of two listeners are fewer. */
    private static final int HANDSHAKES = 16_384;
    /** Tasks that one handshake may have at once. */
    private static final int HANDSHAKE_TASKS = 4;

    private final AdmissionPolicy policy;
    private final LongSupplier nanos;
    private final Map<RequestClass, ByteBudget> memory = new EnumMap<>(RequestClass.class);
    private final Map<RequestClass, ByteBudget> disk = new EnumMap<>(RequestClass.class);
    private final Map<Route, Bulkhead> routes = new EnumMap<>(Route.class);
    private final Bulkhead partners;
    private final Bulkhead anonymous;
    private final Bulkhead large;
    private final Bulkhead handshakes;
    private final ThreadPoolExecutor spooler = pool("itk-spool", SPOOLERS);
    private final java.util.List<ThreadPoolExecutor> pools = new java.util.ArrayList<>();

    /** @param workers the listeners' worker threads */
    EdgeResources(AdmissionPolicy policy, Executor workers, LongSupplier nanos) {
        this.policy = policy;
        this.nanos = nanos;
        var limits = policy.limits();
        for (var of : RequestClass.values()) {
            memory.put(of, new ByteBudget(of.share(limits.memory(), limits.tls())));
            disk.put(of, new ByteBudget(of.share(limits.disk(), limits.tls())));
        }
        partners = bulkhead(workers, WORKERS, WORKERS_PER_SENDER);
        int others = limits.tls() ? WORKERS - WORKERS_FOR_PARTNERS : WORKERS;
        anonymous = bulkhead(workers, others, Math.min(others, WORKERS_PER_SENDER));
        large = bulkhead(own("itk-large", LARGE), LARGE, LARGE / 2);
        routes.put(Route.API, bulkhead(own("itk-api", API), API, API - API / 4));
        routes.put(Route.CONSOLE, bulkhead(own("itk-console", CONSOLE), CONSOLE, CONSOLE - 1));
        routes.put(Route.EXPORT, bulkhead(own("itk-export", EXPORTS), EXPORTS, EXPORTS));
        routes.put(Route.HEALTH, bulkhead(own("itk-health", 1), 1, 1));
        routes.put(Route.OTHER, bulkhead(own("itk-other", OTHERS), OTHERS, OTHERS));
        handshakes = handshakes(Math.max(1, Runtime.getRuntime().availableProcessors() / 2));
    }

    /**
     * The threads for the cryptography of TLS handshakes. One address may use half of them, at least one. Addresses take turns, so
     * that a flood from one address delays a handshake of another by about one task. They work until the process ends, because the
     * listeners take connections while the server stops.
     */
    private Bulkhead handshakes(int threads) {
        var limits = policy.limits();
        return new Bulkhead(
                pool("itk-handshake", threads),
                new Bulkhead.Limits(
                        threads,
                        Math.max(1, threads / 2),
                        HANDSHAKES,
                        HANDSHAKE_TASKS * limits.connectionsPerAddress()));
    }

    private Bulkhead bulkhead(Executor executor, int threads, int perSender) {
        var limits = policy.limits();
        return new Bulkhead(
                executor, new Bulkhead.Limits(threads, perSender, limits.requests(), limits.requestsPerPeer()));
    }

    private ThreadPoolExecutor own(String name, int threads) {
        var pool = pool(name, threads);
        pools.add(pool);
        return pool;
    }

    private static ThreadPoolExecutor pool(String name, int threads) {
        var number = new AtomicInteger();
        var pool = new ThreadPoolExecutor(threads, threads, 30, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
            var thread = new Thread(task, name + "-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    /** The threads for a request whose body has arrived. */
    Bulkhead bulkhead(Route route, RequestClass of, boolean isLarge) {
        if (route == Route.ITK) {
            return isLarge ? large : of == RequestClass.PARTNER ? partners : anonymous;
        }
        return routes.getOrDefault(route, routes.get(Route.OTHER));
    }

    /** The threads for the cryptography of TLS handshakes. */
    Bulkhead handshakes() {
        return handshakes;
    }

    ByteBudget memory(RequestClass of) {
        return memory.get(of);
    }

    ByteBudget disk(RequestClass of) {
        return disk.get(of);
    }

    /** Writes spool files, so that no I/O thread waits for the disk. */
    Executor spooler() {
        return spooler;
    }

    Path spoolFolder() {
        return policy.spoolFolder();
    }

    long maxMessage() {
        return policy.limits().maxMessage();
    }

    /** Monotonic time. */
    long nanos() {
        return nanos.getAsLong();
    }

    /** ITK and API requests that run or wait for a thread. */
    long inFlight() {
        return (long) partners.inFlight()
                + anonymous.inFlight()
                + large.inFlight()
                + routes.get(Route.API).inFlight();
    }

    /** Requests refused for want of a thread since the start. */
    long rejected() {
        return partners.rejected()
                + anonymous.rejected()
                + large.rejected()
                + routes.values().stream().mapToLong(Bulkhead::rejected).sum();
    }

    @Override
    public void close() {
        spooler.shutdownNow();
        pools.forEach(ThreadPoolExecutor::shutdown);
    }
}
