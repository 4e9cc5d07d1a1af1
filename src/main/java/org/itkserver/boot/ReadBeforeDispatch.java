package org.itkserver.boot;

import io.undertow.server.HttpHandler;
import io.undertow.server.handlers.RequestBufferingHandler;
import io.undertow.servlet.ServletExtension;
import io.undertow.servlet.api.DeploymentInfo;
import jakarta.servlet.ServletContext;

/**
 * Reads the body of a posted message without blocking, up to 1 MiB, before a worker thread is taken for it: a sender
 * that stalls holds a connection and some buffers, but no thread (docs/adr/0005).
 */
public final class ReadBeforeDispatch implements ServletExtension {
    private static final int BUFFER = 16 * 1024;
    private static final int BUFFERS = (1 << 20) / BUFFER;

    @Override
    public void handleDeployment(DeploymentInfo deployment, ServletContext context) {
        deployment.addInitialHandlerChainWrapper(ReadBeforeDispatch::wrap);
    }

    private static HttpHandler wrap(HttpHandler next) {
        var buffering = new RequestBufferingHandler(next, BUFFERS);
        return exchange -> {
            var path = exchange.getRelativePath();
            if (path.startsWith("/itk") || path.startsWith("/api")) {
                buffering.handleRequest(exchange);
            } else {
                next.handleRequest(exchange);
            }
        };
    }
}
