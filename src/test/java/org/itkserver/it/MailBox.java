package org.itkserver.it;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A mail server on loopback that keeps what it is given. */
public final class MailBox implements AutoCloseable {
    /** Each mail with the commands that brought it, line by line. */
    public final List<String> mails = new CopyOnWriteArrayList<>();

    private final ServerSocket server;

    public MailBox() {
        try {
            server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        var thread = new Thread(this::run, "mail-box");
        thread.setDaemon(true);
        thread.start();
    }

    public int port() {
        return server.getLocalPort();
    }

    private void run() {
        while (!server.isClosed()) {
            try (var socket = server.accept()) {
                talk(socket);
            } catch (IOException e) {
                // the client went away, or this is closed
            }
        }
    }

    private void talk(Socket socket) throws IOException {
        var in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
        var mail = new StringBuilder();
        answer(socket, "220 here");
        for (var line = in.readLine(); line != null; line = in.readLine()) {
            mail.append(line).append('\n');
            if (line.equals("DATA")) {
                answer(socket, "354 go on");
                for (line = in.readLine(); !".".equals(line); line = in.readLine()) {
                    mail.append(line).append('\n');
                }
                mails.add(mail.toString());
            }
            answer(socket, line.equals("QUIT") ? "221 bye" : "250 ok");
        }
    }

    private static void answer(Socket socket, String line) throws IOException {
        socket.getOutputStream().write((line + "\r\n").getBytes(StandardCharsets.US_ASCII));
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
