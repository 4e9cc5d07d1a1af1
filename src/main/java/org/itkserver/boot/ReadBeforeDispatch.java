package org.itkserver.boot;

import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.RenegotiationRequiredException;
import io.undertow.server.handlers.RequestBufferingHandler;
import io.undertow.servlet.ServletExtension;
import io.undertow.servlet.api.DeploymentInfo;
import io.undertow.servlet.handlers.security.SSLInformationAssociationHandler;
import jakarta.servlet.ServletContext;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLPeerUnverifiedException;

/**
 * Reads the body of a posted message without blocking, up to 1 MiB, before a worker thread is taken for it: a sender
 * that stalls holds a connection and some buffers, but no thread (docs/adr/0005).
 */
public final class ReadBeforeDispatch implements ServletExtension {
    /** Attribute of the servlet context that holds {@link Strangers}. */
    static final String STRANGERS = Strangers.class.getName();

    private static final int BUFFER = 16 * 1024;
    private static final int BUFFERS = (1 << 20) / BUFFER;

    /** Who shows a certificate and is nobody's system. */
    interface Strangers {
        boolean include(X509Certificate[] chain);
    }

    @Override
    public void handleDeployment(DeploymentInfo deployment, ServletContext context) {
        deployment.addInitialHandlerChainWrapper(next -> wrap(next, context));
        // the server does this itself for applications that use its own security only
        deployment.addInnerHandlerChainWrapper(SSLInformationAssociationHandler::new);
    }

    private static HttpHandler wrap(HttpHandler next, ServletContext context) {
        var buffering = new RequestBufferingHandler(next, BUFFERS);
        return exchange -> {
            var path = exchange.getRelativePath();
            if ((path.startsWith("/itk") || path.startsWith("/api")) && !isStranger(exchange, context)) {
                buffering.handleRequest(exchange);
            } else {
                next.handleRequest(exchange);
            }
        };
    }

    /** Nothing is read from a system whose certificate is not good enough to be answered. */
    private static boolean isStranger(HttpServerExchange exchange, ServletContext context) {
        var session = exchange.getConnection().getSslSessionInfo();
        if (session == null || !(context.getAttribute(STRANGERS) instanceof Strangers strangers)) {
            return false;
        }
        try {
            return session.getPeerCertificates() instanceof X509Certificate[] chain && strangers.include(chain);
        } catch (SSLPeerUnverifiedException | RenegotiationRequiredException e) {
            return false;
        }
    }
}
