package org.itkserver.exchange;

import java.time.Instant;
import java.util.Optional;
import org.itkserver.audit.AuditType;
import org.itkserver.directory.Directory;
import org.itkserver.directory.Partner;
import org.itkserver.directory.Pattern;
import org.itkserver.directory.Service;
import org.itkserver.envelope.AnswerWriter;
import org.itkserver.envelope.EnvelopeRejected;
import org.itkserver.envelope.ErrorCode;
import org.itkserver.envelope.FaultWriter;
import org.itkserver.envelope.Ids;
import org.itkserver.envelope.Namespaces;
import org.itkserver.envelope.SoapVersion;
import org.itkserver.envelope.ToolkitError;
import org.itkserver.handler.Outcome;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes the answers of truly asynchronous requests, for their ReplyTo and FaultTo (H10, H21). Thread-safe. */
public final class Callbacks {
    private static final Logger LOG = LoggerFactory.getLogger(Callbacks.class);

    private final Outbound outbound;
    private final ResponseWriter responses;
    private final Ids ids;

    public Callbacks(Exchanges exchanges, ResponseWriter responses, Ids ids) {
        this.outbound = exchanges.outbound();
        this.responses = responses;
        this.ids = ids;
    }

    /** Where a stored request is to be answered, empty when it asks for no callback or its sender is gone. */
    Optional<Callback> of(Directory directory, StoredEnvelope stored, MessageRecord message) {
        var service = directory.services().get(message.service());
        boolean gone = directory.partner(message.partner()).isEmpty();
        if (gone || service == null || service.pattern() != Pattern.SYNCHRONOUS) {
            return Optional.empty();
        }
        var replyTo = stored.message().addressing().replyTo();
        return replyTo == null || replyTo.equals(Namespaces.ANONYMOUS)
                ? Optional.empty()
                : Optional.of(callback(stored));
    }

    /** The business response, or the simple response when the handler gave none; a fault when it cannot be sent. */
    Acknowledger.Made answer(
            Directory directory, StoredEnvelope stored, Received received, Outcome.@Nullable Reply reply, Instant now) {
        var callback = callback(stored);
        var to = partner(directory, received);
        if (reply == null) {
            var action = Namespaces.SERVICE + received.service() + "Response";
            return made(outbound.body(to, received, callback, action, AnswerWriter.SIMPLE_RESPONSE, now), null);
        }
        try {
            Service service = directory.services().get(received.service());
            var response = responses.envelope(directory, service, stored.header(), reply);
            return made(outbound.response(to, received, callback, response, now), null);
        } catch (EnvelopeRejected e) {
            return fault(directory, stored, received, "The response cannot be sent.", now);
        }
    }

    /** A 2200 fault. */
    Acknowledger.Made fault(Directory directory, StoredEnvelope stored, Received received, String reason, Instant now) {
        var errorId = ids.next();
        LOG.warn(
                "{} request {} gets a fault at its callback",
                errorId,
                received.about().trackingId());
        var error = ToolkitError.of(ErrorCode.NOT_RECOVERABLE, reason);
        var body = FaultWriter.body(SoapVersion.SOAP_11, error, errorId);
        return made(
                outbound.body(
                        partner(directory, received), received, callback(stored), Namespaces.FAULT_ACTION, body, now),
                errorId);
    }

    private static Callback callback(StoredEnvelope stored) {
        var addressing = stored.message().addressing();
        var replyTo = java.util.Objects.requireNonNull(addressing.replyTo());
        var faultTo = addressing.faultTo();
        boolean elsewhere = faultTo != null && !faultTo.equals(Namespaces.ANONYMOUS);
        return new Callback(replyTo, elsewhere ? faultTo : replyTo, addressing.messageId());
    }

    private static Partner partner(Directory directory, Received received) {
        return directory
                .partner(received.partner())
                .orElseThrow(() -> new IllegalStateException("partner " + received.partner() + " is gone"));
    }

    private static Acknowledger.Made made(OutboundMessage message, @Nullable String errorId) {
        return new Acknowledger.Made(
                message, Events.ofOutbound(AuditType.REPLYING, message, errorId, "to partner " + message.partner()));
    }
}
