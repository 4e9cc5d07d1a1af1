package org.itkserver.exchange;

import java.util.Optional;
import javax.xml.stream.XMLInputFactory;
import org.itkserver.directory.Directory;
import org.itkserver.directory.Outbox;
import org.itkserver.envelope.XmlFragment;

/**
 * Finds out whether a file of an outbox can be sent at all, by the rules that every submission is checked with. Uses the JDK alone:
 * the launcher asks before the server starts. Stateless.
 */
public final class OutboxRules {
    private OutboxRules() {}

    /**
     * Why nothing can be sent from an outbox.
     *
     * @param key key of the outbox in {@code directory.yaml} that must be changed
     * @param reason what is wrong, without a full stop
     */
    public record Refusal(String key, String reason) {}

    /**
     * Checks an outbox with a submission that is not sent.
     *
     * @return empty when a file of the outbox can be sent
     */
    public static Optional<Refusal> refusal(Directory directory, Outbox outbox) {
        var writer = new SubmissionWriter(new XmlFragment(XMLInputFactory.newDefaultFactory()));
        var submission = Submissions.Submission.of(outbox, null, new byte[0]);
        try {
            writer.service(directory, submission);
        } catch (Submissions.Refused e) {
            return refusal(outbox.interaction() == null ? "interaction" : "service", e);
        }
        try {
            return writer.hops(directory, submission).keySet().stream()
                    .filter(partner -> Destination.MESSAGES
                            .lane(partner, outbox.service(), null)
                            .isEmpty())
                    .map(partner -> new Refusal(
                            "to",
                            "leads to partner " + partner.id() + ", which has no endpoint for messages of service "
                                    + outbox.service()))
                    .findFirst();
        } catch (Submissions.Refused e) {
            return refusal("to", e);
        }
    }

    private static Optional<Refusal> refusal(String key, Submissions.Refused e) {
        var sentence = String.valueOf(e.getMessage());
        var reason = sentence.endsWith(".") ? sentence.substring(0, sentence.length() - 1) : sentence;
        return Optional.of(new Refusal(key, "cannot be used: " + reason));
    }
}
