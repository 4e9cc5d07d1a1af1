package org.itkserver.exchange;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.itkserver.envelope.MessageBody;
import org.itkserver.envelope.NhsNumberFinder;
import org.itkserver.envelope.PayloadStreams;
import org.itkserver.envelope.ScannedMessage;
import org.jspecify.annotations.Nullable;

/** The keyed hash of the NHS number of a message's patient, by which it can be searched. Thread-safe. */
public final class PatientFinder {
    private static final int PID_WINDOW = 16 * 1024;

    private final PatientKey key;
    private final PayloadStreams streams;

    public PatientFinder(PatientKey key, PayloadStreams streams) {
        this.key = key;
        this.streams = streams;
    }

    /** The hash, null when the message names no patient in a known place. */
    byte @Nullable [] of(ScannedMessage message, MessageBody body) {
        var number = message.nhsNumber();
        if (number == null) {
            number = inPipeAndHat(message, body);
        }
        return number == null ? null : key.of(number);
    }

    private @Nullable String inPipeAndHat(ScannedMessage message, MessageBody body) {
        for (var payload : new StoredEnvelope(message, body).payloads(streams)) {
            if (payload.mimeType().equalsIgnoreCase("text/plain")) {
                try (var bytes = payload.open()) {
                    var start = new String(bytes.readNBytes(PID_WINDOW), StandardCharsets.ISO_8859_1);
                    return NhsNumberFinder.inPipeAndHat(start);
                } catch (IOException | IllegalArgumentException e) {
                    return null;
                }
            }
        }
        return null;
    }
}
