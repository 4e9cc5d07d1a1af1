package org.itkserver.admin;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayOutputStream;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** One request and its answer, as a servlet container would give them; only what the console uses is there. */
final class HttpExchange {
    final Map<String, String> headers = new HashMap<>(Map.of("Host", "itk.example:8080"));
    final Map<String, String> parameters = new HashMap<>();
    final List<Cookie> cookies = new ArrayList<>();
    final Map<String, String> answered = new HashMap<>();
    final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private final Map<String, Object> attributes = new HashMap<>();
    private final String method;
    private final String path;
    long length;
    int status = 200;
    boolean passed;
    boolean secure;

    HttpExchange(String method, String path) {
        this.method = method;
        this.path = path;
    }

    final HttpServletRequest request =
            fake(HttpServletRequest.class, (proxy, called, arguments) -> switch (called.getName()) {
                case "getMethod" -> method();
                case "getRequestURI" -> path();
                case "getScheme" -> "http";
                case "getRemoteAddr" -> "10.0.0.1";
                case "getContentLengthLong" -> length;
                case "getHeader" -> headers.get(arguments[0]);
                case "getParameter" -> parameters.get(arguments[0]);
                case "getPathInfo" -> path().startsWith("/admin") ? path().substring("/admin".length()) : null;
                case "getParameterMap" ->
                    parameters.entrySet().stream().collect(java.util.stream.Collectors.toMap(Map.Entry::getKey, field ->
                            new String[] {field.getValue()}));
                case "getAttribute" -> attributes.get(arguments[0]);
                case "setAttribute" -> attributes.put((String) arguments[0], arguments[1]);
                case "getCookies" -> cookies.isEmpty() ? null : cookies.toArray(Cookie[]::new);
                case "isSecure" -> secure;
                default -> throw new UnsupportedOperationException(called.getName());
            });

    final HttpServletResponse response = fake(HttpServletResponse.class, (proxy, called, arguments) -> {
        switch (called.getName()) {
            case "setStatus" -> status = (int) arguments[0];
            case "setHeader" -> answered.put((String) arguments[0], (String) arguments[1]);
            case "setContentType", "setContentLength" -> answered.put(called.getName(), arguments[0].toString());
            case "getOutputStream" -> {
                return stream(body);
            }
            default -> throw new UnsupportedOperationException(called.getName());
        }
        return null;
    });

    final FilterChain chain = (request, response) -> passed = true;

    String page() {
        return body.toString(StandardCharsets.UTF_8);
    }

    private String method() {
        return method;
    }

    private String path() {
        return path;
    }

    private static ServletOutputStream stream(ByteArrayOutputStream out) {
        return new ServletOutputStream() {
            @Override
            public void write(int b) {
                out.write(b);
            }

            @Override
            public boolean isReady() {
                return true;
            }

            @Override
            public void setWriteListener(WriteListener listener) {
                throw new UnsupportedOperationException();
            }
        };
    }

    private static <T> T fake(Class<T> type, InvocationHandler handler) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
    }
}
