package org.itkserver.audit;

import org.jspecify.annotations.Nullable;

/**
 * Why a person must look. Equal causes are one alert, however often they come.
 *
 * @param kind what it is about
 * @param subject whom or what: a partner, a handler, a node, a person; at most {@value #LONGEST} characters are kept
 * @param partner id of the partner, null when it is about none
 * @param text one sentence; leaves the server in notices, so it holds nothing out of a message
 */
public record Cause(AlertKind kind, String subject, @Nullable String partner, String text) {
    private static final int LONGEST = 160;

    public Cause {
        subject = subject.substring(0, Math.min(LONGEST, subject.length()));
    }

    /** A cause that a partner gave. */
    public static Cause ofPartner(AlertKind kind, String partner, String text) {
        return new Cause(kind, partner, partner, text);
    }

    /** What makes it one alert: such as {@code partner-down:gp-system}. */
    public String key() {
        return kind.label() + ":" + subject;
    }
}
