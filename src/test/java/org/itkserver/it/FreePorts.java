package org.itkserver.it;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/**
 * Ports for servers that a test starts later. They are below the range from which Linux takes the ports of outgoing connections
 * and of sockets that ask for any port, so nothing takes one between the choice and the start. Each JVM holds a block of its own,
 * as the owner of the block's first port.
 */
final class FreePorts {
    private static final int FIRST = 20_000;
    private static final int BLOCKS = 60;
    private static final int SIZE = 200;

    private static ServerSocket owner;
    private static int used;

    private FreePorts() {}

    static synchronized int next() {
        if (owner == null) {
            owner = block();
        }
        for (int i = 0; i < SIZE; i++) {
            int port = owner.getLocalPort() + 1 + used++ % (SIZE - 1);
            if (isFree(port)) {
                return port;
            }
        }
        throw new IllegalStateException("no port of " + owner + " is free");
    }

    private static ServerSocket block() {
        int start = (int) (ProcessHandle.current().pid() % BLOCKS);
        for (int i = 0; i < BLOCKS; i++) {
            try {
                int first = FIRST + (start + i) % BLOCKS * SIZE;
                return new ServerSocket(first, 1, InetAddress.getLoopbackAddress());
            } catch (IOException e) {
                // another JVM owns this block
            }
        }
        throw new IllegalStateException("no block of ports is free");
    }

    private static boolean isFree(int port) {
        try (var socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
