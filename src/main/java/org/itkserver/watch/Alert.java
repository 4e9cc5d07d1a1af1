package org.itkserver.watch;

import java.time.Instant;
import java.util.Comparator;
import org.itkserver.audit.AlertKind;
import org.jspecify.annotations.Nullable;

/**
 * One cause, as it stands.
 *
 * @param key what makes it one alert
 * @param subject whom or what it is about
 * @param partner id of the partner, null when it is about none
 * @param node the node that raised it last
 * @param episode 1 the first time; one more each time it comes back after it was closed
 * @param first when this episode began
 * @param last when it was raised last
 * @param count how often it was raised in this episode
 * @param closedAt null while it is open
 * @param closedBy a person's name, or {@value #SERVER}
 * @param reason why it was closed
 */
public record Alert(
        String key,
        AlertKind kind,
        String subject,
        @Nullable String partner,
        String text,
        String node,
        int episode,
        Instant first,
        Instant last,
        long count,
        @Nullable Instant closedAt,
        @Nullable String closedBy,
        @Nullable String reason) {
    /** Who closes what is over; no person has this name. */
    public static final String SERVER = "server";

    /** Worst first, then the oldest. */
    public static final Comparator<Alert> WORST_FIRST =
            Comparator.comparing(Alert::kind).thenComparing(Alert::first).thenComparing(Alert::key);

    /** Whether somebody must look. */
    public boolean isOpen() {
        return closedAt == null;
    }

    /** Whether the server closed it because it was over. */
    boolean isOver() {
        return SERVER.equals(closedBy);
    }
}
