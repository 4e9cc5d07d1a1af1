package org.itkserver.exchange;

import org.itkserver.directory.Partner;
import org.itkserver.directory.Pattern;
import org.itkserver.directory.Service;
import org.itkserver.envelope.Addressing;
import org.itkserver.envelope.EnvelopeRejected;
import org.itkserver.envelope.Namespaces;
import org.itkserver.envelope.ToolkitError;
import org.jspecify.annotations.Nullable;

/**
 * Where the answer of a truly asynchronous request goes (H10, H21).
 *
 * @param replyTo a callback URL or subscriber queue of the sender
 * @param faultTo the same for faults
 * @param messageId MessageID of the request
 */
public record Callback(String replyTo, String faultTo, @Nullable String messageId) {

    /**
     * The callback a request names.
     *
     * @param service what the request calls, null for queue collection
     * @return null when it is to be answered on its own connection
     * @throws EnvelopeRejected 1000 when an address is not one of the partner's own
     */
    public static @Nullable Callback of(Addressing addressing, Partner partner, @Nullable Service service) {
        boolean oneWay = service != null && service.pattern() == Pattern.ONE_WAY;
        var replyTo = oneWay ? unlessNone(addressing.replyTo()) : addressing.replyTo();
        var faultTo = oneWay ? unlessNone(addressing.faultTo()) : addressing.faultTo();
        boolean repliesElsewhere = service != null && service.repliesElsewhere();
        boolean elsewhere = replyTo != null && !replyTo.equals(Namespaces.ANONYMOUS);
        if (!elsewhere || !repliesElsewhere) {
            anonymous("ReplyTo", replyTo);
            anonymous("FaultTo", faultTo);
            return null;
        }
        own("ReplyTo", replyTo, partner);
        if (faultTo == null || faultTo.equals(Namespaces.ANONYMOUS)) {
            return new Callback(replyTo, replyTo, addressing.messageId());
        }
        own("FaultTo", faultTo, partner);
        return new Callback(replyTo, faultTo, addressing.messageId());
    }

    /** A service without an output has no reply, and {@code none} says just that (H21). */
    private static @Nullable String unlessNone(@Nullable String address) {
        return Namespaces.NONE.equals(address) ? null : address;
    }

    private static void anonymous(String name, @Nullable String address) {
        if (address != null && !address.equals(Namespaces.ANONYMOUS)) {
            throw EnvelopeRejected.invalid(name + " " + ToolkitError.quoted(address) + " is not anonymous.");
        }
    }

    private static void own(String name, String address, Partner partner) {
        var queue = Destination.subscriber(address);
        boolean known = queue.isPresent()
                ? partner.queues().contains(queue.get())
                : partner.endpoints().callbacks().contains(address);
        if (!known) {
            throw EnvelopeRejected.invalid(
                    name + " " + ToolkitError.quoted(address) + " is not a callback address of the sender.");
        }
    }
}
