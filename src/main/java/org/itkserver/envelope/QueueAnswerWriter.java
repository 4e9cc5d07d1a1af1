package org.itkserver.envelope;

import java.util.List;

/**
 * Writes {@code QueueMessageResponse} in the order of August 2010 (docs/protocol.md 12): the content of a SOAP body that
 * declares its own namespaces. Thread-safe.
 */
public final class QueueAnswerWriter {

    /**
     * The answer with these messages, which may be none. All of it is in memory: the caller bounds what it takes from the
     * queue at a time.
     */
    public String write(List<QueuedMessage> messages) {
        long length = messages.stream()
                .mapToLong(message -> 512L + message.payload().length())
                .sum();
        var out = new StringBuilder(Math.toIntExact(128 + length));
        out.append("<itk:QueueMessageResponse xmlns:itk=\"")
                .append(Namespaces.ITK)
                .append("\">");
        element(out, "MessageCount", String.valueOf(messages.size()));
        for (var message : messages) {
            out.append("<itk:Message>");
            element(out, "ServiceMessageType", message.serviceMessageType());
            element(out, "MessageHandle", message.handle());
            var relatesTo = message.relatesTo();
            if (relatesTo != null) {
                element(out, "RelatesTo", relatesTo);
            }
            payload(out, message);
            out.append("</itk:Message>");
        }
        return out.append("</itk:QueueMessageResponse>").toString();
    }

    private static void payload(StringBuilder out, QueuedMessage message) {
        var scope = message.inherited();
        var prefix = Scope.prefix("itk", Namespaces.ITK, scope);
        out.append('<').append(prefix).append(":MessagePayload");
        if (!scope.containsKey(prefix)) {
            out.append(" xmlns:")
                    .append(prefix)
                    .append("=\"")
                    .append(Namespaces.ITK)
                    .append('"');
        }
        out.append(Scope.declarations(scope)).append('>').append(message.payload());
        out.append("</").append(prefix).append(":MessagePayload>");
    }

    private static void element(StringBuilder out, String name, String text) {
        out.append("<itk:").append(name).append('>').append(Xml.escape(text));
        out.append("</itk:").append(name).append('>');
    }
}
