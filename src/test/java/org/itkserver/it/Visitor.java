package org.itkserver.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/** Somebody at the console who keeps the cookie by hand and follows nothing. */
final class Visitor {
    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private static final Pattern TOKEN = Pattern.compile("name=\"token\" value=\"([^\"]*)\"");

    private final String base;
    private final HttpClient client;
    /** NAME=ID; empty for none. */
    String cookie = "";

    private String token = "";
    private String tokenOf = "";

    Visitor(String base) {
        this(base, CLIENT);
    }

    private Visitor(String base, HttpClient client) {
        this.base = base;
        this.client = client;
    }

    /** The first admin, signed in. */
    static Visitor admin(ServerProcess server) {
        return of(server.url(), "admin", server.adminPassword());
    }

    /** The first admin, signed in with a client of the caller's. */
    static Visitor admin(ServerProcess server, HttpClient client) {
        var visitor = new Visitor(server.url(), client);
        if (visitor.signIn("admin", server.adminPassword()).statusCode() != 303) {
            throw new AssertionError("the admin cannot sign in");
        }
        return visitor;
    }

    /** Somebody who signed in. */
    static Visitor of(String base, String name, String password) {
        var visitor = new Visitor(base);
        var answer = visitor.signIn(name, password);
        if (answer.statusCode() != 303 || visitor.cookie.isEmpty()) {
            throw new AssertionError(name + " cannot sign in: " + answer.statusCode());
        }
        return visitor;
    }

    HttpResponse<String> signIn(String name, String password) {
        return post("/admin/login", form("name", name, "password", password));
    }

    HttpResponse<String> get(String path) {
        return send("GET", path, "");
    }

    HttpResponse<String> post(String path, String body, String... headers) {
        return send("POST", path, body, headers);
    }

    /** A form with the token of this session. */
    HttpResponse<String> submit(String path, String form) {
        return post(path, form("token", token()) + (form.isEmpty() ? "" : "&" + form));
    }

    /** The form token of this session, from the page that every session may see. */
    String token() {
        if (tokenOf.equals(cookie) && !cookie.isEmpty()) {
            return token;
        }
        var found = TOKEN.matcher(get("/admin/account/password").body());
        if (!found.find()) {
            throw new AssertionError("not signed in");
        }
        token = found.group(1);
        tokenOf = cookie;
        return token;
    }

    HttpResponse<String> send(String method, String path, String body, String... headers) {
        var request = HttpRequest.newBuilder(URI.create(base + path))
                .method(
                        method,
                        body.isEmpty()
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(body))
                .setHeader("Content-Type", "application/x-www-form-urlencoded");
        if (!cookie.isEmpty()) {
            request.setHeader("Cookie", cookie);
        }
        for (int i = 0; i < headers.length; i += 2) {
            request.setHeader(headers[i], headers[i + 1]);
        }
        try {
            var answer = client.send(request.build(), HttpResponse.BodyHandlers.ofString());
            answer.headers().firstValue("Set-Cookie").ifPresent(set -> {
                var pair = set.substring(0, set.indexOf(';'));
                cookie = pair.endsWith("=") ? "" : pair;
            });
            return answer;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    static String form(String... namesAndValues) {
        var out = new StringBuilder();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            out.append(i == 0 ? "" : "&")
                    .append(namesAndValues[i])
                    .append('=')
                    .append(URLEncoder.encode(namesAndValues[i + 1], StandardCharsets.UTF_8));
        }
        return out.toString();
    }

    /**
     * What the server answers to these bytes, whole.
     *
     * @param from a loopback address to come from
     * @param head request line and headers without Host, Connection and the empty line
     */
    static String raw(String base, String from, String head, String body) {
        var to = URI.create(base);
        try (var socket = new Socket()) {
            socket.bind(new InetSocketAddress(from, 0));
            socket.connect(new InetSocketAddress(to.getHost(), to.getPort()), 60_000);
            socket.setSoTimeout(60_000);
            var bytes = body.getBytes(StandardCharsets.UTF_8);
            var request = head + "\r\nHost: " + to.getAuthority() + "\r\nConnection: close\r\nContent-Length: "
                    + bytes.length + "\r\n\r\n" + body;
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
