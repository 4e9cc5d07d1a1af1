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
     * The payload's one element.
     *
     * @param start its first byte, the '&lt;'
     * @param afterName the byte after its name, where declarations can be inserted
     * @param end the byte after its end tag
     * @param inherited namespaces in scope that the element does not declare itself, prefix to name (H20)
     */
    public record Root(long start, long afterName, long end, Map<String, String> inherited) {
        public Root {
            inherited = Collections.unmodifiableMap(new TreeMap<>(inherited));
        }
    }
}
