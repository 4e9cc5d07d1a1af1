package org.itkserver.io;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of heap that messages may take while they are in memory as a whole. Each kind of use has a {@link Share}: a
 * guaranteed part that no other use can take, and beyond it whatever is free of the rest. Waiting is bounded and in the order
 * of asking, within a share and for the common part. Thread-safe.
 *
 * <pre>{@code
 * try (var booked = share.book(bytes, Duration.ofSeconds(2))) { ... }
 * }</pre>
 */
public final class MemoryBudget {
    private final long common;
    private final ReentrantLock lock = new ReentrantLock();
    private final List<Share> shares = new ArrayList<>();
    private long commonUsed;
    private long ticket;

    /**
     * @param total all bytes
     * @param guaranteed the sum of the guaranteed parts of all shares that will be made
     */
    public MemoryBudget(long total, long guaranteed) {
        if (guaranteed < 0 || total < guaranteed) {
            throw new IllegalArgumentException(guaranteed + " guaranteed bytes do not fit into " + total);
        }
        this.common = total - guaranteed;
    }

    /** A budget of one use alone. */
    public static Share single(String name, long total) {
        return new MemoryBudget(total, total).share(name, total);
    }

    /**
     * A kind of use.
     *
     * @param name what it is called in messages and metrics
     * @param guaranteed bytes that it can always have
     */
    public Share share(String name, long guaranteed) {
        lock.lock();
        try {
            var share = new Share(name, guaranteed);
            shares.add(share);
            return share;
        } finally {
            lock.unlock();
        }
    }

    /** The bytes could not be had in time. Nothing is booked. */
    public static final class Exhausted extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Exhausted(String message) {
            super(message, null, false, false);
        }
    }

    /** Someone who waits for bytes. */
    private final class Waiter {
        private final long number = ticket++;
        private final long bytes;
        private final Condition granted = lock.newCondition();
        private boolean done;

        Waiter(long bytes) {
            this.bytes = bytes;
        }
    }

    /** One kind of use. Thread-safe. */
    public final class Share {
        private final String name;
        private final long guaranteed;
        private final Deque<Waiter> waiting = new ArrayDeque<>();
        private long used;

        private Share(String name, long guaranteed) {
            this.name = name;
            this.guaranteed = guaranteed;
        }

        /** The most bytes that one booking can have; a larger one is cut to it and so has the share for itself. */
        public long most() {
            return guaranteed + common;
        }

        /** Bytes in use now. */
        public long used() {
            lock.lock();
            try {
                return used;
            } finally {
                lock.unlock();
            }
        }

        /** A booking of nothing, which grows. */
        public Booking open() {
            return new Booking(this);
        }

        /**
         * Books bytes.
         *
         * @param wait longest wait for them
         * @throws Exhausted when they cannot be had in time, or the thread is interrupted
         */
        public Booking book(long bytes, Duration wait) {
            var booking = open();
            booking.add(bytes, wait);
            return booking;
        }

        /** Books bytes that are free now; null when they are not, or others wait for them. */
        public @Nullable Booking tryBook(long bytes) {
            var booking = open();
            return booking.tryAdd(bytes) ? booking : null;
        }

        private long fromCommon(long bytes) {
            return Math.max(0, used + bytes - guaranteed) - Math.max(0, used - guaranteed);
        }

        private void take(long bytes) {
            commonUsed += fromCommon(bytes);
            used += bytes;
        }

        private void giveBack(long bytes) {
            used -= bytes;
            commonUsed -= fromCommon(bytes);
        }

        private boolean fits(long bytes) {
            long needed = fromCommon(bytes);
            return needed == 0 || commonUsed + needed <= common;
        }

        /** Nobody who came earlier waits for the same bytes. */
        private boolean isFree(long bytes) {
            return waiting.isEmpty() && fits(bytes) && (fromCommon(bytes) == 0 || !isCommonAwaited());
        }

        private void waitFor(long bytes, long nanos) {
            var waiter = new Waiter(bytes);
            waiting.add(waiter);
            long left = nanos;
            try {
                while (!waiter.done && left > 0) {
                    left = waiter.granted.awaitNanos(left);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            if (!waiter.done) {
                waiting.remove(waiter);
                grant();
                throw new Exhausted("the memory for " + name + " (" + most() + " bytes) is in use");
            }
        }
    }

    private boolean isCommonAwaited() {
        return shares.stream().anyMatch(share -> {
            var head = share.waiting.peek();
            return head != null && share.fromCommon(head.bytes) > 0;
        });
    }

    /** Gives free bytes to those who wait, the earliest first; one who waits for the common part lets no later one take of it. */
    private void grant() {
        while (true) {
            Share next = null;
            boolean commonAwaited = false;
            for (var share : byArrival()) {
                long bytes = share.waiting.element().bytes;
                boolean own = share.fromCommon(bytes) == 0;
                if (own || !commonAwaited && share.fits(bytes)) {
                    next = share;
                    break;
                }
                commonAwaited = true;
            }
            if (next == null) {
                return;
            }
            var waiter = next.waiting.remove();
            next.take(waiter.bytes);
            waiter.done = true;
            waiter.granted.signal();
        }
    }

    private List<Share> byArrival() {
        return shares.stream()
                .filter(share -> !share.waiting.isEmpty())
                .sorted((a, b) -> Long.compare(a.waiting.element().number, b.waiting.element().number))
                .toList();
    }

    /** Booked bytes, until it is closed. Closing twice is harmless. Thread-safe. */
    public final class Booking implements AutoCloseable {
        private final Share share;
        private long bytes;
        private boolean closed;

        private Booking(Share share) {
            this.share = share;
        }

        /** Bytes that it has. */
        public long bytes() {
            lock.lock();
            try {
                return bytes;
            } finally {
                lock.unlock();
            }
        }

        /**
         * Books more. Who holds much and waits for more may wait for another who does the same, until the wait ends; whoever
         * can do without uses {@link #tryAdd}.
         *
         * @param wait longest wait
         * @throws Exhausted when they cannot be had in time; what it has stays
         */
        public void add(long more, Duration wait) {
            lock.lock();
            try {
                long wanted = wanted(more);
                if (wanted > share.most() - bytes) {
                    throw new Exhausted("a booking of " + share.name + " has " + share.most() + " bytes at most");
                }
                if (share.isFree(wanted)) {
                    share.take(wanted);
                } else {
                    share.waitFor(wanted, wait.toNanos());
                }
                bytes += wanted;
            } finally {
                lock.unlock();
            }
        }

        /** Books more if it is free now. Never waits. */
        public boolean tryAdd(long more) {
            lock.lock();
            try {
                long wanted = wanted(more);
                boolean free = wanted <= share.most() - bytes && share.isFree(wanted);
                if (free) {
                    share.take(wanted);
                    bytes += wanted;
                }
                return free;
            } finally {
                lock.unlock();
            }
        }

        private long wanted(long more) {
            if (closed || more < 0) {
                throw new IllegalStateException(closed ? "the booking is closed" : "negative: " + more);
            }
            return bytes == 0 ? Math.min(more, share.most()) : more;
        }

        /** Gives all of it back. */
        @Override
        public void close() {
            lock.lock();
            try {
                if (!closed) {
                    closed = true;
                    share.giveBack(bytes);
                    grant();
                }
            } finally {
                lock.unlock();
            }
        }
    }
}
