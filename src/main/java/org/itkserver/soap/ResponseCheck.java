package org.itkserver.soap;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Locale;
import org.itkserver.envelope.EnvelopeRejected;
import org.itkserver.envelope.Namespaces;
import org.itkserver.envelope.PayloadStreams;
import org.itkserver.envelope.SoapAnswer;
import org.itkserver.envelope.Uuids;
import org.itkserver.exchange.Transport;
import org.jspecify.annotations.Nullable;

/**
 * Whether a synchronous answer is the answer to our request (H24): a proxy or server that mixes up answers would show one
 * patient's data for another's. Thread-safe.
 */
final class ResponseCheck {
    private static final String RESPONSE = "Response";
    /** What .NET services use when their WSDL names no Action. */
    private static final String DOT_NET = Namespaces.ITK + "/";
    /** A service name as a published page misspells it (H13), and the right one. */
    private static final String MISSPELT = Namespaces.SERVICE + "sendRecvDistEnvelopResponse";

    private static final String SPELT = Namespaces.SERVICE + "sendRecvDistEnvelopeResponse";

    private final PayloadStreams streams;

    ResponseCheck(PayloadStreams streams) {
        this.streams = streams;
    }

    /**
     * Why an answer cannot be used.
     *
     * @param messageId MessageID of our request
     * @return one sentence without anything of the answer's content, null when it is the answer
     */
    @Nullable
    String objection(SoapAnswer.Response answer, String messageId, Transport.Letter letter) {
        var message = answer.message();
        var addressing = message.addressing();
        var relatesTo = addressing.relatesTo();
        boolean related = relatesTo.stream().anyMatch(id -> same(id, messageId));
        boolean relatedOtherwise = addressing.otherRelations().stream().anyMatch(id -> same(id, messageId));
        if (addressing.relates() && !related && !relatedOtherwise) {
            return "its RelatesTo is not the MessageID of our request";
        }
        var action = addressing.action();
        boolean named = action != null && !action.isEmpty();
        if (named
                && !isResponse(action, letter.action())
                && !(action.startsWith(DOT_NET) && action.endsWith(RESPONSE))) {
            return "its Action is not that of the response to our request";
        }
        var header = message.header();
        if (header == null || message.envelope() == null) {
            return "its envelope has no header";
        }
        boolean sameService = header.service().equals(letter.action());
        if (!isResponse(header.service(), letter.action()) && !(sameService && (related || named))) {
            return "its envelope names another service than our request";
        }
        boolean sameDocument = sameService && header.trackingId().equalsIgnoreCase(letter.trackingId());
        if (sameDocument || isEcho(answer, messageId, letter)) {
            return "it is our own request";
        }
        return undecodable(answer);
    }

    private static boolean isResponse(String name, String requested) {
        var spelt = name.equals(MISSPELT) ? SPELT : name;
        return spelt.equals(requested + RESPONSE);
    }

    private static boolean isEcho(SoapAnswer.Response answer, String messageId, Transport.Letter letter) {
        var id = answer.message().addressing().messageId();
        var envelope = answer.message().requiredEnvelope();
        var sent = letter.content();
        return id != null && same(id, messageId)
                || envelope.end() - envelope.start() == sent.end() - sent.start()
                        && Arrays.equals(
                                answer.body().sha256(envelope.start(), envelope.end()),
                                letter.body().sha256(sent.start(), sent.end()));
    }

    /** MessageIDs come back with another prefix or case at times. */
    private static boolean same(String one, String other) {
        return bare(one).equals(bare(other));
    }

    private static String bare(String id) {
        return Uuids.isPrefixedUuid(id)
                ? id.substring(id.length() - Uuids.LENGTH).toUpperCase(Locale.ROOT)
                : id;
    }

    private @Nullable String undecodable(SoapAnswer.Response answer) {
        try {
            streams.check(answer.message(), answer.body());
            return null;
        } catch (EnvelopeRejected e) {
            return "one of its payloads cannot be decoded";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
