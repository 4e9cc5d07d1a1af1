package org.itkserver.admin;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamException;
import org.itkserver.audit.AuditQuery;
import org.itkserver.audit.AuditQuery.MessageRow;
import org.itkserver.envelope.EnvelopeRejected;
import org.itkserver.envelope.EnvelopeScanner;
import org.itkserver.envelope.MessageBody;
import org.itkserver.envelope.PayloadStreams;
import org.itkserver.envelope.ScannedMessage;
import org.itkserver.exchange.StoredEnvelope;
import org.itkserver.handler.Payload;
import org.itkserver.io.InHand;
import org.itkserver.io.MemoryBudget;
import org.jspecify.annotations.Nullable;

/** Stored messages, read for people: what the headers say, and the payloads. Thread-safe. */
public final class StoredContent {
    /** Larger messages are not read just to show their headers. */
    private static final long LARGEST = 4 << 20;

    /** A view takes up to so many times the bytes that it shows: as bytes, as characters, as document, as page. */
    private static final int COPIES = 6;

    private static final Duration MEMORY_WAIT = Duration.ofSeconds(2);
    private static final int PAYLOADS = 20;
    private static final String TOO_MUCH =
            "It is not shown, because the payloads before it are large. Download the message.";
    private static final String SET_ASIDE =
            "It is not shown, because the server ended each time it was shown. Download the message.";
    private static final String NOT_UTF_8 =
            "It is not text in UTF-8. Download the message to read it in its own encoding.";

    private final AuditQuery query;
    private final EnvelopeScanner scanner;
    private final PayloadStreams streams;
    private final XMLInputFactory factory;
    private final Path spoolFolder;
    private final MemoryBudget.Share memory;
    private final InHand inHand;
    private final Consumer<MessageRow> alarm;

    /**
     * @param scanner reads stored messages
     * @param factory reads payloads; it is configured here
     * @param spoolFolder where a large message is kept while it is read
     * @param memory what views take their bytes from
     * @param inHand notes a message while it is shown
     * @param alarm is called when a message is not shown because the server ended each time it was
     */
    public StoredContent(
            AuditQuery query,
            EnvelopeScanner scanner,
            PayloadStreams streams,
            XMLInputFactory factory,
            Path spoolFolder,
            MemoryBudget.Share memory,
            InHand inHand,
            Consumer<MessageRow> alarm) {
        this.query = query;
        this.scanner = scanner;
        this.streams = streams;
        this.factory = factory;
        this.spoolFolder = spoolFolder;
        this.memory = memory;
        this.inHand = inHand;
        this.alarm = alarm;
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        factory.setProperty(XMLInputFactory.IS_COALESCING, true);
    }

    /** Whether there is something to show, or when it was destroyed; a page says that instead of showing nothing. */
    static Optional<java.time.Instant> destroyed(MessageRow row) {
        return Optional.ofNullable(row.destroyedAt());
    }

    /**
     * The memory for a view of the payloads of a message; to be closed when the page is written.
     *
     * @throws MemoryBudget.Exhausted when other views have it for too long
     */
    MemoryBudget.Booking memory(MessageRow row) {
        return memory.book(COPIES * Math.min(row.size(), ViewBudget.CHARACTERS), MEMORY_WAIT);
    }

    /** What the headers of a message say; empty when its bytes are gone, too many or no envelope. */
    Optional<ScannedMessage> headers(MessageRow row) throws IOException {
        if (row.size() > LARGEST || inHand.isSetAside(item(row))) {
            return Optional.empty();
        }
        return inHand.during(item(row), () -> readHeaders(row));
    }

    private static String item(MessageRow row) {
        return "view/" + row.id();
    }

    private Optional<ScannedMessage> readHeaders(MessageRow row) throws IOException {
        var raw = query.raw(row.id());
        if (raw.isEmpty()) {
            return Optional.empty();
        }
        try (var in = raw.get();
                var body = new MessageBody(spoolFolder, Long.MAX_VALUE, -1)) {
            return Optional.of(scanner.scan(in, body));
        } catch (EnvelopeRejected e) {
            return Optional.empty();
        }
    }

    /** The payloads of a message, the first {@value #PAYLOADS}; empty when its bytes are gone or no envelope. */
    List<PayloadView> payloads(MessageRow row) throws IOException {
        if (inHand.isSetAside(item(row))) {
            alarm.accept(row);
            return List.of(new PayloadView("", "", null, null, null, new RawText(SET_ASIDE, false)));
        }
        return inHand.during(item(row), () -> readPayloads(row));
    }

    private List<PayloadView> readPayloads(MessageRow row) throws IOException {
        var out = new ArrayList<PayloadView>();
        var raw = query.raw(row.id());
        if (raw.isEmpty()) {
            return out;
        }
        try (var in = raw.get();
                var body = new MessageBody(spoolFolder, Long.MAX_VALUE, -1)) {
            var payloads = new StoredEnvelope(scanner.scan(in, body), body).payloads(streams);
            var budget = new ViewBudget(System::nanoTime);
            for (var payload : payloads.subList(0, Math.min(PAYLOADS, payloads.size()))) {
                out.add(view(payload, budget));
            }
        } catch (EnvelopeRejected e) {
            return List.of();
        }
        return out;
    }

    /**
     * A payload, as far as it can be shown.
     *
     * @param document a CDA document's content, null for anything else
     * @param xml formatted, null when it is no XML
     * @param text the bytes as text, null when they are no text
     */
    public record PayloadView(
            String id,
            String mimeType,
            @Nullable String profileId,
            @Nullable ClinicalDocument document,
            @Nullable String xml,
            @Nullable RawText text) {}

    private PayloadView view(Payload payload, ViewBudget budget) {
        if (budget.isSpent()) {
            return view(payload, null, null, new RawText(TOO_MUCH, true));
        }
        byte[] bytes;
        boolean whole;
        try (var in = payload.open()) {
            int most = (int) Math.min(LARGEST, budget.left());
            bytes = in.readNBytes(most);
            whole = bytes.length < most;
            budget.spend(bytes.length);
        } catch (IOException | IllegalArgumentException e) {
            return view(payload, null, null, new RawText("It is not what its manifest says.", false));
        }
        var start = new String(bytes, 0, Math.min(bytes.length, 4096), StandardCharsets.UTF_8);
        if (start.stripLeading().startsWith("<")) {
            return view(payload, document(start, bytes, budget), xml(bytes, budget), utf8(bytes, whole));
        }
        return view(payload, null, null, isText(payload, start) ? utf8(bytes, whole) : null);
    }

    private static PayloadView view(
            Payload payload, @Nullable ClinicalDocument document, @Nullable String xml, @Nullable RawText text) {
        return new PayloadView(payload.id(), payload.mimeType(), payload.profileId(), document, xml, text);
    }

    private static boolean isText(Payload payload, String start) {
        var type = payload.mimeType().toLowerCase(Locale.ROOT);
        return type.startsWith("text/") || start.chars().noneMatch(c -> c == 0 || c == 0xFFFD);
    }

    /** Characters are never guessed: a text in another encoding is to be downloaded. */
    private static RawText utf8(byte[] bytes, boolean whole) {
        var decoder = StandardCharsets.UTF_8.newDecoder();
        var in = ByteBuffer.wrap(bytes);
        boolean malformed =
                decoder.decode(in, CharBuffer.allocate(bytes.length + 1), whole).isError();
        return malformed ? new RawText(NOT_UTF_8, false) : text(bytes);
    }

    private static RawText text(byte[] bytes) {
        try {
            return RawText.read(new ByteArrayInputStream(bytes));
        } catch (IOException e) {
            throw new IllegalStateException("an array cannot fail", e);
        }
    }

    private @Nullable ClinicalDocument document(String start, byte[] bytes, ViewBudget budget) {
        try {
            return start.contains("ClinicalDocument")
                    ? ClinicalDocument.read(factory, new ByteArrayInputStream(bytes), budget)
                    : null;
        } catch (XMLStreamException e) {
            return null;
        }
    }

    private @Nullable String xml(byte[] bytes, ViewBudget budget) {
        try {
            return PrettyXml.of(factory, new ByteArrayInputStream(bytes), budget);
        } catch (XMLStreamException e) {
            return null;
        }
    }
}
