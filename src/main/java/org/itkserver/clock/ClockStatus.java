package org.itkserver.clock;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What is found out about this node's clock.
 *
 * @param off by how much the clock is ahead of (positive) or behind (negative) the time that was expected; zero when right
 * @param apart by how much the database's clock is ahead of this node's; zero when they agree within the bound
 * @param late how long nothing had happened before this start, when that is why a confirmation is needed; null otherwise
 * @param left how long the clock must be steady before things go on without a confirmation; null when that does not help
 */
public record ClockStatus(Duration off, Duration apart, @Nullable Duration late, @Nullable Duration left) {
    /** Nothing is wrong. */
    public static final ClockStatus RIGHT = new ClockStatus(Duration.ZERO, Duration.ZERO, null, null);

    /** Whether irreversible things may be done. */
    public boolean isRight() {
        return off.isZero() && apart.isZero() && late == null && left == null;
    }

    /** Whether a person's confirmation that the clock is right now would end the waiting. */
    public boolean canBeConfirmed() {
        return !isRight() && apart.isZero();
    }

    /** What is wrong, in sentences without any name; empty when nothing is. */
    public String text() {
        var out = new StringBuilder();
        if (!apart.isZero()) {
            out.append("This node's clock and the database's differ by ")
                    .append(words(apart))
                    .append(". ");
        }
        if (!off.isZero()) {
            out.append("The clock was set ")
                    .append(off.isNegative() ? "back" : "forward")
                    .append(" by about ")
                    .append(words(off))
                    .append(". ");
        }
        if (late != null) {
            out.append("The server started ").append(words(late)).append(" after the newest event in its database. ");
        }
        if (!out.isEmpty() || left != null) {
            out.append("Nothing is destroyed until ").append(until());
        }
        return out.toString();
    }

    private String until() {
        if (!apart.isZero()) {
            return "they agree again.";
        }
        var steady = left == null ? "" : "the clock has been steady for another " + words(left);
        if (off.isZero() && late == null) {
            return steady + ".";
        }
        return steady + (steady.isEmpty() ? "" : ", or ") + "an administrator confirms the time.";
    }

    private static String words(Duration time) {
        long seconds = Math.max(1, time.abs().toSeconds());
        if (seconds < 120) {
            return seconds + (seconds == 1 ? " second" : " seconds");
        }
        if (seconds < 7200) {
            return seconds / 60 + " minutes";
        }
        return seconds < 172_800 ? seconds / 3600 + " hours" : seconds / 86_400 + " days";
    }
}
