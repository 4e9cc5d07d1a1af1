package org.itkserver.admin;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** The headers of every page and every file of the console: nothing foreign, nothing kept, nothing framed. */
final class SecurityHeaders extends HttpFilter {
    private static final long serialVersionUID = 1L;
    private static final String ASSETS = "/assets/";
    private static final String POLICY = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
            + "base-uri 'none'; frame-ancestors 'none'";

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        response.setHeader("Content-Security-Policy", POLICY);
        response.setHeader("X-Content-Type-Options", "nosniff");
        response.setHeader("Referrer-Policy", "no-referrer");
        boolean asset = request.getRequestURI().startsWith(ASSETS);
        response.setHeader("Cache-Control", asset ? "public, max-age=3600" : "no-store");
        chain.doFilter(request, response);
    }
}
