package org.itkserver.exchange;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.itkserver.envelope.AckStyle;
import org.itkserver.envelope.Acknowledged;
import org.itkserver.envelope.AcknowledgementWriter;
import org.itkserver.envelope.BusinessOutcome;
import org.itkserver.envelope.DeliveryError;
import org.itkserver.envelope.EnvelopeWriter;
import org.itkserver.envelope.Ids;
import org.itkserver.envelope.Messages;
import org.itkserver.envelope.Outgoing;
import org.itkserver.envelope.Responder;
import org.itkserver.envelope.TypedUri;
import org.jspecify.annotations.Nullable;

/** Variants of the one good message, and acknowledgements as partners send them. */
final class Requests {
    static final String INF_ACK = "infackrequested";
    static final String BUS_ACK = "ackrequested";
    static final String GENERIC = "sendDistEnvelope";

    private static final String ADDRESSES =
            "<itk:addresslist><itk:address uri=\"urn:nhs-uk:addressing:ods:Z9999:cardiology\"/></itk:addresslist>";
    private static final String SENDER = "<itk:senderAddress uri=\"urn:nhs-uk:addressing:ods:Y9999\"/>";

    private Requests() {}

    /** A message that asks for acknowledgements of these kinds. */
    static String asking(String... keys) {
        return alsoAsking(Messages.cda(), keys);
    }

    static String alsoAsking(String message, String... keys) {
        var specs = Arrays.stream(keys)
                .map(key -> "<itk:spec key=\"urn:nhs-itk:ns:201005:" + key + "\" value=\"true\"/>")
                .collect(Collectors.joining());
        return replaced(message, "</itk:handlingSpecification>", specs + "</itk:handlingSpecification>");
    }

    /** The message with these addresses below {@code urn:nhs-uk:addressing:ods:} and no others. */
    static String to(String message, String... addresses) {
        var list = Arrays.stream(addresses)
                .map(address -> "<itk:address uri=\"" + World.ADDRESS + address + "\"/>")
                .collect(Collectors.joining());
        return replaced(message, ADDRESSES, "<itk:addresslist>" + list + "</itk:addresslist>");
    }

    /** The message with another sender address, or without one. */
    static String from(String message, @Nullable String address) {
        var element = address == null ? "" : "<itk:senderAddress uri=\"" + World.ADDRESS + address + "\"/>";
        return replaced(message, SENDER, element);
    }

    /** The message for another service. */
    static String calling(String message, String service) {
        return replaced(message, Messages.SERVICE, "urn:nhs-itk:services:201005:" + service);
    }

    static String tracked(String message, String trackingId) {
        return replaced(message, Messages.TRACKING_ID, trackingId);
    }

    /** The message with a ReplyTo, and a FaultTo when it is not null. */
    static String replyTo(String message, String replyTo, @Nullable String faultTo) {
        var headers = "<wsa:ReplyTo><wsa:Address>" + replyTo + "</wsa:Address></wsa:ReplyTo>"
                + (faultTo == null ? "" : "<wsa:FaultTo><wsa:Address>" + faultTo + "</wsa:Address></wsa:FaultTo>");
        return replaced(message, "</soap:Header>", headers + "</soap:Header>");
    }

    private static String replaced(String message, String part, String by) {
        if (!message.contains(part)) {
            throw new AssertionError(part);
        }
        return message.replace(part, by);
    }

    /** What a partner says about a message of ours. */
    static String infAck(String trackingId) {
        return infAck(AckStyle.ITK_2_2, trackingId);
    }

    static String infAck(AckStyle style, String trackingId) {
        return soap(writer().infrastructureAck(style, about(trackingId), peer(), us(), World.START));
    }

    static String infNack(String trackingId) {
        var nack = new AcknowledgementWriter.Nack(
                DeliveryError.DE0001, Ids.random().next(), "The ward is closed.");
        return soap(writer().infrastructureNack(AckStyle.ITK_2_2, about(trackingId), peer(), us(), World.START, nack));
    }

    static String busAck(AckStyle style, String trackingId, BusinessOutcome outcome) {
        var reason = outcome.isPositive() ? null : "Wrong patient.";
        var decision = new AcknowledgementWriter.Decision(outcome, null, reason);
        return soap(writer().businessAck(style, about(trackingId), peer(), us(), World.START, decision));
    }

    private static AcknowledgementWriter writer() {
        return new AcknowledgementWriter(Ids.random());
    }

    private static Responder peer() {
        return new Responder(World.ADDRESS + "W1", "urn:nhs-uk:identity:ods:W1:itk", "W1");
    }

    private static TypedUri us() {
        return new TypedUri(null, World.ADDRESS + "Z9999");
    }

    private static Acknowledged about(String trackingId) {
        return new Acknowledged(
                trackingId,
                Messages.SERVICE,
                "urn:nhs-itk:interaction:primaryRecipientDischargeReport-v1-0",
                us(),
                List.of("uuid_6A2D0C55-1111-4A2B-9C3D-5E6F70819203"));
    }

    private static String soap(Outgoing envelope) {
        return "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Header/><s:Body>"
                + new EnvelopeWriter().write(envelope) + "</s:Body></s:Envelope>";
    }
}
