package contenders;

import jakarta.servlet.ServletConfig;
import org.apache.cxf.jaxws.EndpointImpl;
import org.apache.cxf.transport.servlet.CXFNonSpringServlet;

/** CXF's servlet with the one endpoint. */
public final class EchoServlet extends CXFNonSpringServlet {
    private static final long serialVersionUID = 1L;

    @Override
    protected void loadBus(ServletConfig config) {
        super.loadBus(config);
        // as in the server: without it CXF looks through every jar on each request for a class loader
        getBus().setExtension(getClass().getClassLoader(), ClassLoader.class);
        new EndpointImpl(getBus(), new Echo()).publish("/echo");
    }
}
