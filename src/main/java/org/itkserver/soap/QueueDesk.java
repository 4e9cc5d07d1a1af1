package org.itkserver.soap;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.itkserver.envelope.AnswerWriter;
import org.itkserver.envelope.EnvelopeRejected;
import org.itkserver.envelope.MessageBody;
import org.itkserver.envelope.QueueAnswerWriter;
import org.itkserver.envelope.QueueRequest;
import org.itkserver.envelope.QueueRequestReader;
import org.itkserver.envelope.ToolkitError;
import org.itkserver.exchange.QueueCollection;
import org.itkserver.io.MemoryBudget;

/** {@code /itk/queue}: GetMessages and ConfirmMessage (ITK queue collection 2.2.1 to 2.2.3). Thread-safe. */
public final class QueueDesk {
    private static final Set<String> GET = Set.of("GetMessages-v1-0", "GetMessages");
    private static final Set<String> CONFIRM = Set.of("ConfirmMessage-v1-0", "ConfirmMessage");

    private final QueueCollection queues;
    private final QueueRequestReader reader;
    private final MemoryBudget.Share memory;
    private final QueueAnswerWriter writer = new QueueAnswerWriter();

    /** @param memory what answers take until they are sent */
    public QueueDesk(QueueCollection queues, QueueRequestReader reader, MemoryBudget.Share memory) {
        this.queues = queues;
        this.reader = reader;
        this.memory = memory;
    }

    /** Memory of one answer; to be closed when it is sent. */
    MemoryBudget.Booking memory() {
        return memory.open();
    }

    /** The checks of a queue request, in the order of H3. */
    static List<Consumer<Arrival>> checks(SoapChecks soap, IdentityChecks identity, SignatureCheck signature) {
        return List.of(
                SoapChecks::version,
                SoapChecks::mustUnderstand,
                SoapChecks::onlyOnce,
                SoapChecks::structure,
                IdentityChecks::timestampForm,
                SoapChecks::blankAttributes,
                IdentityChecks::username,
                signature::verify,
                QueueDesk::action,
                SoapChecks::messageId,
                soap::toQueue,
                SoapChecks::replyTo,
                identity::timestampWindow);
    }

    private static void action(Arrival in) {
        var action = SoapChecks.soapAction(in);
        if (!GET.contains(operation(action)) && !CONFIRM.contains(operation(action))) {
            throw EnvelopeRejected.invalid("Action " + ToolkitError.quoted(action) + " is no queue operation.");
        }
    }

    private static String operation(String action) {
        return action.substring(Math.max(action.lastIndexOf(':'), action.lastIndexOf('/')) + 1);
    }

    /**
     * Does what a checked request asks.
     *
     * @param source network address it came from
     * @param booked takes what the answer needs
     * @return content of the answer's SOAP body
     * @throws EnvelopeRejected 1000 when the body is no such request, or the queue is not the partner's
     */
    String answer(Arrival in, MessageBody body, String source, MemoryBudget.Booking booked) {
        boolean get = GET.contains(operation(String.valueOf(in.addressing().action())));
        var request = read(body);
        if (get && request instanceof QueueRequest.Collect collect) {
            return writer.write(queues.collect(in.requiredPartner(), collect, source, booked));
        }
        if (!get && request instanceof QueueRequest.Confirm confirm) {
            queues.confirm(in.requiredPartner(), confirm, source);
            return AnswerWriter.SIMPLE_RESPONSE;
        }
        throw EnvelopeRejected.invalid("The SOAP body is not the request that the Action names.");
    }

    private QueueRequest read(MessageBody body) {
        try (var bytes = body.open()) {
            return reader.read(bytes)
                    .orElseThrow(() -> EnvelopeRejected.invalid("The SOAP body holds no queue request."));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
