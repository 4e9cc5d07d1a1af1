package org.itkserver.exchange;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.itkserver.audit.AuditEvent;
import org.itkserver.audit.AuditType;
import org.itkserver.directory.Directory;
import org.itkserver.directory.Outbox;
import org.itkserver.directory.Partner;
import org.itkserver.directory.Service;
import org.itkserver.envelope.AcknowledgementWriter;
import org.itkserver.envelope.BusinessOutcome;
import org.itkserver.envelope.EnvelopeRejected;
import org.itkserver.envelope.EnvelopeScanner;
import org.itkserver.envelope.Ids;
import org.itkserver.envelope.MessageBody;
import org.itkserver.envelope.Outgoing;
import org.itkserver.envelope.TrackingId;
import org.itkserver.envelope.XmlFragment;
import org.jspecify.annotations.Nullable;

/** What local applications ask for: messages to send, and business outcomes of received ones. Thread-safe. */
public final class Submissions {
    /** The answer about a message that does not exist, and about one that the application may not see. */
    public static final String UNKNOWN = "There is no message with this tracking id.";

    private final MessageStore store;
    private final Exchanges exchanges;
    private final EnvelopeScanner scanner;
    private final SubmissionWriter writer;
    private final PatientFinder patients;
    private final Supplier<Directory> directory;
    private final Path spoolFolder;
    private final Ids ids;
    private final Clock clock;
    private final Runnable wakeWorkers;

    public Submissions(
            MessageStore store,
            Exchanges exchanges,
            EnvelopeScanner scanner,
            XmlFragment fragments,
            PatientFinder patients,
            Supplier<Directory> directory,
            Path spoolFolder,
            Ids ids,
            Clock clock,
            Runnable wakeWorkers) {
        this.store = store;
        this.exchanges = exchanges;
        this.scanner = scanner;
        this.writer = new SubmissionWriter(fragments);
        this.patients = patients;
        this.directory = directory;
        this.spoolFolder = spoolFolder;
        this.ids = ids;
        this.clock = clock;
        this.wakeWorkers = wakeWorkers;
    }

    /**
     * A message of an application.
     *
     * @param trackingId an upper-case UUID that makes it idempotent, null for a fresh one
     * @param service service name
     * @param partner id of the partner to transmit it to; null to find it by the addresses
     * @param to ITK address URIs
     * @param interaction interaction URN or null
     * @param infAckRequested whether to ask for an infrastructure acknowledgement
     * @param ackRequested whether to ask for a business acknowledgement
     * @param payloads at least one
     * @param client name of the application
     * @param source network address it came from, null for a folder
     */
    public record Submission(
            @Nullable String trackingId,
            String service,
            @Nullable String partner,
            List<String> to,
            @Nullable String interaction,
            boolean infAckRequested,
            boolean ackRequested,
            List<Content> payloads,
            String client,
            @Nullable String source) {
        public Submission {
            to = List.copyOf(to);
            payloads = List.copyOf(payloads);
        }

        /**
         * What a file of an outbox asks for.
         *
         * @param trackingId null for a fresh one
         * @param content bytes of the file
         */
        public static Submission of(Outbox outbox, @Nullable String trackingId, byte[] content) {
            return new Submission(
                    trackingId,
                    outbox.service(),
                    null,
                    outbox.to(),
                    outbox.interaction(),
                    outbox.infAckRequested(),
                    outbox.ackRequested(),
                    List.of(new Content(outbox.mimeType(), outbox.profileId(), content)),
                    "outbox " + outbox.name(),
                    null);
        }
    }

    /**
     * A payload of an application.
     *
     * @param mimeType its media type; an XML one is sent as XML, {@code text/plain} as base64 like every other
     * @param profileId profile URN or null
     * @param bytes its content
     */
    public record Content(String mimeType, @Nullable String profileId, byte[] bytes) {

        /**
         * Content that came as characters: an XML declaration says nothing about its encoding and is left out.
         *
         * @param text in UTF-8
         */
        public static Content ofText(String mimeType, @Nullable String profileId, byte[] text) {
            var content = new Content(mimeType, profileId, text);
            return content.isXml() ? new Content(mimeType, profileId, XmlFragment.withoutDeclaration(text)) : content;
        }

        boolean isXml() {
            var type = mimeType.toLowerCase(Locale.ROOT);
            return type.equals("text/xml") || type.equals("application/xml") || type.endsWith("+xml");
        }
    }

    /** Why a request of an application is not done; the message is one sentence for its developer. */
    public static final class Refused extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final Why why;

        Refused(Why why, String message) {
            super(message, null, false, false);
            this.why = why;
        }

        static Refused invalid(String reason) {
            return new Refused(Why.INVALID, reason);
        }

        public Why why() {
            return why;
        }

        /** Kinds of refusal. */
        public enum Why {
            /** The request breaks a rule. */
            INVALID,
            /** There is no such message. */
            NOT_FOUND,
            /** It contradicts an earlier request. */
            CONFLICT,
            /** Its content was destroyed. */
            GONE
        }
    }

    /**
     * Makes a message durable, to be sent; the same submission with the same tracking id is the same message.
     *
     * @return its tracking id
     * @throws Refused when it breaks a rule, or its tracking id was used for something else
     * @throws org.itkserver.audit.StoreUnavailable when it could not be made durable in time
     */
    public String submit(Submission submission) {
        return submit(submission, message -> true);
    }

    /**
     * As {@link #submit(Submission)}, for an application that may see some messages only. A tracking id that a message has which the
     * application may not see is answered as an unknown message, whatever the content: the answer does not tell whether the two are equal.
     *
     * @param visible which messages the application may see
     * @throws Refused as above, and when its tracking id belongs to a message that the application may not see
     */
    public String submit(Submission submission, Predicate<MessageRecord> visible) {
        var current = directory.get();
        var trackingId = trackingId(submission);
        var service = writer.service(current, submission);
        var out = new ArrayList<OutboundMessage>();
        var events = new ArrayList<AuditEvent>();
        writer.hops(current, submission).forEach((partner, addresses) -> {
            var envelope = writer.envelope(current, submission, service, trackingId, addresses);
            var message = outbound(partner, service, envelope);
            out.add(message);
            events.add(event(message, submission));
        });
        if (submission.trackingId() != null && isRepeat(trackingId, out, visible)) {
            return trackingId;
        }
        try {
            store.apply(Change.of(events, out));
        } catch (MessageStore.Taken e) {
            if (!isRepeat(trackingId, out, visible)) {
                requireVisible(sent(trackingId), visible);
                throw new Refused(Refused.Why.INVALID, "The message store refuses this message.");
            }
        }
        wakeWorkers.run();
        return trackingId;
    }

    private String trackingId(Submission submission) {
        var given = submission.trackingId();
        if (given == null) {
            return ids.next();
        }
        if (!TrackingId.isValid(given)) {
            throw Refused.invalid("trackingId is not an upper-case UUID.");
        }
        return given;
    }

    private OutboundMessage outbound(Partner to, Service service, Outgoing envelope) {
        var plain = exchanges.outbound().business(to, service, envelope, clock.instant());
        if (plain.lane() == null) {
            throw Refused.invalid("partner " + to.id() + " has no endpoint for messages.");
        }
        try (var body = new MessageBody(spoolFolder, Long.MAX_VALUE, plain.content().length)) {
            var scanned = scanner.scan(new ByteArrayInputStream(plain.content()), body);
            var problem = scanned.schemaProblem() == null ? scanned.blankHeaderAttribute() : scanned.schemaProblem();
            if (problem != null) {
                throw Refused.invalid("The message would break a rule of ITK: " + problem + ".");
            }
            return plain.withPatient(patients.of(scanned, body));
        } catch (EnvelopeRejected e) {
            throw Refused.invalid(
                    "The message would break a rule of ITK: " + e.error().diagnostic());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static AuditEvent event(OutboundMessage message, Submission submission) {
        return new AuditEvent(
                message.createdAt(),
                AuditType.SUBMITTED,
                message.id(),
                message.trackingId(),
                message.partner(),
                message.service(),
                submission.client(),
                submission.source(),
                null,
                null,
                "for partner " + message.partner());
    }

    private List<MessageRecord> sent(String trackingId) {
        return store.byTrackingId(trackingId).stream().filter(m -> !m.inbound()).toList();
    }

    private static void requireVisible(List<MessageRecord> messages, Predicate<MessageRecord> visible) {
        if (!messages.stream().allMatch(visible)) {
            throw new Refused(Refused.Why.NOT_FOUND, UNKNOWN);
        }
    }

    private boolean isRepeat(String trackingId, List<OutboundMessage> wanted, Predicate<MessageRecord> visible) {
        var earlier = sent(trackingId).stream()
                .filter(m -> m.kind() == MessageKind.BUSINESS)
                .toList();
        if (earlier.isEmpty()) {
            return false;
        }
        requireVisible(earlier, visible);
        boolean same = earlier.size() == wanted.size()
                && wanted.stream().allMatch(w -> earlier.stream()
                        .anyMatch(e -> e.partner().equals(w.partner()) && Arrays.equals(e.digest(), w.digest())));
        if (!same) {
            throw new Refused(
                    Refused.Why.CONFLICT, "trackingId " + trackingId + " was used before for another message.");
        }
        return true;
    }

    /**
     * Records the business outcome of a received message and sends its business acknowledgement, once (H7). The same
     * outcome again changes nothing.
     *
     * @param detail what the sender is told besides, null for nothing
     * @param client name of the application
     * @throws Refused when there is no such received message, or its outcome was decided differently
     */
    public void decide(String trackingId, BusinessOutcome outcome, @Nullable String detail, String client) {
        decide(trackingId, message -> true, outcome, detail, client);
    }

    /**
     * As {@link #decide(String, BusinessOutcome, String, String)}, for one of the messages that the application may see.
     *
     * @param visible which messages those are
     */
    public void decide(
            String trackingId,
            Predicate<MessageRecord> visible,
            BusinessOutcome outcome,
            @Nullable String detail,
            String client) {
        var message = store.byTrackingId(trackingId).stream()
                .filter(m -> m.inbound() && m.kind() == MessageKind.BUSINESS)
                .filter(visible)
                .findFirst()
                .orElseThrow(
                        () -> new Refused(Refused.Why.NOT_FOUND, "No message " + trackingId + " has been received."));
        if (!message.ackRequested()) {
            throw Refused.invalid("Message " + trackingId + " asks for no business acknowledgement.");
        }
        if (message.outcome() != null || !store.apply(decision(message, outcome, detail, client))) {
            var decided = store.message(message.id()).map(MessageRecord::outcome);
            if (!decided.equals(Optional.of(outcome.name()))) {
                throw new Refused(
                        Refused.Why.CONFLICT, "The business outcome was decided before: " + decided.orElse("?") + ".");
            }
        }
        wakeWorkers.run();
    }

    private static Refused gone(MessageRecord message) {
        return new Refused(Refused.Why.GONE, "The content of message " + message.trackingId() + " was destroyed.");
    }

    private Change decision(MessageRecord message, BusinessOutcome outcome, @Nullable String detail, String client) {
        var now = clock.instant();
        var current = directory.get();
        var decision = new AcknowledgementWriter.Decision(outcome, null, outcome.isPositive() ? null : detail);
        var event = new AuditEvent(
                now,
                AuditType.DECIDED,
                message.id(),
                message.trackingId(),
                message.partner(),
                message.service(),
                client,
                null,
                null,
                null,
                outcome.name());
        var made = exchanges.acknowledger().decided(current, received(current, message), decision, now);
        return Acknowledger.change(List.of(event), made.map(List::of).orElse(List.of()))
                .deciding(message.id(), outcome);
    }

    private Received received(Directory current, MessageRecord message) {
        try (var raw = store.raw(message.id()).orElseThrow(() -> gone(message));
                var body = new MessageBody(spoolFolder, Long.MAX_VALUE, -1)) {
            var header = scanner.scan(raw, body).requiredHeader();
            return Received.of(message.id(), message.partner(), current, header);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
