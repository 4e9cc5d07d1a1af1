package org.itkserver.exchange;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.itkserver.directory.Directory;
import org.itkserver.envelope.EnvelopeHeader;
import org.itkserver.envelope.ManifestItem;
import org.itkserver.envelope.MessageBody;
import org.itkserver.envelope.PayloadPart;
import org.itkserver.envelope.PayloadStreams;
import org.itkserver.envelope.ScannedMessage;
import org.itkserver.envelope.TrackingId;
import org.itkserver.handler.HandledMessage;
import org.itkserver.handler.Payload;
import org.jspecify.annotations.Nullable;

/**
 * A scanned message and its bytes, ready for a handler.
 *
 * @param message what the scanner found
 * @param body the bytes
 */
public record StoredEnvelope(ScannedMessage message, MessageBody body) {

    EnvelopeHeader header() {
        return message.requiredHeader();
    }

    /** The payloads as documents of their own, in document order. */
    public List<Payload> payloads(PayloadStreams streams) {
        var out = new ArrayList<Payload>();
        for (var part : message.payloads()) {
            var id = part.id();
            var item = id == null ? null : header().item(id).orElse(null);
            out.add(new Part(part, item, streams));
        }
        return out;
    }

    HandledMessage forHandler(Directory directory, PayloadStreams streams, int attempt) {
        var header = header();
        var sender = header.sender();
        return new HandledMessage(
                new TrackingId(header.trackingId()),
                directory
                        .serviceOf(header.service())
                        .map(org.itkserver.directory.Service::name)
                        .orElse(header.service()),
                header.interaction().orElse(null),
                sender == null ? null : sender.uri(),
                attempt,
                payloads(streams));
    }

    private final class Part implements Payload {
        private final PayloadPart part;
        private final @Nullable ManifestItem item;
        private final PayloadStreams streams;

        Part(PayloadPart part, @Nullable ManifestItem item, PayloadStreams streams) {
            this.part = part;
            this.item = item;
            this.streams = streams;
        }

        @Override
        public String id() {
            return part.id() == null ? "" : part.id();
        }

        @Override
        public String mimeType() {
            return item == null ? "application/octet-stream" : item.mimeType();
        }

        @Override
        public @Nullable String profileId() {
            return item == null ? null : item.profileId();
        }

        @Override
        public InputStream open() throws IOException {
            return streams.open(body, message.charset(), part, item);
        }
    }
}
