package org.itkserver.soap;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.apache.cxf.interceptor.AttachmentInInterceptor;
import org.apache.cxf.message.Message;
import org.apache.cxf.phase.AbstractPhaseInterceptor;
import org.apache.cxf.phase.Phase;
import org.apache.cxf.transport.http.AbstractHTTPDestination;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where CXF hands a posted message over: first in its first phase, before anything of CXF looks at the body. The answer
 * is written here, so CXF's own chain ends.
 */
final class IntakeInterceptor extends AbstractPhaseInterceptor<Message> {
    private static final Logger LOG = LoggerFactory.getLogger(IntakeInterceptor.class);

    private final InboundChain chain;

    IntakeInterceptor(InboundChain chain) {
        super(Phase.RECEIVE);
        addBefore(AttachmentInInterceptor.class.getName());
        this.chain = chain;
    }

    @Override
    public void handleMessage(Message message) {
        var request = (HttpServletRequest) message.get(AbstractHTTPDestination.HTTP_REQUEST);
        if (request.getMethod().equals("GET")) {
            return;
        }
        var response = (HttpServletResponse) message.get(AbstractHTTPDestination.HTTP_RESPONSE);
        try {
            chain.handle(request, response);
        } catch (IOException e) {
            LOG.info("the connection failed before the answer was sent");
            fail(response);
        } catch (RuntimeException | Error e) {
            LOG.error("a request failed; its sender gets a bare 500 and may try again", e);
            fail(response);
        } finally {
            message.getInterceptorChain().abort();
        }
    }

    /** An aborted chain would answer 200 with an empty body, which is a positive answer on a one-way service. */
    private static void fail(HttpServletResponse response) {
        if (!response.isCommitted()) {
            response.reset();
            response.setStatus(HttpServletResponse.SC_INTERNAL_SERVER_ERROR);
            response.setHeader("Connection", "close");
        }
    }
}
