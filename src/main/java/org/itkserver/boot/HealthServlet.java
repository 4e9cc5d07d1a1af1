package org.itkserver.boot;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.function.Supplier;

/**
 * {@code /health/live}: the process answers; {@code /health/ready}: it can accept messages. Says no more than that, and whether a
 * background task that nobody waits for is dead ({@code degraded}).
 */
final class HealthServlet extends HttpServlet {
    private static final long serialVersionUID = 1L;

    private final transient Supplier<Readiness.Status> ready;

    HealthServlet(Supplier<Readiness.Status> ready) {
        this.ready = ready;
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        boolean live = "/live".equals(request.getPathInfo());
        if (!live && !"/ready".equals(request.getPathInfo())) {
            response.sendError(HttpServletResponse.SC_NOT_FOUND);
            return;
        }
        var status = live ? Readiness.Status.UP : ready.get();
        response.setStatus(
                status == Readiness.Status.DOWN
                        ? HttpServletResponse.SC_SERVICE_UNAVAILABLE
                        : HttpServletResponse.SC_OK);
        response.setContentType("application/json");
        response.setHeader("Cache-Control", "no-store");
        var body = "{\"status\":\"" + status.name().toLowerCase(Locale.ROOT) + "\"}\n";
        response.getOutputStream().write(body.getBytes(StandardCharsets.US_ASCII));
    }
}
