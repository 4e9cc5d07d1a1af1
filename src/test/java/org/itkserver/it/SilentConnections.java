package org.itkserver.it;

import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;

/** Connections from one loopback address that send nothing. */
final class SilentConnections implements AutoCloseable {
    private final List<Socket> sockets = new ArrayList<>();

    SilentConnections(String from, int port, int number) throws IOException {
        for (int i = 0; i < number; i++) {
            var socket = new Socket();
            sockets.add(socket);
            socket.setSoTimeout(1);
            socket.bind(new InetSocketAddress(InetAddress.getByName(from), 0));
            socket.connect(new InetSocketAddress("127.0.0.1", port), 60_000);
        }
    }

    /** Fails when the server has closed one of these connections; what it has sent on them is read. */
    static void assertOpen(List<Socket> sockets) throws IOException {
        for (var socket : sockets) {
            socket.setSoTimeout(1);
            assertThrows(
                    SocketTimeoutException.class, () -> socket.getInputStream().readAllBytes(), "it is closed");
        }
    }

    /** How many of them the server has closed. */
    int closed() {
        int closed = 0;
        for (var socket : sockets) {
            try {
                closed += socket.getInputStream().read() < 0 ? 1 : 0;
            } catch (SocketTimeoutException e) {
                // the connection is open
            } catch (IOException e) {
                closed++;
            }
        }
        return closed;
    }

    @Override
    public void close() throws IOException {
        for (var socket : sockets) {
            socket.close();
        }
    }
}
