package org.itkserver.exchange;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.List;
import java.util.function.Supplier;
import org.itkserver.audit.AuditEvent;
import org.itkserver.audit.AuditType;
import org.itkserver.directory.Directory;
import org.itkserver.directory.Endpoints;
import org.itkserver.envelope.EnvelopeRejected;
import org.itkserver.envelope.EnvelopeScanner;
import org.itkserver.envelope.EnvelopeText;
import org.itkserver.envelope.MessageBody;
import org.jspecify.annotations.Nullable;

/**
 * Sends a synchronous request on to the partner that its address is routed to, and brings back the partner's answer (H26).
 * Thread-safe.
 */
public final class SynchronousForward {
    /** What the lane of such work is called: this and the partner's id. */
    private static final String PARTNER = "partner/";

    private final Supplier<Directory> directory;
    private final Transport transport;
    private final EnvelopeScanner scanner;

    public SynchronousForward(Supplier<Directory> directory, Transport transport, EnvelopeScanner scanner) {
        this.directory = directory;
        this.transport = transport;
        this.scanner = scanner;
    }

    /** The lane that leads to a partner. */
    static String lane(String partner) {
        return PARTNER + partner;
    }

    /** Whether a lane leads to a partner and not to a handler. */
    static boolean isPartner(String lane) {
        return lane.startsWith(PARTNER);
    }

    /**
     * What came of it.
     *
     * @param envelope the response envelope as XML that declares its own namespaces, null when there is none
     * @param isFinal for no envelope: whether the partner refuses the request for good
     * @param reason for no envelope: why
     * @param alerts what a person has to know
     */
    record Result(@Nullable String envelope, boolean isFinal, String reason, List<AuditEvent> alerts) {
        static Result failed(boolean isFinal, String reason) {
            return new Result(null, isFinal, reason, List.of());
        }
    }

    /** Sends the request once. */
    Result send(Inbound in, long message, String lane) {
        var current = directory.get();
        var id = lane.substring(PARTNER.length());
        var endpoint = current.partner(id)
                .flatMap(p -> p.endpoints().forMessages(in.service().name()));
        if (endpoint.isEmpty() || Endpoints.queue(endpoint.get()).isPresent()) {
            return Result.failed(true, "Partner " + id + " has no endpoint that answers requests.");
        }
        var letter = new Transport.Letter(
                in.service().urn(),
                in.message().requiredHeader().trackingId(),
                null,
                in.body(),
                in.message().requiredEnvelope(),
                in.message().inherited(),
                in.message().charset(),
                true);
        var result = transport.send(
                URI.create(endpoint.get()), current.organisation().username(), letter);
        if (result instanceof Transport.Taken taken && taken.response() != null) {
            return answer(taken.response());
        }
        if (result instanceof Transport.NotOurs notOurs) {
            var alert = Events.of(
                            in.receivedAt(), AuditType.ALERT, in, message, "partner " + id + ": " + notOurs.reason())
                    .raising(Causes.wrongAnswer(id));
            return new Result(null, false, "The next hop's answer could not be used.", List.of(alert));
        }
        if (result instanceof Transport.Refused refused) {
            return Result.failed(true, "The next hop refused it: " + refused.reason());
        }
        return result instanceof Transport.Unsendable
                ? Result.failed(true, "It cannot be sent to its next hop.")
                : Result.failed(false, "The next hop did not answer it.");
    }

    private Result answer(String response) {
        var bytes = StoredResponse.utf8(response);
        try (var body = MessageBody.of(bytes)) {
            return new Result(EnvelopeText.of(scanner.scan(body), body), true, "", List.of());
        } catch (EnvelopeRejected e) {
            return Result.failed(false, "The next hop's answer could not be read.");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
