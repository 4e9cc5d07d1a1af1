package org.itkserver.soap;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.itkserver.audit.StoreUnavailable;
import org.itkserver.directory.Directory;
import org.itkserver.directory.Partner;
import org.itkserver.envelope.AnswerWriter;
import org.itkserver.envelope.EnvelopeRejected;
import org.itkserver.envelope.EnvelopeScanner;
import org.itkserver.envelope.ErrorCode;
import org.itkserver.envelope.FaultWriter;
import org.itkserver.envelope.Ids;
import org.itkserver.envelope.MessageBody;
import org.itkserver.envelope.MessageTooLarge;
import org.itkserver.envelope.ScannedMessage;
import org.itkserver.envelope.ToolkitError;
import org.itkserver.envelope.Uuids;
import org.itkserver.exchange.Answer;
import org.itkserver.exchange.Inbound;
import org.itkserver.exchange.Intake;
import org.itkserver.exchange.Refusals;
import org.itkserver.soap.signature.SignatureVerifier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * What happens to every message that arrives, in order. Thread-safe.
 *
 * <p>HTTP head (H18), scan (H4), the checks below (H3: the first that fails decides), intake, answer.
 */
public final class InboundChain {
    private static final Logger LOG = LoggerFactory.getLogger(InboundChain.class);

    private final EnvelopeScanner scanner;
    private final Supplier<Directory> directory;
    private final Intake intake;
    private final Refusals refusals;
    private final AnswerSender sender;
    private final Ids ids;
    private final Clock clock;
    private final InboundSettings settings;
    private final Peers peers;
    private final Rates rates = new Rates(System::nanoTime);
    private final List<Consumer<Arrival>> checks;
    private final QueueDesk queues;
    private final List<Consumer<Arrival>> queueChecks;

    public InboundChain(
            EnvelopeScanner scanner,
            Supplier<Directory> directory,
            Intake intake,
            QueueDesk queues,
            Refusals refusals,
            Ids ids,
            Clock clock,
            SignatureVerifier signatures,
            InboundSettings settings) {
        this.scanner = scanner;
        this.directory = directory;
        this.intake = intake;
        this.queues = queues;
        this.refusals = refusals;
        this.ids = ids;
        this.clock = clock;
        this.settings = settings;
        this.peers = new Peers(settings.tls(), settings.proxies());
        var answers = new AnswerWriter(ids);
        this.sender = new AnswerSender(answers, new FaultWriter(answers));
        var soap = new SoapChecks(settings.ours());
        var identity = new IdentityChecks(settings.clockSkew());
        var signature = new SignatureCheck(signatures, peers);
        this.queueChecks = QueueDesk.checks(soap, identity, signature);
        this.checks = CheckOrder.ofMessages(soap, identity, rates, signature);
    }

    /**
     * Takes a request and answers it.
     *
     * @throws IOException when the connection fails; the message may or may not have been accepted then, and the
     *     sender's repeat is answered as H9 says
     */
    public void handle(HttpServletRequest request, HttpServletResponse response) throws IOException {
        var call = new Call(request, response);
        try {
            call.run();
        } finally {
            MDC.remove("trackingId");
            MDC.remove("messageId");
        }
    }

    /** The partner that a connection with these certificates, its own first, and these headers proves; null for a stranger. */
    public @Nullable Partner partner(X509Certificate[] chain, Function<String, List<String>> headers) {
        return peers.of(chain, headers, directory.get(), clock.instant()).partner();
    }

    /**
     * When one more message of a partner that is proven may come ({@code rate} in its entry); it counts unless it is too much.
     *
     * @return how long from now, at most two seconds; null when it is too much
     */
    public @Nullable Duration delay(Partner partner) {
        return rates.delay(partner);
    }

    /** Writes down that a message was turned away unread because its partner sends too much. */
    public void tooMuch(String source) {
        audit(503, Rates.TOO_MUCH, source);
    }

    private void audit(int status, String reason, String source) {
        try {
            refusals.refused(status, reason, source);
        } catch (StoreUnavailable e) {
            LOG.warn("a refusal with HTTP {} could not be audited", status);
        }
    }

    /** The certificate that each partner showed last since the start, by the partner's id. */
    public Map<String, X509Certificate> certificates() {
        return peers.shown();
    }

    /** One request. */
    private final class Call {
        private final HttpServletRequest request;
        private final HttpServletResponse response;
        private final SoapAddress address;
        private final Peer peer;
        private @Nullable ScannedMessage message;
        private @Nullable Arrival arrival;

        Call(HttpServletRequest request, HttpServletResponse response) {
            this.request = request;
            this.response = response;
            this.address = SoapAddress.of(request.getRequestURI());
            this.peer = peers.of(request, directory.get(), clock.instant());
        }

        void run() throws IOException {
            if (peer.objection() != null) {
                // nothing is read from a stranger
                response.setHeader("Connection", "close");
                refuse(IdentityChecks.denied().error(), null);
                return;
            }
            try {
                var head = HttpHead.of(request, settings.maxMessage());
                try (var body = body()) {
                    answer(head, body);
                }
            } catch (HttpHead.DoubledAction e) {
                refuse(e.rejected().error(), null);
            } catch (HttpRefused e) {
                refuse(e.status(), e.getMessage());
            } catch (MessageTooLarge e) {
                refuse(413, e.getMessage());
            }
        }

        /** The body, if it was spooled complete; or an empty one, to be filled from the request's stream. */
        private MessageBody body() throws MessageTooLarge {
            var spooled = request.getAttribute(MessageBody.ATTRIBUTE);
            if (spooled instanceof MessageTooLarge e) {
                throw e;
            }
            return spooled instanceof MessageBody complete
                    ? complete.retain()
                    : new MessageBody(settings.spoolFolder(), settings.maxMessage(), request.getContentLengthLong());
        }

        private ScannedMessage scan(MessageBody body) throws IOException {
            var spooled = request.getAttribute(MessageBody.ATTRIBUTE);
            if (spooled instanceof IOException e) {
                LOG.error("the body of a message could not be written to a spool file", e);
                throw new StoreUnavailable("the message could not be spooled: " + e.getMessage());
            }
            return spooled == null ? scanner.scan(request.getInputStream(), body) : scanner.scan(body);
        }

        private void answer(HttpHead head, MessageBody body) throws IOException {
            try {
                message = scan(body);
                if (address.isQueue()) {
                    queue(check(head, queueChecks, body), body);
                } else {
                    send(intake.accept(inbound(check(head, checks, body), body)), body);
                }
            } catch (EnvelopeRejected e) {
                refuse(e.error(), body);
            } catch (MessageTooLarge e) {
                throw new HttpRefused(413, e.getMessage());
            } catch (HttpRefused e) {
                throw e;
            } catch (StoreUnavailable e) {
                unavailable(e.getMessage());
            } catch (RuntimeException e) {
                LOG.error("a message could not be processed; its sender is told to try again", e);
                unavailable("it could not be processed");
            } catch (StackOverflowError | LinkageError e) {
                broken(e, body);
            }
        }

        /** The same message would end the same way, so its sender is not told to repeat it. */
        private void broken(Error e, MessageBody body) throws IOException {
            LOG.error("a message could not be processed and is refused for good", e);
            refuse(ToolkitError.of(ErrorCode.NOT_RECOVERABLE, "The message cannot be processed by this server."), body);
            try {
                refusals.alert(
                        "A message could not be processed: " + e.getClass().getSimpleName() + " in this server.");
            } catch (StoreUnavailable unavailable) {
                LOG.warn("there is no alert about it: {}", unavailable.getMessage());
            }
        }

        private Arrival check(HttpHead head, List<Consumer<Arrival>> list, MessageBody body) {
            var scanned = java.util.Objects.requireNonNull(message);
            var header = scanned.header();
            if (header != null) {
                MDC.put("trackingId", ToolkitError.quoted(header.trackingId()));
            }
            var checking =
                    new Arrival(address, peer, head, requestBases(), scanned, body, directory.get(), clock.instant());
            arrival = checking;
            list.forEach(check -> check.accept(checking));
            return checking;
        }

        private Inbound inbound(Arrival checked, MessageBody body) {
            return new Inbound(
                    checked.now,
                    checked.message,
                    body,
                    checked.directory,
                    checked.requiredPartner(),
                    checked.requiredService(),
                    checked.callback(),
                    request.getRemoteAddr(),
                    checked.warnings());
        }

        private void queue(Arrival checked, MessageBody body) throws IOException {
            try (var memory = queues.memory()) {
                var content = queues.answer(checked, body, request.getRemoteAddr(), memory);
                var action = checked.addressing().action() + "Response";
                sender.send(response, address.version(), new Answer.Response(content), action, relatesTo());
            }
        }

        /** A Host without a port has the scheme's default port or, as some clients write it, the connection's (H21). */
        private List<String> requestBases() {
            var host = request.getHeader("Host");
            var base = request.getScheme() + "://" + (host == null ? "" : host);
            return host == null || HostName.hasPort(host)
                    ? List.of(base)
                    : List.of(base, base + ":" + request.getLocalPort());
        }

        private void send(Answer answer, MessageBody body) throws IOException {
            if (answer instanceof Answer.Fault fault && fault.errorId() == null) {
                refuse(fault.error(), body);
            } else {
                var service = java.util.Objects.requireNonNull(arrival).requiredService();
                sender.send(response, address.version(), answer, service.urn() + "Response", relatesTo());
            }
        }

        private @Nullable String relatesTo() {
            var messageId = message == null ? null : message.addressing().messageId();
            return messageId != null && Uuids.isPrefixedUuid(messageId) ? messageId : null;
        }

        private void refuse(ToolkitError error, @Nullable MessageBody body) throws IOException {
            var errorId = ids.next();
            var partner = arrival == null ? peer.partner() : arrival.partner();
            try {
                var source = new Refusals.Source(
                        request.getRemoteAddr(),
                        partner == null ? null : partner.id(),
                        peer.fingerprint(),
                        arrival == null ? peer.objection() : arrival.objection());
                refusals.refused(error, errorId, message, body, source);
                sender.send(response, address.version(), new Answer.Fault(error, errorId), "", relatesTo());
            } catch (StoreUnavailable e) {
                unavailable(e.getMessage());
            }
        }

        /** H18: no SOAP was read, none is answered; the rest of the body is not read. */
        private void refuse(int status, String reason) throws IOException {
            audit(status, reason, request.getRemoteAddr());
            response.setStatus(status);
            response.setHeader("Connection", "close");
            if (status == 405) {
                response.setHeader("Allow", "POST");
            } else if (status == 503) {
                response.setHeader("Retry-After", "5");
            }
            response.setContentLength(0);
            response.flushBuffer();
        }

        /** Nothing could be made durable, so nothing is promised; there is no audit row to point to. */
        private void unavailable(@Nullable String why) throws IOException {
            var error = ToolkitError.of(ErrorCode.RECOVERABLE, "The message store is not available.");
            var errorId = ids.next();
            LOG.warn("answered 2100 {}: {}", errorId, why);
            refusals.counted(ErrorCode.RECOVERABLE);
            sender.send(response, address.version(), new Answer.Fault(error, errorId), "", relatesTo());
        }
    }
}
