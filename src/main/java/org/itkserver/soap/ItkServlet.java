package org.itkserver.soap;

import jakarta.servlet.ServletConfig;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.util.Locale;
import java.util.Set;
import org.apache.cxf.transport.servlet.CXFNonSpringServlet;

/** The CXF servlet at {@code /itk}: publishes every address and lets only POST and WSDL requests through to CXF. */
public final class ItkServlet extends CXFNonSpringServlet {
    private static final long serialVersionUID = 1L;
    private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");

    private final transient InboundChain chain;
    private final transient OwnAddresses ours;
    private transient Set<String> published = Set.of();

    public ItkServlet(InboundChain chain, OwnAddresses ours) {
        this.chain = chain;
        this.ours = ours;
    }

    @Override
    protected void loadBus(ServletConfig config) {
        super.loadBus(config);
        // without it CXF looks through every jar on each request for a class loader
        getBus().setExtension(getClass().getClassLoader(), ClassLoader.class);
        try {
            published = new Endpoints(getBus(), new IntakeInterceptor(chain), ours).publish();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    protected void invoke(HttpServletRequest request, HttpServletResponse response) throws ServletException {
        try {
            if (request.getMethod().equals("POST") && chain.mayBeSoap(request)) {
                super.invoke(request, response);
            } else if (!request.getMethod().equals("GET") || !isContractRequest(request)) {
                chain.handle(request, response);
            } else if (!published.contains(request.getRequestURI())) {
                response.sendError(HttpServletResponse.SC_NOT_FOUND);
            } else if (ours.publicUrl().isEmpty() && !isOwnHost(request)) {
                response.sendError(HttpServletResponse.SC_BAD_REQUEST);
            } else {
                super.invoke(request, response);
            }
        } catch (IOException e) {
            throw new ServletException(e);
        }
    }

    private static boolean isContractRequest(HttpServletRequest request) {
        var query = request.getQueryString();
        if (query == null) {
            return false;
        }
        var name = query.toLowerCase(Locale.ROOT);
        return name.equals("wsdl") || name.startsWith("wsdl=") || name.startsWith("xsd=");
    }

    /** A WSDL holds our address as the caller wrote it; a Host that is not ours must not get into one. */
    private static boolean isOwnHost(HttpServletRequest request) throws IOException {
        var host = request.getServerName().toLowerCase(Locale.ROOT);
        return LOOPBACK.contains(host)
                || host.equals(request.getLocalAddr())
                || InetAddress.getLocalHost().getHostName().equalsIgnoreCase(host);
    }
}
