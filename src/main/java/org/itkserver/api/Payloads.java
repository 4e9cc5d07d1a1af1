package org.itkserver.api;

import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.itkserver.envelope.EnvelopeRejected;
import org.itkserver.envelope.EnvelopeScanner;
import org.itkserver.envelope.ManifestItem;
import org.itkserver.envelope.ManifestReader;
import org.itkserver.envelope.MessageBody;
import org.itkserver.envelope.PayloadStreams;
import org.itkserver.exchange.MessageKind;
import org.itkserver.exchange.MessageRecord;
import org.itkserver.exchange.MessageState;
import org.itkserver.exchange.MessageStore;
import org.itkserver.exchange.StoredEnvelope;
import org.itkserver.exchange.StoredResponse;
import org.itkserver.handler.Payload;
import org.itkserver.io.ProblemType;
import org.jspecify.annotations.Nullable;

/** The payloads of stored messages and responses, numbered from 1 in the order of the manifest. Thread-safe. */
final class Payloads {
    private static final Pattern MEDIA_TYPE =
            Pattern.compile("[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}");
    private static final String UNKNOWN_TYPE = "application/octet-stream";

    private final MessageStore store;
    private final EnvelopeScanner scanner;
    private final ManifestReader manifests;
    private final PayloadStreams streams;
    private final Path spoolFolder;

    Payloads(
            MessageStore store,
            EnvelopeScanner scanner,
            ManifestReader manifests,
            PayloadStreams streams,
            Path spoolFolder) {
        this.store = store;
        this.scanner = scanner;
        this.manifests = manifests;
        this.streams = streams;
        this.spoolFolder = spoolFolder;
    }

    /**
     * A decoded payload.
     *
     * @param bytes its bytes; whoever gets them closes them
     */
    record Document(String id, String mimeType, @Nullable String profileId, MessageBody bytes) {}

    /** The manifest of a message; empty when its bytes are no longer kept. */
    List<ManifestItem> manifest(MessageRecord message) throws IOException {
        var raw = store.attested(source(message));
        if (raw.isEmpty() || message.kind() == MessageKind.BODY) {
            return List.of();
        }
        try (var in = raw.get()) {
            return manifests.read(in);
        }
    }

    /** A forward's bytes are those of the message it forwards. */
    private static long source(MessageRecord message) {
        var origin = message.origin();
        return message.kind() == MessageKind.FORWARD && origin != null ? origin : message.id();
    }

    /**
     * One payload of a message.
     *
     * @throws Problem when there is none with this number, or it cannot be decoded
     */
    Document ofMessage(MessageRecord message, int number) throws IOException {
        if (message.kind() == MessageKind.BODY) {
            throw missing(message, "The message has no payloads.");
        }
        try (var raw = store.attested(source(message)).orElseThrow(() -> gone(message))) {
            return one(raw, number);
        }
    }

    /**
     * One payload of the response to a message that we sent.
     *
     * @throws Problem when there is none with this number, or it cannot be decoded
     */
    Document ofResponse(MessageRecord message, int number) throws IOException {
        return one(response(message), number);
    }

    private Document one(InputStream envelope, int number) throws IOException {
        try (var body = new MessageBody(spoolFolder, Long.MAX_VALUE, -1)) {
            var payloads = scan(envelope, body);
            if (number < 1 || number > payloads.size()) {
                throw new Problem(ProblemType.NOT_FOUND, "The payloads have the numbers 1 to " + payloads.size() + ".");
            }
            return decoded(payloads.get(number - 1));
        }
    }

    /**
     * Every payload of the response to a message that we sent; the caller closes their bytes.
     *
     * @throws Problem when one cannot be decoded
     */
    List<Document> ofResponse(MessageRecord message) throws IOException {
        var out = new ArrayList<Document>();
        try (var body = new MessageBody(spoolFolder, Long.MAX_VALUE, -1)) {
            for (var payload : scan(response(message), body)) {
                out.add(decoded(payload));
            }
            return out;
        } catch (IOException | RuntimeException e) {
            out.forEach(document -> document.bytes().close());
            throw e;
        }
    }

    /** Whether the response to a message that we sent is there. */
    boolean hasResponse(MessageRecord message) {
        return message.state() != MessageState.ACCEPTED
                && store.response(message.id()).isPresent();
    }

    private static Problem gone(MessageRecord message) {
        var at = message.destroyedAt();
        return at == null
                ? new Problem(
                        ProblemType.GONE,
                        "The key that its content was encrypted with is gone, or it was altered in the database.")
                : new Problem(ProblemType.GONE, "It was kept until " + at + ", when its time was over.")
                        .with("destroyedAt", at.toString());
    }

    /** @param never why it was never there, unless it was destroyed */
    private static Problem missing(MessageRecord message, String never) {
        return message.destroyedAt() == null ? new Problem(ProblemType.NOT_FOUND, never) : gone(message);
    }

    private InputStream response(MessageRecord message) {
        var text = message.inbound() ? null : store.response(message.id()).orElse(null);
        if (text == null) {
            throw missing(message, "No response to this message has come.");
        }
        return new ByteArrayInputStream(StoredResponse.utf8(text));
    }

    private List<Payload> scan(InputStream envelope, MessageBody body) throws IOException {
        try {
            var message = scanner.scan(envelope, body);
            var payloads = new StoredEnvelope(message, body).payloads(streams);
            var out = new ArrayList<Payload>();
            for (var item : message.requiredHeader().manifest()) {
                payloads.stream()
                        .filter(p -> p.id().equals(item.id()))
                        .findFirst()
                        .ifPresent(out::add);
            }
            return out;
        } catch (EnvelopeRejected e) {
            throw unreadable();
        }
    }

    private Document decoded(Payload payload) throws IOException {
        var bytes = new MessageBody(spoolFolder, Long.MAX_VALUE, -1);
        try (var in = open(payload)) {
            bytes.fill(in);
            return new Document(payload.id(), mediaType(payload.mimeType()), payload.profileId(), bytes);
        } catch (IOException | RuntimeException e) {
            bytes.close();
            throw e;
        }
    }

    private static InputStream open(Payload payload) {
        try {
            return new Decoding(payload.open());
        } catch (IOException | IllegalArgumentException e) {
            throw unreadable();
        }
    }

    /** What a sender calls its payload goes into a header only when it is a media type. */
    static String mediaType(String declared) {
        return MEDIA_TYPE.matcher(declared).matches() ? declared : UNKNOWN_TYPE;
    }

    private static Problem unreadable() {
        return new Problem(
                ProblemType.UNREADABLE_PAYLOAD, "It cannot be decoded; the console shows the message as it is kept.");
    }

    /** Tells what is wrong with a payload from what is wrong with our disk. */
    private static final class Decoding extends FilterInputStream {
        Decoding(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            var one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) {
            try {
                return in.read(buffer, offset, length);
            } catch (IOException | IllegalArgumentException e) {
                throw unreadable();
            }
        }
    }
}
