package attacks;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import javax.net.ssl.SSLContext;

/**
 * A connection to the server of which every byte is ours to choose. It comes from a loopback address of its own, by which the
 * case's audit rows are found.
 */
final class Line implements AutoCloseable {
    private static final int PATIENCE = 15_000;

    private final Socket socket;
    private final long start = System.nanoTime();

    /** @param tls null for plain HTTP */
    Line(String source, int port, SSLContext tls) throws IOException {
        var plain = new Socket();
        plain.bind(new InetSocketAddress(source, 0));
        plain.setTcpNoDelay(true);
        plain.connect(new InetSocketAddress("127.0.0.1", port), 5000);
        plain.setSoTimeout(PATIENCE);
        socket = tls == null ? plain : tls.getSocketFactory().createSocket(plain, "localhost", port, true);
    }

    void write(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        socket.getOutputStream().flush();
    }

    void write(String text) throws IOException {
        write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    OutputStream out() throws IOException {
        return socket.getOutputStream();
    }

    /** What may be written slowly, or without end, while the answer is waited for. */
    interface Writer {
        void to(OutputStream out) throws IOException;
    }

    /** Writes in a thread of its own, because an answer may come before everything is written. */
    Reply exchange(Writer writer) {
        var thread = new Thread(() -> {
            try {
                writer.to(socket.getOutputStream());
                socket.getOutputStream().flush();
            } catch (IOException e) {
                // the server closed: what it said is read below
            }
        });
        thread.setDaemon(true);
        thread.start();
        return answer();
    }

    Reply exchange(byte[] request) {
        return exchange(out -> out.write(request));
    }

    /** The first answer. */
    Reply answer() {
        return read(true, PATIENCE);
    }

    /** The first answer, waited for as long as this. */
    Reply answer(int millis) {
        return read(true, millis);
    }

    /** Every answer that comes until the server closes or says nothing for this long. */
    Reply answers(int quietMillis) {
        return read(false, quietMillis);
    }

    private Reply read(boolean one, int patience) {
        var got = new ByteArrayOutputStream();
        boolean closed = false;
        long millis = -1;
        try {
            socket.setSoTimeout(patience);
            var in = socket.getInputStream();
            var buffer = new byte[16_384];
            while (!(one && isWhole(got))) {
                int n = in.read(buffer);
                if (n < 0) {
                    closed = true;
                    break;
                }
                millis = millis < 0 ? millis() : millis;
                got.write(buffer, 0, n);
            }
        } catch (SocketTimeoutException e) {
            // what came is what there is
        } catch (IOException e) {
            closed = true;
        }
        return Reply.of(got.toByteArray(), closed, millis < 0 ? millis() : millis);
    }

    private static boolean isWhole(ByteArrayOutputStream got) {
        var text = got.toString(StandardCharsets.ISO_8859_1);
        int end = text.indexOf("\r\n\r\n");
        if (end < 0) {
            return false;
        }
        var head = text.substring(0, end).toLowerCase(java.util.Locale.ROOT);
        if (head.startsWith("http/1.1 100")) {
            return false;
        }
        int length = head.indexOf("content-length: ");
        if (length >= 0) {
            int lineEnd = head.indexOf("\r\n", length);
            var number = head.substring(length + 16, lineEnd < 0 ? head.length() : lineEnd).trim();
            return got.size() >= end + 4 + Integer.parseInt(number);
        }
        return head.contains("transfer-encoding: chunked") ? text.endsWith("0\r\n\r\n") : head.startsWith("http/1.1 204");
    }

    private long millis() {
        return (System.nanoTime() - start) / 1_000_000;
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            // it is gone anyway
        }
    }
}
