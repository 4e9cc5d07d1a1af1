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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The CXF servlet at {@code /itk}. CXF publishes every address with its contract and answers for WSDLs and schemas; a
 * message goes straight to the {@link InboundChain}, because nothing of CXF's own chain may see its body (ADR 5).
 */
public final class ItkServlet extends CXFNonSpringServlet {
    private static final long serialVersionUID = 1L;
    private static final Logger LOG = LoggerFactory.getLogger(ItkServlet.class);
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
            published = new Endpoints(getBus(), ours).publish();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    protected void invoke(HttpServletRequest request, HttpServletResponse response) throws ServletException {
        try {
            if (!request.getMethod().equals("GET") || !isContractRequest(request)) {
                answer(request, response);
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

    private void answer(HttpServletRequest request, HttpServletResponse response) {
        try {
            chain.handle(request, response);
        } catch (IOException e) {
            LOG.info("the connection failed before the answer was sent: {}", e.toString());
            fail(response);
        } catch (OutOfMemoryError e) {
            fail(response);
            throw e; // the process ends
        } catch (RuntimeException | Error e) {
            LOG.error("a request failed; its sender gets a bare 500 and may try again", e);
            fail(response);
        }
    }

    /** Nothing else may be said: an empty 200 would be a positive answer on a one-way service. */
    private static void fail(HttpServletResponse response) {
        if (!response.isCommitted()) {
            response.reset();
            response.setStatus(HttpServletResponse.SC_INTERNAL_SERVER_ERROR);
            response.setHeader("Connection", "close");
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
