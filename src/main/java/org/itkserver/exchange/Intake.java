package org.itkserver.exchange;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.itkserver.audit.AuditEvent;
import org.itkserver.audit.AuditType;
import org.itkserver.directory.Directory;
import org.itkserver.directory.Partner;
import org.itkserver.directory.Pattern;
import org.itkserver.directory.Routing;
import org.itkserver.envelope.EnvelopeRejected;
import org.itkserver.envelope.ErrorCode;
import org.itkserver.envelope.NhsNumberFinder;
import org.itkserver.envelope.PayloadStreams;
import org.itkserver.envelope.ToolkitError;
import org.itkserver.envelope.TypedUri;
import org.jspecify.annotations.Nullable;

/**
 * Accepts a checked message: chooses its route, makes it durable in one commit, answers. The same message again is
 * answered again and not handled again (H9). Thread-safe.
 */
public final class Intake {
    private static final int PID_WINDOW = 16 * 1024;

    private final MessageStore store;
    private final SynchronousExchange synchronous;
    private final PatientKey patients;
    private final PayloadStreams streams;
    private final Clock clock;
    private final Counters counters;
    private final Runnable wakeWorkers;

    public Intake(
            MessageStore store,
            SynchronousExchange synchronous,
            PatientKey patients,
            PayloadStreams streams,
            Clock clock,
            Runnable wakeWorkers) {
        this.store = store;
        this.synchronous = synchronous;
        this.patients = patients;
        this.streams = streams;
        this.clock = clock;
        this.counters = synchronous.counters();
        this.wakeWorkers = wakeWorkers;
    }

    /**
     * Accepts a message.
     *
     * @return what to answer; durable by now
     * @throws EnvelopeRejected 1000 when no address can be routed or the tracking id was used for another message, 2200
     *     when a synchronous service has no handler
     * @throws org.itkserver.audit.StoreUnavailable when it could not be made durable in time
     */
    public Answer accept(Inbound in) {
        var routing = in.directory().route(in.service(), in.header());
        boolean sync = in.service().pattern() == Pattern.SYNCHRONOUS;
        var work = new ArrayList<>(routing.handlers());
        work.remove(Directory.INBOX);
        refuseUnroutable(in, routing, sync && work.isEmpty());
        long id = store.nextId();
        if (sync) {
            return synchronous.respond(in, acceptance(in, id, routing, work.subList(0, 1)), work.get(0));
        }
        var acceptance = acceptance(in, id, routing, work);
        var earlier = store.accept(acceptance);
        if (earlier.isPresent()) {
            return copy(in, earlier.get(), acceptance.digest());
        }
        counters.accepted();
        if (work.isEmpty()) {
            counters.handled();
        } else {
            wakeWorkers.run();
        }
        return answer(acceptance.answer());
    }

    private static void refuseUnroutable(Inbound in, Routing routing, boolean unanswerable) {
        if (routing.handlers().isEmpty() && !routing.unroutable().isEmpty()) {
            throw EnvelopeRejected.invalid("Address "
                    + ToolkitError.quoted(routing.unroutable().get(0)) + " is neither ours nor routed (H19).");
        }
        if (routing.handlers().isEmpty() || unanswerable) {
            throw new EnvelopeRejected(ToolkitError.of(
                    ErrorCode.NOT_RECOVERABLE,
                    "No handler is configured for service " + in.service().name() + "."));
        }
    }

    private Answer copy(Inbound in, StoredMessage earlier, byte[] digest) {
        refuseOtherContent(in, earlier, digest);
        counters.duplicate();
        store.append(Events.of(clock.instant(), AuditType.DUPLICATE, in, earlier.id(), "answered again, not handled"));
        return answer(earlier.answer());
    }

    /** a tracking id stands for one content for ever. */
    static void refuseOtherContent(Inbound in, StoredMessage earlier, byte[] digest) {
        if (!Arrays.equals(earlier.digest(), digest)) {
            throw EnvelopeRejected.invalid("Tracking id " + in.header().trackingId()
                    + " was used before for a message with other content (H9).");
        }
    }

    private static Answer answer(AnswerKind kind) {
        return switch (kind) {
            case EMPTY200 -> new Answer.Empty(200);
            case EMPTY202 -> new Answer.Empty(202);
            case OK200 -> new Answer.Simple();
            case RESPONSE, FAULT -> throw new IllegalStateException("a synchronous answer for a one-way service");
        };
    }

    private static AnswerKind answerKind(Inbound in) {
        var wished = in.partner().answer();
        if (wished == Partner.PositiveAnswer.AUTO) {
            return switch (in.service().pattern()) {
                case SYNCHRONOUS -> AnswerKind.RESPONSE;
                case SIMPLE -> AnswerKind.OK200;
                case ONE_WAY -> AnswerKind.EMPTY202;
            };
        }
        return in.service().pattern() == Pattern.SYNCHRONOUS ? AnswerKind.RESPONSE : AnswerKind.valueOf(wished.name());
    }

    private Acceptance acceptance(Inbound in, long id, Routing routing, List<String> work) {
        var header = in.header();
        var envelope = in.message().requiredEnvelope();
        var sender = header.sender();
        var digest = in.body().sha256(envelope.start(), envelope.end());
        var messageId = in.message().addressing().messageId();
        boolean sync = in.service().pattern() == Pattern.SYNCHRONOUS;
        return new Acceptance(
                id,
                in.partner().id(),
                header.trackingId(),
                messageId == null ? "" : messageId,
                in.service().name(),
                header.interaction().orElse(null),
                sender == null ? null : sender.uri(),
                addresses(header.addresses()),
                work.isEmpty() ? MessageState.HANDLED : MessageState.ACCEPTED,
                in.receivedAt(),
                digest,
                in.body().sha256(0, in.body().size()),
                patient(in),
                answerKind(in),
                header.infAckRequested(),
                header.ackRequested(),
                in.body(),
                work,
                sync ? synchronous.lease() : null,
                events(in, id, routing));
    }

    private static String addresses(List<TypedUri> addresses) {
        var all = addresses.stream().map(TypedUri::uri).collect(Collectors.joining(" "));
        return all.substring(0, Math.min(all.length(), 2000));
    }

    private List<AuditEvent> events(Inbound in, long id, Routing routing) {
        var at = in.receivedAt();
        var out = new ArrayList<AuditEvent>();
        out.add(Events.of(at, AuditType.ACCEPTED, in, id, "for " + String.join(", ", routing.handlers())));
        for (var address : routing.unroutable()) {
            out.add(Events.of(
                    at,
                    AuditType.WARNING,
                    in,
                    id,
                    "address " + ToolkitError.quoted(address) + " is neither ours nor routed"));
        }
        if (in.message().blankPayloadAttributes() > 0) {
            int count = in.message().blankPayloadAttributes();
            out.add(Events.of(at, AuditType.WARNING, in, id, count + " empty attributes inside payloads (H22)"));
        }
        if (in.message().schemaLocation()) {
            out.add(Events.of(at, AuditType.WARNING, in, id, "xsi:schemaLocation occurs (WS-STD-04)"));
        }
        return out;
    }

    private byte @Nullable [] patient(Inbound in) {
        var number = in.message().nhsNumber();
        if (number == null) {
            number = inPipeAndHat(in);
        }
        return number == null ? null : patients.of(number);
    }

    private @Nullable String inPipeAndHat(Inbound in) {
        for (var payload : new StoredEnvelope(in.message(), in.body()).payloads(streams)) {
            if (payload.mimeType().equalsIgnoreCase("text/plain")) {
                try (var bytes = payload.open()) {
                    var start = new String(bytes.readNBytes(PID_WINDOW), StandardCharsets.ISO_8859_1);
                    return NhsNumberFinder.inPipeAndHat(start);
                } catch (IOException | IllegalArgumentException e) {
                    return null;
                }
            }
        }
        return null;
    }
}
