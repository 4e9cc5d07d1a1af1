package org.itkserver.boot;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * How much may be in flight at once: requests, requests of one peer, and bytes of theirs that are held in memory. What is more is
 * turned away before it is read, so that what was let in is answered soon. Thread-safe.
 */
final class Admission {
    private final Limits limits;
    private final AtomicLong requests = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();
    private final Map<String, Integer> peers = new ConcurrentHashMap<>();
    private final LongAdder turnedAway = new LongAdder();

    /**
     * The most at once.
     *
     * @param requests {@code ITK_REQUESTS}
     * @param perPeer {@code ITK_REQUESTS_PER_PEER}: of one IP address
     * @param bytes {@code ITK_BYTES_IN_FLIGHT}: held in memory before a worker has them
     */
    record Limits(int requests, int perPeer, long bytes) {}

    Admission(Limits limits) {
        this.limits = limits;
    }

    /**
     * Asks for a place; who gets one gives it back with the same arguments.
     *
     * @param peer an IP address
     * @param size bytes that will be held in memory
     */
    boolean enter(String peer, long size) {
        boolean room = requests.incrementAndGet() <= limits.requests();
        room &= bytes.addAndGet(size) <= limits.bytes();
        room &= peers.merge(peer, 1, Integer::sum) <= limits.perPeer();
        if (!room) {
            leave(peer, size);
            turnedAway.increment();
        }
        return room;
    }

    void leave(String peer, long size) {
        peers.computeIfPresent(peer, (key, count) -> count == 1 ? null : count - 1);
        bytes.addAndGet(-size);
        requests.decrementAndGet();
    }

    /** Requests in flight now. */
    long requests() {
        return requests.get();
    }

    /** How many were turned away since the start. */
    long turnedAway() {
        return turnedAway.sum();
    }
}
