package org.itkserver.watch;

import java.time.Duration;
import java.time.Instant;

/**
 * How long a certificate or revocation list can be used.
 *
 * @param kind whose it is
 * @param name which one: a subject, an authority, the id of a partner
 * @param detail what tells it from others: a fingerprint, or nothing
 * @param until when it runs out
 */
public record Validity(Kind kind, String name, String detail, Instant until) {

    /** Whose it is, and how long before its end somebody should renew it. */
    public enum Kind {
        OURS("This server", Duration.ofDays(30)),
        PARTNER("Partner", Duration.ofDays(30)),
        SIGNER("Partner's signatures", Duration.ofDays(30)),
        AUTHORITY("Authority", Duration.ofDays(90)),
        REVOCATION_LIST("Revocation list", Duration.ofDays(2));

        private final String title;
        private final Duration warning;

        Kind(String title, Duration warning) {
            this.title = title;
            this.warning = warning;
        }

        /** As people read it. */
        public String title() {
            return title;
        }
    }

    /** Whether it has run out. */
    public boolean isOver(Instant now) {
        return !until.isAfter(now);
    }

    /** Whether it is time to renew it. */
    public boolean isEnding(Instant now) {
        return !until.minus(kind.warning).isAfter(now);
    }
}
