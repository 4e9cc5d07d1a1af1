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
    /** Answers that speak of the endpoint and not of the message (H11). */
    private static final Set<Integer> ENDPOINT = Set.of(401, 403, 404, 405, 407, 410, 421);

    private static final Set<String> FINAL_CODES = Set.of("1000", "2200", "3000");
    private static final Set<String> STANDARD = Set.of(
            "Client", "Server", "Sender", "Receiver", "VersionMismatch", "MustUnderstand", "DataEncodingUnknown");

    private final SoapAnswerReader reader;
    private final ResponseCheck responses;
    private final Clock clock;

    AnswerClassifier(SoapAnswerReader reader, ResponseCheck responses, Clock clock) {
        this.reader = reader;
        this.responses = responses;
        this.clock = clock;
    }

    /**
     * @param messageId MessageID of the request
     * @param letter what was sent
     * @param status HTTP status
     * @param retryAfter the header, or null
     * @param body the answer's bytes
     */
    Transport.Result classify(
            String messageId, Transport.Letter letter, int status, @Nullable String retryAfter, byte[] body) {
        var answer = body.length == 0 && status < 300 ? new SoapAnswer.EmptyBody() : reader.read(body);
        if (answer instanceof SoapAnswer.Fault fault) {
            return fault(messageId, fault, retryAfter);
        }
        if (status >= 200 && status < 300) {
            return taken(messageId, letter, status, answer);
        }
        if (ENDPOINT.contains(status)) {
            return new Transport.Held(messageId, "HTTP " + status, "HTTP " + status, null);
        }
        boolean busy = BUSY.contains(status);
        var wait = busy ? duration(retryAfter).orElse(null) : null;
        // a 500, 400 or 413 may be about this message alone; a redirect or a busy tone is about the peer
        boolean unwell = busy || status < 400;
        return new Transport.NotNow(messageId, "HTTP " + status + " without a SOAP answer", wait, unwell);
    }

    private Transport.Result fault(String messageId, SoapAnswer.Fault fault, @Nullable String retryAfter) {
        var code = fault.toolkitCode();
        var text = "fault " + (code == null ? fault.faultCode() : code) + ": " + fault.text()
                + (fault.errorId() == null ? "" : " (ErrorID " + fault.errorId() + ")");
        var wait = duration(retryAfter).orElse(null);
        if (code == null) {
            return new Transport.Held(messageId, "a SOAP fault " + known(fault.faultCode()), text, wait);
        }
        return FINAL_CODES.contains(code)
                ? new Transport.Refused(messageId, code, text)
                : new Transport.NotNow(messageId, text, wait, false);
    }

    /** The fault code when it is a standard one; others are a peer's own words. */
    private static String known(String faultCode) {
        return STANDARD.contains(faultCode) ? faultCode : "of another code";
    }

    private Transport.Result taken(String messageId, Transport.Letter letter, int status, SoapAnswer answer) {
        boolean synchronous = letter.synchronous();
        if (answer instanceof SoapAnswer.Response response) {
            var objection = synchronous ? responses.objection(response, messageId, letter) : null;
            if (objection != null) {
                return new Transport.NotOurs(messageId, objection);
            }
            var body = response.body();
            var text = new String(body.bytes(0, body.size()), response.message().charset());
            return new Transport.Taken(messageId, synchronous ? text : null);
        }
        if (answer instanceof SoapAnswer.NotSoap) {
            return new Transport.NotNow(messageId, "HTTP " + status + " with an answer that is no SOAP", null, true);
        }
        return synchronous
                ? new Transport.NotNow(
                        messageId, "HTTP " + status + " without a response to a synchronous request", null, false)
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
