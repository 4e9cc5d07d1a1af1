import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;

/**
 * Sends letters with fresh ids over connections that stay open, from several addresses of this machine, and prints one line:
 * {@code RESULT accepted rejected other seconds p50 p99 rejectP50 rejectP99 rejectMax opened}, times in milliseconds.
 *
 * <pre>
 * java Load.java URL SAMPLE SENDER USERNAME closed CONNECTIONS SECONDS [STORE TRUST]    as fast as the answers come
 * java Load.java URL SAMPLE SENDER USERNAME open RATE SECONDS THREADS                    RATE a second, whatever comes back
 * java Load.java URL SAMPLE SENDER USERNAME big COUNT MEGABYTES                          COUNT at once
 * java Load.java URL SAMPLE SENDER USERNAME burst COUNT KILOBYTES                        COUNT at once
 * </pre>
 */
final class Load {
    private static final int ADDRESSES = 16;
    private static final String PASSWORD = "changeit";

    private final URI url;
    private final Template template;
    private final SSLSocketFactory tls;
    private final List<long[]> accepted = new ArrayList<>();
    private final List<long[]> rejected = new ArrayList<>();
    private final AtomicInteger other = new AtomicInteger();
    private final AtomicInteger opened = new AtomicInteger();

    private Load(URI url, Template template, SSLSocketFactory tls) {
        this.url = url;
        this.template = template;
        this.tls = tls;
    }

    /** A request as bytes, and where its ids stand. */
    private record Template(byte[] bytes, int[] messageIds, int[] trackingIds) {
        static Template of(URI url, String sample, String sender, String username, int filling) throws IOException {
            var now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
            var text = Files.readString(Path.of(sample))
                    .replace("{{to}}", url.toString())
                    .replace("{{created}}", now.toString())
                    .replace("{{expires}}", now.plus(12, ChronoUnit.HOURS).toString())
                    .replace("{{timestampId}}", id())
                    .replace("{{payloadId}}", id())
                    .replace("ackrequested\" value=\"true\"", "ackrequested\" value=\"false\"")
                    .replace("Y9999", sender)
                    .replace("gp-system-1", username);
            if (filling > 0) {
                text = text.replaceFirst("(<itk:payload [^>]*>)", "$1" + ("<!--" + "x".repeat(1017) + "-->").repeat(filling / 1024));
            }
            var action = text.replaceAll("(?s).*<wsa:Action>(.*?)</wsa:Action>.*", "$1");
            var body = text.replace("{{messageId}}", "M".repeat(36)).replace("{{trackingId}}", "T".repeat(36));
            var head = "POST " + url.getPath() + " HTTP/1.1\r\nHost: " + url.getAuthority()
                    + "\r\nContent-Type: text/xml;charset=UTF-8\r\nSOAPAction: \"" + action + "\"\r\nContent-Length: "
                    + body.getBytes(StandardCharsets.UTF_8).length + "\r\n\r\n";
            var all = head + body;
            return new Template(all.getBytes(StandardCharsets.UTF_8), places(all, 'M'), places(all, 'T'));
        }

        /** The samples are ASCII, so a character is a byte. */
        private static int[] places(String text, char mark) {
            var wanted = String.valueOf(mark).repeat(36);
            var out = new ArrayList<Integer>();
            for (int at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + 36)) {
                out.add(at);
            }
            return out.stream().mapToInt(Integer::intValue).toArray();
        }

        static void fresh(byte[] request, int[] places) {
            var id = id().getBytes(StandardCharsets.US_ASCII);
            for (int at : places) {
                System.arraycopy(id, 0, request, at, id.length);
            }
        }

        private static String id() {
            var random = ThreadLocalRandom.current();
            return new UUID(random.nextLong() & ~0xf000L | 0x4000L, random.nextLong() >>> 2 | Long.MIN_VALUE)
                    .toString()
                    .toUpperCase(java.util.Locale.ROOT);
        }
    }

    /** One connection, opened again when the server has closed it. */
    private final class Line {
        private final String address;
        private final byte[] request = template.bytes().clone();
        private final byte[] buffer = new byte[16 * 1024];
        private Socket socket;
        private InputStream in;
        private boolean closing;

        Line(int number) {
            address = "127.0.0." + (2 + number % ADDRESSES);
        }

        private void open() throws IOException {
            opened.incrementAndGet();
            Socket plain = new Socket();
            plain.setTcpNoDelay(true);
            plain.bind(new InetSocketAddress(address, 0));
            plain.connect(new InetSocketAddress("127.0.0.1", url.getPort()), 5000);
            plain.setSoTimeout(120_000);
            socket = tls == null ? plain : tls.createSocket(plain, "localhost", url.getPort(), true);
            in = socket.getInputStream();
        }

        /** @return the status, 0 when the connection was closed without one */
        int send() {
            Template.fresh(request, template.messageIds());
            Template.fresh(request, template.trackingIds());
            boolean fresh = socket == null;
            try {
                if (fresh) {
                    open();
                }
                boolean written = write();
                int status = answer();
                if (closing || !written) {
                    close();
                }
                // the server may close a connection between two requests
                return status == 0 && !fresh ? again() : status;
            } catch (IOException e) {
                close();
                return fresh ? 0 : again();
            }
        }

        /** A refused request's answer can be there although its body could not be written. */
        private boolean write() {
            try {
                socket.getOutputStream().write(request);
                return true;
            } catch (IOException e) {
                return false;
            }
        }

        private int again() {
            close();
            return send();
        }

        private int answer() throws IOException {
            int size = 0;
            int end = -1;
            while (end < 0) {
                int n = size == buffer.length ? -1 : in.read(buffer, size, buffer.length - size);
                if (n < 0) {
                    closing = true;
                    return 0;
                }
                size += n;
                end = endOfHead(size);
            }
            var head = new String(buffer, 0, end, StandardCharsets.ISO_8859_1).toLowerCase(java.util.Locale.ROOT);
            int length = head.contains("content-length:")
                    ? Integer.parseInt(head.replaceAll("(?s).*content-length: *(\\d+).*", "$1"))
                    : 0;
            for (int left = length - (size - end); left > 0; ) {
                int n = in.read(buffer, 0, Math.min(left, buffer.length));
                if (n < 0) {
                    break;
                }
                left -= n;
            }
            closing = head.contains("connection: close");
            return Integer.parseInt(head.substring(9, 12));
        }

        private int endOfHead(int size) {
            for (int i = 3; i < size; i++) {
                if (buffer[i] == '\n' && buffer[i - 2] == '\n') {
                    return i + 1;
                }
            }
            return -1;
        }

        void close() {
            if (socket != null) {
                try {
                    socket.close();
                } catch (IOException e) {
                    // it is given up anyway
                }
                socket = null;
            }
        }
    }

    /** What one thread saw, in microseconds. */
    private final class Book {
        private long[] good = new long[1024];
        private long[] bad = new long[1024];
        private int goods;
        private int bads;

        void note(int status, long nanos) {
            if (status == 200) {
                good = goods == good.length ? Arrays.copyOf(good, goods * 2) : good;
                good[goods++] = nanos / 1000;
            } else if (status == 503) {
                bad = bads == bad.length ? Arrays.copyOf(bad, bads * 2) : bad;
                bad[bads++] = nanos / 1000;
            } else if (other.incrementAndGet() <= 3) {
                System.err.println("status " + status);
            }
        }

        void hand() {
            synchronized (accepted) {
                accepted.add(Arrays.copyOf(good, goods));
                rejected.add(Arrays.copyOf(bad, bads));
            }
        }
    }

    private void closed(int connections, int seconds) throws InterruptedException {
        long end = System.nanoTime() + seconds * 1_000_000_000L;
        run(connections, (line, book) -> {
            while (System.nanoTime() < end) {
                long start = System.nanoTime();
                book.note(line.send(), System.nanoTime() - start);
            }
        });
    }

    /** A request that finds no free thread goes late; its time counts from when it goes. */
    private void open(int rate, int seconds, int threads) throws InterruptedException {
        long start = System.nanoTime();
        long last = (long) rate * seconds;
        var next = new AtomicLong();
        run(threads, (line, book) -> {
            for (long n = next.getAndIncrement(); n < last; n = next.getAndIncrement()) {
                long due = start + n * 1_000_000_000L / rate;
                long wait = due - System.nanoTime();
                if (wait > 0) {
                    java.util.concurrent.locks.LockSupport.parkNanos(wait);
                }
                if (System.nanoTime() > start + seconds * 1_000_000_000L) {
                    return;
                }
                long sent = System.nanoTime();
                book.note(line.send(), System.nanoTime() - sent);
            }
        });
    }

    private void big(int count) throws InterruptedException {
        run(count, (line, book) -> {
            long start = System.nanoTime();
            book.note(line.send(), System.nanoTime() - start);
        });
    }

    private interface Work {
        void run(Line line, Book book);
    }

    private void run(int threads, Work work) throws InterruptedException {
        var all = new ArrayList<Thread>();
        for (int i = 0; i < threads; i++) {
            int number = i;
            var thread = new Thread(
                    null,
                    () -> {
                        var line = new Line(number);
                        var book = new Book();
                        work.run(line, book);
                        book.hand();
                        line.close();
                    },
                    "line " + i,
                    256 * 1024);
            thread.start();
            all.add(thread);
        }
        for (var thread : all) {
            thread.join();
        }
    }

    private static long[] sorted(List<long[]> all) {
        var out = all.stream().flatMapToLong(Arrays::stream).toArray();
        Arrays.sort(out);
        return out;
    }

    private static String at(long[] sorted, double part) {
        return sorted.length == 0
                ? "0"
                : String.format(
                        java.util.Locale.ROOT,
                        "%.1f",
                        sorted[(int) Math.min(sorted.length - 1, sorted.length * part)] / 1000.0);
    }

    private static SSLSocketFactory tls(String store, String trust) throws Exception {
        var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(KeyStore.getInstance(Path.of(store).toFile(), PASSWORD.toCharArray()), PASSWORD.toCharArray());
        var trusted = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trusted.init(KeyStore.getInstance(Path.of(trust).toFile(), PASSWORD.toCharArray()));
        var context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trusted.getTrustManagers(), null);
        return context.getSocketFactory();
    }

    public static void main(String[] args) throws Exception {
        var url = URI.create(args[0]);
        int filling =
                switch (args[4]) {
                    case "big" -> Integer.parseInt(args[6]) << 20;
                    case "burst" -> Integer.parseInt(args[6]) << 10;
                    default -> 0;
                };
        var template = Template.of(url, args[1], args[2], args[3], filling);
        var load = new Load(url, template, args.length > 8 ? tls(args[7], args[8]) : null);
        long start = System.nanoTime();
        switch (args[4]) {
            case "closed" -> load.closed(Integer.parseInt(args[5]), Integer.parseInt(args[6]));
            case "open" -> load.open(Integer.parseInt(args[5]), Integer.parseInt(args[6]), Integer.parseInt(args[7]));
            case "big", "burst" -> load.big(Integer.parseInt(args[5]));
            default -> throw new IllegalArgumentException(args[4]);
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        var good = sorted(load.accepted);
        var bad = sorted(load.rejected);
        System.out.println("RESULT " + good.length + " " + bad.length + " " + load.other.get() + " "
                + String.format(java.util.Locale.ROOT, "%.1f", seconds) + " " + at(good, 0.5) + " " + at(good, 0.99) + " "
                + at(bad, 0.5) + " " + at(bad, 0.99) + " " + at(bad, 1) + " " + load.opened.get());
    }
}
