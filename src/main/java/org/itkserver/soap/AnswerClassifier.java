package org.itkserver.soap;

import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.Set;
import org.itkserver.envelope.SoapAnswer;
import org.itkserver.envelope.SoapAnswerReader;
import org.itkserver.exchange.Transport;
import org.jspecify.annotations.Nullable;

/** What a peer's answer means (H11): a fault first, whatever the status; then the status. Thread-safe. */
final class AnswerClassifier {
    private static final Set<Integer> BUSY = Set.of(408, 429, 502, 503, 504);
    private static final Set<String> FINAL_CODES = Set.of("1000", "2200", "3000");
    private static final Set<String> SENDERS_FAULT =
            Set.of("Client", "Sender", "VersionMismatch", "MustUnderstand", "DataEncodingUnknown");

    private final SoapAnswerReader reader;
    private final Clock clock;

    AnswerClassifier(SoapAnswerReader reader, Clock clock) {
        this.reader = reader;
        this.clock = clock;
    }

    /**
     * @param messageId MessageID of the request
     * @param synchronous whether a business response is expected
     * @param status HTTP status
     * @param retryAfter the header, or null
     * @param body the answer's bytes
     */
    Transport.Result classify(
            String messageId, boolean synchronous, int status, @Nullable String retryAfter, byte[] body) {
        var answer = body.length == 0 && status < 300 ? new SoapAnswer.EmptyBody() : reader.read(body);
        if (answer instanceof SoapAnswer.Fault fault) {
            return fault(messageId, fault, retryAfter);
        }
        if (status >= 200 && status < 300) {
            return taken(messageId, synchronous, status, answer);
        }
        boolean busy = BUSY.contains(status);
        if (status >= 400 && status < 500 && !busy) {
            return new Transport.Refused(messageId, null, "HTTP " + status);
        }
        var wait = busy ? duration(retryAfter).orElse(null) : null;
        // a 500 may be about this message alone; a redirect or a busy tone is about the peer
        boolean unwell = busy || status < 400;
        return new Transport.NotNow(messageId, "HTTP " + status + " without a SOAP answer", wait, unwell);
    }

    private Transport.Result fault(String messageId, SoapAnswer.Fault fault, @Nullable String retryAfter) {
        var code = fault.toolkitCode();
        var text = "fault " + (code == null ? fault.faultCode() : code) + ": " + fault.text()
                + (fault.errorId() == null ? "" : " (ErrorID " + fault.errorId() + ")");
        boolean isFinal = code == null ? SENDERS_FAULT.contains(fault.faultCode()) : FINAL_CODES.contains(code);
        return isFinal
                ? new Transport.Refused(messageId, code, text)
                : new Transport.NotNow(messageId, text, duration(retryAfter).orElse(null), false);
    }

    private static Transport.Result taken(String messageId, boolean synchronous, int status, SoapAnswer answer) {
        if (answer instanceof SoapAnswer.Response response) {
            var body = response.body();
            var text = new String(body.bytes(0, body.size()), response.message().charset());
            return new Transport.Taken(messageId, synchronous ? text : null);
        }
        if (answer instanceof SoapAnswer.NotSoap) {
            return new Transport.NotNow(messageId, "HTTP " + status + " with an answer that is no SOAP", null, true);
        }
        return synchronous
                ? new Transport.Refused(
                        messageId, null, "HTTP " + status + " without a response to a synchronous request")
                : new Transport.Taken(messageId, null);
    }

    /** Seconds or a date (RFC 9110, 10.2.3). */
    private Optional<Duration> duration(@Nullable String retryAfter) {
        if (retryAfter == null) {
            return Optional.empty();
        }
        try {
            var text = retryAfter.trim();
            if (text.matches("[0-9]{1,9}")) {
                return Optional.of(Duration.ofSeconds(Long.parseLong(text)));
            }
            var at = ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant();
            var wait = Duration.between(clock.instant(), at);
            return wait.isNegative() ? Optional.empty() : Optional.of(wait);
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }
}
