package org.itkserver.http;

import io.undertow.io.IoCallback;
import io.undertow.io.Sender;
import io.undertow.server.AbstractServerConnection;
import io.undertow.server.Connectors;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.protocol.http.HttpContinue;
import io.undertow.util.Headers;
import io.undertow.util.SameThreadExecutor;
import io.undertow.util.StatusCodes;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.itkserver.envelope.MessageBody;
import org.jspecify.annotations.Nullable;
import org.xnio.IoUtils;

/** One request on its way to the servlets. */
final class AdmittedRequest implements BodyReader.Outcome {
    /** A message above this size is processed by few threads at once. */
    private static final int LARGE = 1 << 20;
    /** Largest body of a request that is neither a message nor for the REST API: a form. */
    private static final int LARGEST_FORM = 16 * 1024;

    private final RequestTicket ticket;
    private final HttpServerExchange exchange;
    private final EdgeResources resources;
    private final HttpHandler servlets;
    private boolean unread;
    private @Nullable ResponseBuffer response;

    AdmittedRequest(RequestTicket ticket, EdgeResources resources, HttpHandler servlets) {
        this.ticket = ticket;
        this.exchange = ticket.exchange();
        this.resources = resources;
        this.servlets = servlets;
    }

    /** Bytes of the largest body that is read. */
    long limit() {
        return switch (ticket.route()) {
            case ITK -> resources.maxMessage();
            // base64 and escapes make JSON longer than the message
            case API -> 2 * resources.maxMessage() + LARGE;
            default -> LARGEST_FORM;
        };
    }

    /** @param leaveUnread whether it is answered without its body */
    void admit(boolean leaveUnread) {
        if (leaveUnread && !exchange.isRequestComplete()) {
            exchange.dispatch(SameThreadExecutor.INSTANCE, this::failed);
        } else if (exchange.isRequestComplete()) {
            exchange.dispatch(SameThreadExecutor.INSTANCE, this::complete);
        } else if (HttpContinue.requiresContinueResponse(exchange)) {
            HttpContinue.sendContinueResponse(exchange, new Continued(this::read));
        } else {
            exchange.dispatch(SameThreadExecutor.INSTANCE, this::read);
        }
    }

    private void read() {
        if (!exchange.isComplete()) {
            new BodyReader(ticket, resources, limit(), this).start();
        }
    }

    @Override
    public void complete() {
        work(ticket.body() != null || exchange.getRequestContentLength() > LARGE);
    }

    @Override
    public void failed() {
        unread = true;
        exchange.setPersistent(false);
        // a channel that is taken is not drained by the servlets
        exchange.getRequestChannel();
        work(false);
    }

    @Override
    public void noRoom() {
        Refusal.notNow(exchange, "Too many large messages are on their way. Send this one again later.");
    }

    @Override
    public void tooSlow() {
        Refusal.send(exchange, StatusCodes.REQUEST_TIME_OUT, "The request's body came too slowly.");
    }

    /** Records that the partner sends too much, and refuses the request. */
    void tooMuch(AdmissionPolicy policy) {
        if (!resources.bulkhead(Route.OTHER, RequestClass.CONSOLE, false).submit(ticket.sender(), () -> {
            policy.tooMuch(exchange.getSourceAddress().getAddress().getHostAddress());
            Refusal.notNow(exchange, "This partner sends more messages than its rate allows.");
        })) {
            Refusal.notNow(exchange, "This partner sends more messages than its rate allows.");
        }
    }

    private void work(boolean isLarge) {
        var threads = resources.bulkhead(ticket.route(), ticket.requestClass(), isLarge);
        if (!threads.submit(ticket.sender(), this::run)) {
            Refusal.notNow(exchange, "Too many requests are being processed. Send this one again later.");
        }
    }

    private void run() {
        if (exchange.getConnection().isOpen()) {
            Connectors.executeRootHandler(ex -> serve(), exchange);
        }
    }

    private void serve() throws Exception {
        exchange.addResponseWrapper((factory, ex) -> {
            response = new ResponseBuffer(factory.create(), ticket);
            return response;
        });
        ticket.giveBody();
        var body = ticket.body() instanceof MessageBody spooled ? spooled.retain() : null;
        try {
            servlets.handleRequest(exchange);
        } finally {
            if (response != null) {
                response.release();
            }
            if (body != null) {
                body.close();
            }
            if (response != null && response.isPending()) {
                exchange.dispatch(SameThreadExecutor.INSTANCE, () -> exchange.getIoThread()
                        .execute(() -> sendRest(response)));
            } else if (unread) {
                exchange.dispatch(SameThreadExecutor.INSTANCE, this::endUnread);
            }
        }
    }

    private void sendRest(ResponseBuffer rest) {
        rest.sendRest(unread ? this::endUnread : exchange::endExchange);
    }

    /** The response is on its way; the connection ends after it. */
    private void endUnread() {
        if (response == null || !(exchange.getConnection() instanceof AbstractServerConnection connection)) {
            ShortAnswer.send(exchange, ByteBuffer.allocate(0));
            return;
        }
        var sink = connection.getChannel().getSinkChannel();
        try {
            if (sink.flush()) {
                sink.suspendWrites();
                LingeringClose.of(exchange);
            } else {
                sink.setWriteListener(writable -> endUnread());
                sink.resumeWrites();
            }
        } catch (IOException e) {
            IoUtils.safeClose(connection);
        }
    }

    /** Continues when a client that waits for 100 has been told to go on. */
    private record Continued(Runnable next) implements IoCallback {
        @Override
        public void onComplete(HttpServerExchange exchange, Sender sender) {
            HttpContinue.markContinueResponseSent(exchange);
            exchange.getRequestHeaders().remove(Headers.EXPECT);
            exchange.dispatch(SameThreadExecutor.INSTANCE, next);
        }

        @Override
        public void onException(HttpServerExchange exchange, Sender sender, IOException e) {
            exchange.setPersistent(false);
            exchange.endExchange();
        }
    }
}
