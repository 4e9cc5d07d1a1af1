package org.itkserver.envelope;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the SOAP header of a request says (docs/protocol.md 3.3, 3.4).
 *
 * @param version SOAP version of the address it goes to
 * @param action {@code wsa:Action}
 * @param to {@code wsa:To}
 * @param relatesTo MessageID of the request this answers, null when it answers none
 * @param username {@code wsse:Username}: who we are at the receiver
 * @param created when it is sent
 * @param timeToLive from Created to Expires
 * @param charset encoding of the whole message: UTF-8, UTF-16BE or UTF-16LE
 * @param token our certificate, DER in base64, when the message is to be signed; else null
 */
public record RequestHead(
        SoapVersion version,
        String action,
        String to,
        @Nullable String relatesTo,
        String username,
        Instant created,
        Duration timeToLive,
        Charset charset,
        @Nullable String token) {
    private static final Set<Charset> CHARSETS =
            Set.of(StandardCharsets.UTF_8, StandardCharsets.UTF_16BE, StandardCharsets.UTF_16LE);

    /** @throws IllegalArgumentException for another encoding */
    public RequestHead {
        if (!CHARSETS.contains(charset)) {
            throw new IllegalArgumentException("not a charset of XML messages: " + charset);
        }
    }

    /** A request that is not signed. */
    public RequestHead(
            SoapVersion version,
            String action,
            String to,
            @Nullable String relatesTo,
            String username,
            Instant created,
            Duration timeToLive,
            Charset charset) {
        this(version, action, to, relatesTo, username, created, timeToLive, charset, null);
    }

    RequestHead withAction(String other) {
        return new RequestHead(version, other, to, relatesTo, username, created, timeToLive, charset, token);
    }

    /** The same, made so that it can be signed: with our certificate, and an id on the Body. */
    public RequestHead signable(String certificate) {
        return new RequestHead(version, action, to, relatesTo, username, created, timeToLive, charset, certificate);
    }
}
