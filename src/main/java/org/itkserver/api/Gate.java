package org.itkserver.api;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.IOException;
import org.itkserver.envelope.PlainText;
import org.itkserver.io.ProblemType;
import org.jspecify.annotations.Nullable;

/**
 * Stands before everything under {@code /api}: only an application with a token of ours gets past, except to
 * {@link #OPEN}. What a token allows is for each resource to ask.
 */
final class Gate extends HttpFilter {
    static final String OPEN = "/api/openapi.yaml";

    private static final long serialVersionUID = 1L;

    private final transient Access access;
    private final transient Problems problems;
    private final @Nullable String scope;

    /** @param scope what a token must allow for every request, null when each resource asks for itself */
    Gate(Access access, Problems problems, @Nullable String scope) {
        this.access = access;
        this.problems = problems;
        this.scope = scope;
    }

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        response.setHeader("Cache-Control", "no-store");
        response.setHeader("X-Content-Type-Options", "nosniff");
        response.setHeader("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; sandbox");
        try {
            // the path as it came: one spelling is open, any other is not
            if (!request.getRequestURI().equals(OPEN)) {
                access.identify(request).attachTo(request);
                if (scope != null) {
                    access.require(scope, request);
                }
            }
            requireText("The path", request.getRequestURI());
            requireText("The query", request.getQueryString());
            chain.doFilter(request, new ProblemResponse(response));
        } catch (ServletException | RuntimeException e) {
            if (response.isCommitted()) {
                throw e;
            }
            refuse(response, problems.of(e));
        }
    }

    private static void requireText(String what, @Nullable String raw) {
        if (raw != null && !PlainText.isStorableUrl(raw)) {
            throw new Problem(
                    ProblemType.BAD_REQUEST,
                    what
                            + " holds a NUL, an incomplete escape or bytes that are not UTF-8. Write it as UTF-8 with percent"
                            + " escapes.");
        }
    }

    /** What the container refuses by itself becomes a problem document instead of one of its pages. */
    private static final class ProblemResponse extends HttpServletResponseWrapper {
        private final HttpServletResponse response;

        ProblemResponse(HttpServletResponse response) {
            super(response);
            this.response = response;
        }

        @Override
        public void sendError(int status) throws IOException {
            response.resetBuffer();
            refuse(response, Problems.ofStatus(status));
        }

        @Override
        public void sendError(int status, String message) throws IOException {
            sendError(status);
        }
    }

    private static void refuse(HttpServletResponse response, Problem problem) throws IOException {
        var body = problem.json();
        response.setStatus(problem.status());
        problem.headers().forEach(response::setHeader);
        response.setContentType(Problem.MEDIA_TYPE);
        response.setContentLength(body.length);
        response.getOutputStream().write(body);
    }
}
