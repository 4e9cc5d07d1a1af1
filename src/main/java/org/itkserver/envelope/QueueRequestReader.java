package org.itkserver.envelope;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Optional;
import javax.xml.stream.XMLInputFactory;
import org.jspecify.annotations.Nullable;

/** Reads queue collection requests in either published form. Thread-safe. */
public final class QueueRequestReader {
    /** Most messages given at a time. */
    public static final int MOST_MESSAGES = 100;
    /** Most handles confirmed at a time. */
    public static final int MOST_HANDLES = 1000;
    /** Largest request, in bytes. */
    public static final int LIMIT = 1 << 20;

    private final XMLInputFactory factory;

    /** @param factory a StAX factory; document types are switched off here */
    public QueueRequestReader(XMLInputFactory factory) {
        this.factory = PeerDocument.configured(factory);
    }

    /**
     * The request in a SOAP message, or in the element of its body as a document of its own.
     *
     * @param document not closed; its encoding is detected
     * @return empty when it is no queue request
     * @throws EnvelopeRejected 1000 when it is not well-formed, too large, lacks the queue's name or a handle, or has too
     *     many handles
     * @throws IOException when the source fails
     */
    public Optional<QueueRequest> read(InputStream document) throws IOException {
        var xml = new PeerDocument(factory, document, LIMIT);
        if (!xml.next() || xml.localName().equals("Envelope") && !content(xml)) {
            return Optional.empty();
        }
        if (xml.is(Namespaces.ITK, "QueueMessage")) {
            return Optional.of(new Parts().collect(xml));
        }
        return xml.is(Namespaces.ITK, "QueueConfirmMessageReceipt")
                ? Optional.of(new Parts().confirm(xml))
                : Optional.empty();
    }

    private static boolean content(PeerDocument xml) throws IOException {
        if (SoapVersion.ofNamespace(xml.namespace()).isEmpty()) {
            return false;
        }
        var soap = xml.namespace();
        while (xml.nextChild(1)) {
            if (xml.is(soap, "Body")) {
                return xml.nextChild(2);
            }
        }
        return false;
    }

    /** One request, collected; the order of the elements does not matter. */
    private static final class Parts {
        private @Nullable String queue;
        private @Nullable String type;
        private int count = 1;
        private final ArrayList<String> handles = new ArrayList<>();

        QueueRequest collect(PeerDocument xml) throws IOException {
            read(xml);
            if (queue == null) {
                throw EnvelopeRejected.invalid("QueueMessage has no QueueName.");
            }
            return new QueueRequest.Collect(queue, type, count);
        }

        QueueRequest confirm(PeerDocument xml) throws IOException {
            read(xml);
            if (handles.isEmpty()) {
                throw EnvelopeRejected.invalid("QueueConfirmMessageReceipt has no MessageHandle.");
            }
            return new QueueRequest.Confirm(queue, handles);
        }

        private void read(PeerDocument xml) throws IOException {
            int depth = xml.depth();
            while (xml.nextChild(depth)) {
                if (!xml.namespace().equals(Namespaces.ITK)) {
                    continue;
                }
                switch (xml.localName()) {
                    case "QueueName", "SubscriberName" -> {
                        if (queue != null) {
                            throw EnvelopeRejected.invalid("The queue is named twice.");
                        }
                        queue = text(xml);
                    }
                    case "ServiceMessageType" -> type = text(xml);
                    case "RequestedMessageCount" -> count = count(text(xml));
                    case "MessageHandle" -> handle(text(xml));
                    default -> {
                        // an extension
                    }
                }
            }
            xml.drain();
        }

        private void handle(@Nullable String handle) {
            if (handle == null) {
                throw EnvelopeRejected.invalid("A MessageHandle is empty.");
            }
            if (handles.size() == MOST_HANDLES) {
                throw EnvelopeRejected.invalid("There are more than " + MOST_HANDLES + " MessageHandles.");
            }
            handles.add(handle);
        }

        private static @Nullable String text(PeerDocument xml) throws IOException {
            var name = xml.localName();
            var text = xml.text(PeerText.NAME + 1);
            if (text.length() > PeerText.NAME) {
                throw EnvelopeRejected.invalid(name + " is longer than " + PeerText.NAME + " characters.");
            }
            return text.isEmpty() ? null : text;
        }

        private static int count(@Nullable String text) {
            try {
                return text == null ? 1 : (int) Math.max(1, Math.min(MOST_MESSAGES, Long.parseLong(text)));
            } catch (NumberFormatException e) {
                return 1;
            }
        }
    }
}
