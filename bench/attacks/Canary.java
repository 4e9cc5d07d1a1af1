package attacks;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;

/** A listener that nobody may ever call, and a file whose token nobody may ever see. */
final class Canary {
    final int port;
    final String token = "canary" + UUID.randomUUID().toString().replace("-", "");
    final Path file;
    private final List<String> calls = new CopyOnWriteArrayList<>();

    Canary(Path folder) throws IOException {
        file = Files.writeString(folder.resolve("canary-" + UUID.randomUUID()), token + "\n");
        var listener = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
        port = listener.getLocalPort();
        var thread = new Thread(() -> listen(listener), "canary");
        thread.setDaemon(true);
        thread.start();
    }

    private void listen(ServerSocket listener) {
        while (true) {
            try (Socket socket = listener.accept()) {
                calls.add(String.valueOf(socket.getRemoteSocketAddress()));
            } catch (IOException e) {
                calls.add(String.valueOf(e));
                return;
            }
        }
    }

    String url() {
        return "http://127.0.0.1:" + port + "/";
    }

    /** The calls since the last look. */
    List<String> calls() {
        var out = List.copyOf(calls);
        calls.clear();
        return out;
    }
}
