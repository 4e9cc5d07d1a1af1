package org.itkserver.connector;

import java.util.Optional;
import javax.xml.stream.XMLInputFactory;
import org.itkserver.envelope.Ids;
import org.itkserver.envelope.Namespaces;
import org.itkserver.handler.HandledMessage;
import org.itkserver.handler.Outcome;
import org.itkserver.handler.PayloadHandler;

/**
 * Answers the Spine mini services for the Personal Demographics Service with invented patients, for trying things out
 * where no Spine is. The same query has always the same answer, but for its ids. Nothing is stored or logged.
 *
 * <p>Whom it knows, and which NHS numbers call forth which business code, is in {@code docs/sample-data.md}.
 */
public final class SampleHandler implements PayloadHandler {
    private final PatientQueryReader reader;
    private final MiniServiceResponse response;
    private final SampleRegister register = new SampleRegister();

    /**
     * @param factory a StAX factory for this handler alone; it is hardened here
     * @param ids for the ids of the responses
     */
    public SampleHandler(XMLInputFactory factory, Ids ids) {
        this.reader = new PatientQueryReader(factory);
        this.response = new MiniServiceResponse(ids);
    }

    @Override
    public boolean inventsData() {
        return true;
    }

    @Override
    public Outcome handle(HandledMessage message) {
        var service = MiniService.named(message.service());
        if (service.isEmpty()) {
            return new Outcome.GiveUp("There is no sample data for this service.");
        }
        if (message.payloads().size() != 1) {
            return new Outcome.GiveUp(
                    "A query has one payload, this has " + message.payloads().size() + ".");
        }
        return reader.read(message.payloads().get(0))
                .map(query -> answer(service.get(), query))
                .orElseGet(() -> new Outcome.GiveUp("The payload is not a query: well-formed XML of at most "
                        + (PatientQueryReader.LIMIT >> 10) + " KiB without a document type declaration."));
    }

    private Outcome answer(MiniService service, PatientQuery query) {
        var answer = service.accepts(query) ? register.answer(query) : SampleAnswer.of(BusinessCode.INPUT_INVALID);
        var reply = new Outcome.Reply(
                "text/xml", Optional.of(Namespaces.PROFILE + service.response()), response.of(service, answer));
        return new Outcome.Done(reply, true);
    }
}
