package org.itkserver.envelope;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Where one payload lies in the message.
 *
 * @param id {@code payload/@id}, null when missing
 * @param start first byte of the content
 * @param end byte after the content
 * @param root its root element, null when the content is text
 */
public record PayloadPart(@Nullable String id, long start, long end, @Nullable Root root) {

    /**
     * The payload's one element, with the comments and processing instructions beside it.
     *
     * @param start the first byte, a '&lt;'
     * @param afterName the byte after the element's name, where declarations can be inserted
     * @param end the byte after the last '&gt;'
     * @param inherited namespaces in scope that the element does not declare itself, prefix to name (H20)
     */
    public record Root(long start, long afterName, long end, Map<String, String> inherited) {
        public Root {
            inherited = Collections.unmodifiableMap(new TreeMap<>(inherited));
        }

        /** As far as the comments and processing instructions from {@code first} to {@code last}; negative for none. */
        Root with(long first, long last) {
            return new Root(
                    first < 0 ? start : Math.min(first, start),
                    afterName,
                    last < 0 ? end : Math.max(last, end),
                    inherited);
        }
    }
}
