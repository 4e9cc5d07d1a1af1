package org.itkserver.directory;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A folder whose files are sent.
 *
 * @param name its name in {@code directory.yaml}
 * @param folder as written; a relative one lies under {@code ITK_HOME}
 * @param service name of the service to call
 * @param to addresses
 * @param interaction interaction URN, null for none
 * @param profileId profile URN of the payload, null for none
 * @param mimeType media type of the payload
 * @param infAckRequested whether to ask for an infrastructure acknowledgement
 * @param ackRequested whether to ask for a business acknowledgement
 */
public record Outbox(
        String name,
        Path folder,
        String service,
        List<String> to,
        @Nullable String interaction,
        @Nullable String profileId,
        String mimeType,
        boolean infAckRequested,
        boolean ackRequested) {
    public Outbox {
        to = List.copyOf(to);
    }
}
