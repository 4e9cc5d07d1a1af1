package org.itkserver.exchange;

import java.time.Instant;
import java.util.List;
import org.itkserver.directory.Directory;
import org.itkserver.directory.Partner;
import org.itkserver.directory.Service;
import org.itkserver.envelope.EnvelopeHeader;
import org.itkserver.envelope.MessageBody;
import org.itkserver.envelope.ScannedMessage;
import org.jspecify.annotations.Nullable;

/**
 * A message that has passed every check.
 *
 * @param receivedAt when its bytes were complete
 * @param message what the scanner found
 * @param body its bytes
 * @param directory the directory it was checked against
 * @param partner who sent it
 * @param service what it calls
 * @param callback where its answer goes, null for the connection it came on
 * @param source network address it came from
 * @param warnings what was tolerated, for the audit trail
 */
public record Inbound(
        Instant receivedAt,
        ScannedMessage message,
        MessageBody body,
        Directory directory,
        Partner partner,
        Service service,
        @Nullable Callback callback,
        String source,
        List<String> warnings) {
    public Inbound {
        warnings = List.copyOf(warnings);
    }

    EnvelopeHeader header() {
        return message.requiredHeader();
    }
}
