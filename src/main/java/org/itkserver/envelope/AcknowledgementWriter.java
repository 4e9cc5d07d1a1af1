package org.itkserver.envelope;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes acknowledgements, each in an envelope of its own with fresh ids, addressed to {@code to} (docs/protocol.md 10;
 * H6-H8). They never ask for a business acknowledgement. Thread-safe.
 */
public final class AcknowledgementWriter {
    private static final String INFRASTRUCTURE = "ITKInfrastructureAcknowledgement-v1-0";
    private static final String BUSINESS = "ITKBusinessAcknowledgement-v1-0";
    private static final String BUSINESS_PROFILE_2_2 = "ITKBusinessAcknowledgement-v2-0";

    private final Ids ids;

    public AcknowledgementWriter(Ids ids) {
        this.ids = ids;
    }

    /**
     * A negative infrastructure acknowledgement's content.
     *
     * @param error what is wrong
     * @param errorId the ErrorID: an upper-case UUID that is also in the log and the audit row
     * @param diagnostic technical sentence as in {@link ToolkitError}, null for none
     */
    public record Nack(DeliveryError error, String errorId, @Nullable String diagnostic) {}

    /**
     * A business acknowledgement's content.
     *
     * @param outcome what was decided
     * @param code a code of 2.16.840.1.113883.2.1.3.2.4.17.433, null for the outcome's own; only when negative
     * @param reason why, for people, null for none; only when negative
     */
    public record Decision(BusinessOutcome outcome, @Nullable String code, @Nullable String reason) {
        public static final Decision ACCEPTED = new Decision(BusinessOutcome.AA, null, null);
    }

    /** A positive infrastructure acknowledgement: the end point has taken the envelope. */
    public Outgoing infrastructureAck(AckStyle style, Acknowledged message, Responder us, TypedUri to, Instant at) {
        return infrastructure(style, us, to, response("OK", message, us, at, ""));
    }

    /** A negative infrastructure acknowledgement: the envelope cannot go on. */
    public Outgoing infrastructureNack(
            AckStyle style, Acknowledged message, Responder us, TypedUri to, Instant at, Nack nack) {
        return infrastructure(style, us, to, response("Failure", message, us, at, errorInfo(nack)));
    }

    private Outgoing infrastructure(AckStyle style, Responder us, TypedUri to, String response) {
        var payload = OutgoingPayload.xml("uuid_" + ids.next(), null, response);
        return switch (style) {
            case ITK_2_1 -> envelope("SendInfrastructureAck-v1-0", us, to, List.of(), payload);
            case ITK_2_2 -> envelope("sendDistEnvelope", us, to, List.of(interaction(INFRASTRUCTURE)), payload);
        };
    }

    /** A business acknowledgement, the same outcome for every payload of the message. */
    public Outgoing businessAck(
            AckStyle style, Acknowledged message, Responder us, TypedUri to, Instant at, Decision decision) {
        var response = new BusinessResponse(message, us, to, decision).write(ids.next(), at);
        var profile = style == AckStyle.ITK_2_1 ? BUSINESS : BUSINESS_PROFILE_2_2;
        var payload = OutgoingPayload.xml("uuid_" + ids.next(), Namespaces.PROFILE + profile, response);
        return switch (style) {
            case ITK_2_1 -> envelope("SendBusinessAck-v1-0", us, to, List.of(interaction(BUSINESS)), payload);
            case ITK_2_2 ->
                envelope(
                        "sendDistEnvelope",
                        us,
                        to,
                        List.of(new HandlingSpec(HandlingSpec.INF_ACK_REQUESTED, "true"), interaction(BUSINESS)),
                        payload);
        };
    }

    private Outgoing envelope(
            String service, Responder us, TypedUri to, List<HandlingSpec> handling, OutgoingPayload payload) {
        return new Outgoing(
                Namespaces.SERVICE + service,
                ids.next(),
                List.of(to.isItkAddress() ? new TypedUri(null, to.uri()) : to),
                us.auditIdentity(),
                new TypedUri(null, us.address()),
                handling,
                List.of(payload));
    }

    private static HandlingSpec interaction(String name) {
        return new HandlingSpec(HandlingSpec.INTERACTION, Namespaces.INTERACTION + name);
    }

    private static String errorInfo(Nack nack) {
        var diagnostic = nack.diagnostic();
        return "<itk:errorInfo><itk:ErrorID>" + Xml.escape(nack.errorId())
                + "</itk:ErrorID><itk:ErrorCode codeSystem=\""
                + Namespaces.DELIVERY_ERROR_CODES + "\">" + nack.error().code() + "</itk:ErrorCode><itk:ErrorText>"
                + nack.error().text() + "</itk:ErrorText>"
                + (diagnostic == null || diagnostic.isBlank()
                        ? ""
                        : "<itk:ErrorDiagnosticText>" + Xml.escape(diagnostic) + "</itk:ErrorDiagnosticText>")
                + "</itk:errorInfo>";
    }

    /** {@code itk:InfrastructureResponse} (GenericInfrastructureResponse-v1-0.xsd). */
    private static String response(String result, Acknowledged message, Responder us, Instant at, String errors) {
        return "<itk:InfrastructureResponse xmlns:itk=\"" + Namespaces.ITK + "\" result=\"" + result
                + "\" timestamp=\"" + at.truncatedTo(ChronoUnit.SECONDS) + "\" serviceRef=\""
                + Xml.escape(message.service()) + "\" trackingIdRef=\"" + Xml.escape(message.trackingId())
                + "\"><itk:reportingIdentity><itk:id uri=\"" + Xml.escape(us.auditIdentity())
                + "\"/></itk:reportingIdentity><itk:errors>" + errors + "</itk:errors></itk:InfrastructureResponse>";
    }
}
