package org.itkserver.boot;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;

/**
 * Keeps the two sides of a server with TLS apart: whoever came by a client certificate is a partner's system and finds the ITK
 * addresses, their contracts and the health check, but no console, REST API or figures.
 */
final class PartnerSide extends HttpFilter {
    private static final long serialVersionUID = 1L;
    private static final List<String> PARTNERS = List.of("/itk", "/wsdl", "/xsd", "/health");

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        boolean partner = request.getAttribute("jakarta.servlet.request.X509Certificate") != null;
        var rest = request.getPathInfo();
        if (partner && !isForPartners(request.getServletPath() + (rest == null ? "" : rest))) {
            response.setStatus(HttpServletResponse.SC_NOT_FOUND);
        } else {
            chain.doFilter(request, response);
        }
    }

    private static boolean isForPartners(String path) {
        return PARTNERS.stream().anyMatch(allowed -> path.equals(allowed) || path.startsWith(allowed + "/"));
    }
}
