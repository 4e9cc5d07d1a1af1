package org.itkserver.admin;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Password hashes are slow on purpose, so few run at once. Who waits at an address that is known goes first; of strangers, each
 * address waits with one attempt, and the address whose turn was longest ago goes first. Thread-safe.
 */
final class HashTurns {
    /** Most hashes at once. */
    static final int AT_ONCE = 2;
    /** Most attempts of strangers that wait; each holds a thread of the console. */
    static final int STRANGERS = 2;

    private static final Duration LONGEST = Duration.ofSeconds(10);
    private static final int REMEMBERED = 1_000;

    private final List<Waiting> waiting = new ArrayList<>();
    private final Map<String, Long> lastTurn = new HashMap<>();
    private long turns;
    private int running;

    private record Waiting(String address, boolean known, CountDownLatch turn) {}

    /**
     * Hashes when it is this address's turn.
     *
     * @param known whether the person has signed in from this address before, or is signed in
     * @return empty when too many wait already; nothing was done then
     */
    <T> Optional<T> take(String address, boolean known, Supplier<T> hash) {
        if (!begin(address, known)) {
            return Optional.empty();
        }
        try {
            return Optional.of(hash.get());
        } finally {
            end();
        }
    }

    private boolean begin(String address, boolean known) {
        Waiting mine;
        synchronized (this) {
            if (running < AT_ONCE) {
                start(address);
                return true;
            }
            if (!known && !hasRoom(address)) {
                return false;
            }
            mine = new Waiting(address, known, new CountDownLatch(1));
            waiting.add(mine);
        }
        return await(mine);
    }

    private boolean hasRoom(String address) {
        var strangers = waiting.stream().filter(one -> !one.known).toList();
        return strangers.size() < STRANGERS && strangers.stream().noneMatch(one -> one.address.equals(address));
    }

    private boolean await(Waiting mine) {
        try {
            if (mine.turn.await(LONGEST.toMillis(), TimeUnit.MILLISECONDS)) {
                return true;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        synchronized (this) {
            // its turn may have come in the meantime
            return !waiting.remove(mine);
        }
    }

    private void start(String address) {
        running++;
        if (lastTurn.size() >= REMEMBERED) {
            lastTurn.clear();
        }
        lastTurn.put(address, ++turns);
    }

    private synchronized void end() {
        running--;
        Waiting next = null;
        for (var one : waiting) {
            if (next == null || isBefore(one, next)) {
                next = one;
            }
        }
        if (next != null) {
            waiting.remove(next);
            start(next.address);
            next.turn.countDown();
        }
    }

    private boolean isBefore(Waiting one, Waiting other) {
        if (one.known != other.known) {
            return one.known;
        }
        return lastTurn.getOrDefault(one.address, 0L) < lastTurn.getOrDefault(other.address, 0L);
    }

    /** How many wait. */
    synchronized int waiting() {
        return waiting.size();
    }
}
