package org.itkserver.envelope;

import org.jspecify.annotations.Nullable;

/**
 * The {@code wsse:Security} header for us, text trimmed, null where absent. A password is never kept.
 *
 * @param created {@code wsu:Timestamp/wsu:Created} as sent
 * @param expires {@code wsu:Timestamp/wsu:Expires} as sent
 * @param timestampId {@code wsu:Timestamp/@wsu:Id}
 * @param username {@code wsse:UsernameToken/wsse:Username}
 * @param signed whether a {@code ds:Signature} is present
 */
public record Security(
        @Nullable String created,
        @Nullable String expires,
        @Nullable String timestampId,
        @Nullable String username,
        boolean signed) {
    public static final Security NONE = new Security(null, null, null, null, false);
}
