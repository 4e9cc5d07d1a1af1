package org.itkserver.exchange;

import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.itkserver.envelope.EnvelopeScanner;
import org.itkserver.envelope.HopEnvelope;
import org.itkserver.envelope.MessageBody;
import org.itkserver.envelope.ScannedMessage;
import org.jspecify.annotations.Nullable;

/** What stands in the SOAP body of a message to send, wherever its bytes are kept. One thread; closes its bytes. */
final class OutboundContent implements Closeable {
    private final MessageBody source;
    private final @Nullable ScannedMessage scanned;
    private final @Nullable HopEnvelope hop;

    private OutboundContent(MessageBody source, @Nullable ScannedMessage scanned, @Nullable HopEnvelope hop) {
        this.source = source;
        this.scanned = scanned;
        this.hop = hop;
    }

    /** Loads the content of a message. */
    static OutboundContent of(MessageStore store, EnvelopeScanner scanner, Path spoolFolder, MessageRecord message)
            throws IOException {
        var body = new MessageBody(spoolFolder, Long.MAX_VALUE, -1);
        try (var raw = WorkContent.of(store, source(message))) {
            if (message.kind() == MessageKind.BODY) {
                body.fill(raw);
                return new OutboundContent(body, null, null);
            }
            var scanned = scanner.scan(raw, body);
            return new OutboundContent(body, scanned, HopEnvelope.of(scanned, body, message.hop(), spoolFolder));
        } catch (IOException | RuntimeException e) {
            body.close();
            throw e;
        }
    }

    /** A forward's bytes are those of the message it forwards. */
    private static long source(MessageRecord message) {
        var origin = message.origin();
        return message.kind() == MessageKind.FORWARD && origin != null ? origin : message.id();
    }

    /** What the scanner found around and in a distribution envelope, null when there is none. */
    @Nullable
    ScannedMessage scanned() {
        return scanned;
    }

    MessageBody body() {
        return hop == null ? source : hop.body();
    }

    ScannedMessage.Range range() {
        return hop == null ? new ScannedMessage.Range(0, source.size()) : hop.range();
    }

    Map<String, String> inherited() {
        return scanned == null ? Map.of() : scanned.inherited();
    }

    Charset charset() {
        return scanned == null ? StandardCharsets.UTF_8 : scanned.charset();
    }

    @Override
    public void close() {
        if (hop != null) {
            hop.close();
        }
        source.close();
    }
}
