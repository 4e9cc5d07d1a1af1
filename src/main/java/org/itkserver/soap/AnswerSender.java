package org.itkserver.soap;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.itkserver.envelope.AnswerWriter;
import org.itkserver.envelope.FaultWriter;
import org.itkserver.envelope.SoapVersion;
import org.itkserver.exchange.Answer;
import org.jspecify.annotations.Nullable;

/** Turns an answer into an HTTP response (H1, H2). Thread-safe. */
final class AnswerSender {
    private final AnswerWriter answers;
    private final FaultWriter faults;

    AnswerSender(AnswerWriter answers, FaultWriter faults) {
        this.answers = answers;
        this.faults = faults;
    }

    /**
     * @param version SOAP version of the address
     * @param action Action of a positive answer
     * @param relatesTo MessageID of the request, or null
     */
    void send(
            HttpServletResponse response, SoapVersion version, Answer answer, String action, @Nullable String relatesTo)
            throws IOException {
        if (answer instanceof Answer.Empty empty) {
            response.setStatus(empty.status());
            response.setContentLength(0);
        } else if (answer instanceof Answer.Simple) {
            write(
                    response,
                    200,
                    version,
                    answers.envelope(version, action, relatesTo, "", AnswerWriter.SIMPLE_RESPONSE));
        } else if (answer instanceof Answer.Response reply) {
            write(response, 200, version, answers.envelope(version, action, relatesTo, "", reply.body()));
        } else if (answer instanceof Answer.Fault fault) {
            var errorId = java.util.Objects.requireNonNull(fault.errorId());
            var written = FaultWriter.versionOf(version, fault.error());
            write(response, 500, written, faults.fault(version, fault.error(), errorId, relatesTo));
        }
    }

    private static void write(HttpServletResponse response, int status, SoapVersion version, byte[] body)
            throws IOException {
        response.setStatus(status);
        response.setContentType(version.mediaType() + ";charset=UTF-8");
        response.setContentLength(body.length);
        response.getOutputStream().write(body);
    }
}
