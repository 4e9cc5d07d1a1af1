package org.itkserver.exchange;

import java.net.URI;
import java.nio.charset.Charset;
import java.time.Duration;
import java.util.Map;
import org.itkserver.envelope.MessageBody;
import org.itkserver.envelope.ScannedMessage;
import org.jspecify.annotations.Nullable;

/** Sends one message to one endpoint, once. Thread-safe; implementations never follow redirects and bound every wait. */
public interface Transport {

    /**
     * Sends a letter with fresh MessageID and Timestamp.
     *
     * @param endpoint an http(s) URL
     * @param username our Username
     * @return what came of it; never throws for anything the peer does
     */
    Result send(URI endpoint, String username, Letter letter);

    /**
     * What is sent.
     *
     * @param action {@code wsa:Action} and SOAPAction
     * @param trackingId of the envelope; a partner that sends it back with the same service has echoed the request
     * @param relatesTo MessageID of the request it answers, or null
     * @param body bytes that hold the content of the SOAP body
     * @param content where in them
     * @param inherited namespaces the content needs from around it
     * @param charset encoding of the content
     * @param synchronous whether a business response is expected
     */
    record Letter(
            String action,
            String trackingId,
            @Nullable String relatesTo,
            MessageBody body,
            ScannedMessage.Range content,
            Map<String, String> inherited,
            Charset charset,
            boolean synchronous) {}

    /** What came of one attempt (H11). */
    sealed interface Result {

        /** MessageID of the attempt; empty when nothing was sent. */
        String messageId();
    }

    /**
     * The peer took it.
     *
     * @param response the SOAP message it answered with when that holds a distribution envelope, else null
     */
    record Taken(String messageId, @Nullable String response) implements Result {}

    /**
     * The peer refuses it for good.
     *
     * @param code toolkit error code, null when it gave none
     * @param reason why
     */
    record Refused(String messageId, @Nullable String code, String reason) implements Result {}

    /**
     * It was not sent, and trying again would not help.
     *
     * @param reason why
     */
    record Unsendable(String messageId, String reason) implements Result {}

    /**
     * The endpoint does not take what is sent to it, as it is set up now: the fault is not this message's (H11). It is held and
     * tried again.
     *
     * @param answer the answer in a few words that are equal for equal answers, such as "HTTP 404"
     * @param reason the same with what the peer says
     * @param retryAfter how long the peer asks to be left alone, null when it does not say
     */
    record Held(String messageId, String answer, String reason, @Nullable Duration retryAfter) implements Result {}

    /**
     * A synchronous request was answered with something that is not its response (H24). Nothing of it may be used.
     *
     * @param reason what is wrong with it, without anything out of it
     */
    record NotOurs(String messageId, String reason) implements Result {}

    /**
     * It may work later.
     *
     * @param reason why not now
     * @param retryAfter how long the peer asks to be left alone, null when it does not say
     * @param unwell whether the peer itself is not there or not well; false when it only refuses this message for now
     */
    record NotNow(String messageId, String reason, @Nullable Duration retryAfter, boolean unwell) implements Result {}
}
