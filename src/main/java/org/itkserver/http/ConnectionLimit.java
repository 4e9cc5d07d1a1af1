package org.itkserver.http;

import java.net.InetAddress;
import java.nio.channels.Channel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/**
 * Limits the open connections of one client address, on all listeners together, so that one client cannot use up the connections
 * of a listener. The /64 network of an IPv6 address counts as one client. Thread-safe.
 */
final class ConnectionLimit {
    /** Accepted connections after which the closed ones of all addresses, which hold some KB each, are forgotten. */
    private static final int SWEEP = 256;

    private final int perAddress;
    private final Map<String, List<Channel>> open = new HashMap<>();
    private final LongAdder refused = new LongAdder();
    private int sinceSweep;

    /** @param perAddress connections that one address may have open, at least 1 */
    ConnectionLimit(int perAddress) {
        this.perAddress = perAddress;
    }

    /** Connections closed since the start because their address had too many. */
    long refused() {
        return refused.sum();
    }

    /**
     * Counts a new connection.
     *
     * @return false when the address has its share already; the caller closes the connection then
     */
    synchronized boolean admit(InetAddress address, Channel connection) {
        if (++sinceSweep >= SWEEP) {
            sinceSweep = 0;
            open.values().forEach(ConnectionLimit::forgetClosed);
            open.values().removeIf(List::isEmpty);
        }
        var own = open.computeIfAbsent(HttpEdge.sender(address), any -> new ArrayList<>());
        if (own.size() >= perAddress) {
            forgetClosed(own);
        }
        if (own.size() >= perAddress) {
            refused.increment();
            return false;
        }
        own.add(connection);
        return true;
    }

    private static void forgetClosed(List<Channel> connections) {
        connections.removeIf(connection -> !connection.isOpen());
    }

    /** Connections that are remembered, open or not. */
    synchronized int remembered() {
        return open.values().stream().mapToInt(List::size).sum();
    }
}
