package org.itkserver.exchange;

import java.util.Optional;
import org.itkserver.audit.StoreUnavailable;
import org.itkserver.handler.HandledMessage;
import org.itkserver.handler.Handlers;
import org.itkserver.handler.Outcome;
import org.itkserver.handler.PayloadHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Calls a handler by its name. Thread-safe. */
final class HandlerCall {
    private static final Logger LOG = LoggerFactory.getLogger(HandlerCall.class);

    private final Handlers handlers;

    HandlerCall(Handlers handlers) {
        this.handlers = handlers;
    }

    /** What the handler says; whatever it throws is an attempt that failed, unless the process is out of memory. */
    Outcome call(String name, HandledMessage message) {
        Optional<PayloadHandler> handler = handlers.find(name);
        if (handler.isEmpty()) {
            return new Outcome.TryAgain("handler " + name + " is not configured");
        }
        try {
            return handler.get().handle(message);
        } catch (StoreUnavailable e) {
            throw e;
        } catch (RuntimeException | StackOverflowError | LinkageError | AssertionError e) {
            LOG.error("{} failed in handler {}; it will be tried again", message.trackingId(), name, e);
            return new Outcome.TryAgain("the handler failed");
        } finally {
            // an interrupt that is left on this thread would close the file of the embedded database
            Thread.interrupted();
        }
    }

    /** Whether the handler's answers are invented. */
    boolean inventsData(String name) {
        return handlers.find(name).filter(PayloadHandler::inventsData).isPresent();
    }
}
