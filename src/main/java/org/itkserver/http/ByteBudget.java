package org.itkserver.http;

import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A number of bytes that senders share: of memory, or of disk space. No sender gets more than half of it. When it is exhausted, the
 * sender that holds the most loses its largest unfinished transfer to one that holds less, so that no number of greedy senders
 * keeps out a modest one. Thread-safe.
 */
final class ByteBudget {
    private final long total;
    private final Map<String, Holder> holders = new HashMap<>();
    private long used;

    /** @param total bytes to be shared */
    ByteBudget(long total) {
        this.total = total;
    }

    /**
     * Opens an account with no bytes in it. It must be closed.
     *
     * @param sender a partner's id or an IP address
     * @param evict ends the transfer; called at most once, in the thread of another sender, without a lock held
     */
    Account open(String sender, Runnable evict) {
        return new Account(sender, evict);
    }

    /** Bytes that are booked now. */
    synchronized long used() {
        return used;
    }

    private boolean book(Account account, long bytes) {
        while (true) {
            Account victim;
            synchronized (this) {
                if (account.closed) {
                    return false;
                }
                var holder = holders.computeIfAbsent(account.sender, key -> new Holder());
                if (holder.bytes + bytes > total / 2) {
                    holder.forgetIfEmpty(account.sender);
                    return false;
                }
                victim = used + bytes <= total ? null : heaviestBeyond(holder.bytes + bytes);
                if (victim == null && used + bytes > total) {
                    holder.forgetIfEmpty(account.sender);
                    return false;
                }
                if (victim == null) {
                    holder.accounts.add(account);
                    holder.bytes += bytes;
                    account.bytes += bytes;
                    used += bytes;
                    return true;
                }
                victim.remove();
            }
            victim.evict.run();
        }
    }

    /** The largest unfinished account of the sender that holds the most, if that is more than this many bytes. */
    private @Nullable Account heaviestBeyond(long bytes) {
        return holders.values().stream()
                .filter(holder -> holder.bytes > bytes)
                .sorted(Comparator.comparingLong((Holder holder) -> holder.bytes)
                        .reversed())
                .flatMap(holder -> holder.accounts.stream()
                        .filter(account -> account.evictable)
                        .max(Comparator.comparingLong(account -> account.bytes))
                        .stream())
                .findFirst()
                .orElse(null);
    }

    private final class Holder {
        private final Set<Account> accounts = new HashSet<>();
        private long bytes;

        private void forgetIfEmpty(String sender) {
            if (bytes == 0 && accounts.isEmpty()) {
                holders.remove(sender);
            }
        }
    }

    /** What one transfer has booked. */
    final class Account implements AutoCloseable {
        private final String sender;
        private final Runnable evict;
        private long bytes;
        private boolean evictable = true;
        private boolean closed;

        private Account(String sender, Runnable evict) {
            this.sender = sender;
            this.evict = evict;
        }

        /** Books more bytes; whether there was room for them, and this account was not evicted or closed. */
        boolean add(long more) {
            return book(this, more);
        }

        /** Whether the transfer may be ended for another sender's sake. It may until this says that it may not. */
        void evictable(boolean may) {
            synchronized (ByteBudget.this) {
                evictable = may;
            }
        }

        /** Gives back what is booked; more can be booked afterwards. */
        void clear() {
            synchronized (ByteBudget.this) {
                var was = closed;
                remove();
                closed = was;
            }
        }

        /** Gives back what is booked. Closing it twice has no effect. */
        @Override
        public void close() {
            synchronized (ByteBudget.this) {
                remove();
            }
        }

        private void remove() {
            closed = true;
            used -= bytes;
            var holder = holders.get(sender);
            if (holder != null) {
                holder.accounts.remove(this);
                holder.bytes -= bytes;
                holder.forgetIfEmpty(sender);
            }
            bytes = 0;
        }
    }
}
