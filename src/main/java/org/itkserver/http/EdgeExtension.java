package org.itkserver.http;

import io.undertow.server.HttpHandler;
import io.undertow.servlet.ServletExtension;
import io.undertow.servlet.api.DeploymentInfo;
import io.undertow.servlet.handlers.ServletRequestContext;
import io.undertow.servlet.handlers.security.SSLInformationAssociationHandler;
import io.undertow.util.Headers;
import io.undertow.util.StatusCodes;
import jakarta.servlet.ServletContext;
import org.itkserver.envelope.MessageBody;

/** Puts the {@link HttpEdge}, which the application makes, before the servlets. */
public final class EdgeExtension implements ServletExtension {
    /** Attribute of the servlet context that holds the {@link HttpEdge}; without it no request is taken. */
    public static final String EDGE = HttpEdge.class.getName();

    @Override
    public void handleDeployment(DeploymentInfo deployment, ServletContext context) {
        deployment.addInitialHandlerChainWrapper(servlets -> exchange -> {
            if (context.getAttribute(EDGE) instanceof HttpEdge edge) {
                edge.handle(exchange, servlets);
            } else {
                exchange.setStatusCode(StatusCodes.SERVICE_UNAVAILABLE);
                exchange.getResponseHeaders().put(Headers.RETRY_AFTER, "2");
            }
        });
        // the server does this itself for applications that use its own security only
        deployment.addInnerHandlerChainWrapper(SSLInformationAssociationHandler::new);
        deployment.addInnerHandlerChainWrapper(servlets -> withBody(servlets, context));
    }

    /** Hands a servlet the body that is in a spool file, or the reason why there is none. */
    private static HttpHandler withBody(HttpHandler servlets, ServletContext context) {
        return exchange -> {
            var ticket = RequestTicket.of(exchange);
            if (ticket != null && ticket.body() != null) {
                exchange.getAttachment(ServletRequestContext.ATTACHMENT_KEY)
                        .getServletRequest()
                        .setAttribute(MessageBody.ATTRIBUTE, ticket.body());
            }
            try {
                servlets.handleRequest(exchange);
            } catch (OutOfMemoryError e) {
                if (context.getAttribute(EDGE) instanceof HttpEdge edge) {
                    edge.outOfMemory(e);
                }
                throw e;
            }
        };
    }
}
