package org.itkserver.soap;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A peer on the loopback address that keeps what it gets byte for byte, and answers whatever a test wants. */
final class RawPeer implements Closeable {
    private final ServerSocket server;
    private final Behaviour behaviour;
    private final boolean speaksFirst;
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();

    /** What it does with a connection once it has read a request. */
    @FunctionalInterface
    interface Behaviour {
        /** @return whether the connection stays open for another request */
        boolean answer(Socket socket) throws IOException;
    }

    /**
     * What it got.
     *
     * @param head request line and headers
     * @param body the body's bytes
     */
    record Request(String head, byte[] body) {
        /** The only header of this name. */
        String header(String name) {
            var found = head.lines()
                    .filter(line -> line.regionMatches(true, 0, name + ":", 0, name.length() + 1))
                    .map(line -> line.substring(name.length() + 1).trim())
                    .toList();
            if (found.size() != 1) {
                throw new AssertionError(found.size() + " headers " + name + " in " + head);
            }
            return found.get(0);
        }
    }

    RawPeer(Behaviour behaviour) {
        this(behaviour, false);
    }

    private RawPeer(Behaviour behaviour, boolean speaksFirst) {
        this.behaviour = behaviour;
        this.speaksFirst = speaksFirst;
        try {
            server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        var thread = new Thread(this::accept, "peer");
        thread.setDaemon(true);
        thread.start();
    }

    /** Answers every request with these bytes and keeps the connection. */
    static RawPeer answering(String answer) {
        return new RawPeer(socket -> {
            write(socket, answer);
            return true;
        });
    }

    /** Says this to whoever connects, whatever that one says. */
    static RawPeer greeting(String words) {
        return new RawPeer(
                socket -> {
                    write(socket, words);
                    return socket.getInputStream().read() >= 0;
                },
                true);
    }

    static void write(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
        socket.getOutputStream().flush();
    }

    URI uri() {
        return URI.create("http://127.0.0.1:" + server.getLocalPort() + "/itk?x=1");
    }

    List<Request> requests() {
        return requests;
    }

    /** The only request. */
    Request only() {
        if (requests.size() != 1) {
            throw new AssertionError(requests.size() + " requests");
        }
        return requests.get(0);
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                var socket = server.accept();
                sockets.add(socket);
                var thread = new Thread(() -> serve(socket), "peer-connection");
                thread.setDaemon(true);
                thread.start();
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            if (speaksFirst) {
                behaviour.answer(socket);
                return;
            }
            var in = socket.getInputStream();
            do {
                var head = head(in);
                if (head.isEmpty()) {
                    return;
                }
                var request = new Request(head, new byte[0]);
                int length = Integer.parseInt(request.header("Content-Length"));
                requests.add(new Request(head, in.readNBytes(length)));
            } while (behaviour.answer(socket));
        } catch (IOException e) {
            // the test or its client closed the connection
        }
    }

    private static String head(InputStream in) throws IOException {
        var out = new ByteArrayOutputStream();
        while (!out.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
            int next = in.read();
            if (next < 0) {
                return "";
            }
            out.write(next);
        }
        return out.toString(StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() {
        try {
            server.close();
            for (var socket : sockets) {
                socket.close();
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
