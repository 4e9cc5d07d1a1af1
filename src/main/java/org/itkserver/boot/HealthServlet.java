package org.itkserver.boot;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.function.BooleanSupplier;

/** {@code /health/live}: the process answers; {@code /health/ready}: it can accept messages. Says no more than that. */
final class HealthServlet extends HttpServlet {
    private static final long serialVersionUID = 1L;
    private static final long CACHE_NANOS = 500_000_000L;

    private final transient BooleanSupplier ready;
    private boolean last;
    private long lastAt;
    private boolean asked;

    HealthServlet(BooleanSupplier ready) {
        this.ready = ready;
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        boolean live = "/live".equals(request.getPathInfo());
        if (!live && !"/ready".equals(request.getPathInfo())) {
            response.sendError(HttpServletResponse.SC_NOT_FOUND);
            return;
        }
        boolean up = live || isReady();
        response.setStatus(up ? HttpServletResponse.SC_OK : HttpServletResponse.SC_SERVICE_UNAVAILABLE);
        response.setContentType("application/json");
        response.setHeader("Cache-Control", "no-store");
        response.getOutputStream()
                .write(("{\"status\":\"" + (up ? "up" : "down") + "\"}\n").getBytes(StandardCharsets.US_ASCII));
    }

    /** Asked of the database at most twice a second, however often others ask here. */
    private synchronized boolean isReady() {
        if (!asked || System.nanoTime() - lastAt > CACHE_NANOS) {
            last = ready.getAsBoolean();
            lastAt = System.nanoTime();
            asked = true;
        }
        return last;
    }
}
