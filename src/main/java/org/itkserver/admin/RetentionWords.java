package org.itkserver.admin;

import java.time.Duration;
import java.time.Instant;
import java.time.Period;
import java.time.temporal.TemporalAmount;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.itkserver.audit.MessageSearch;
import org.itkserver.directory.Retention;
import org.itkserver.retention.Hold;
import org.itkserver.retention.Proof;
import org.itkserver.retention.Purge;
import org.itkserver.retention.Run;
import org.itkserver.retention.Sizes;
import org.itkserver.retention.Standing.Work;

/** What is kept how long, and how its destruction goes, in words. Public only for the templates, which do the escaping. */
public final class RetentionWords {
    /** A lease is a minute long, and another node takes over at once. */
    private static final Duration LAPSED = Duration.ofMinutes(1);

    /** A batch takes seconds. */
    private static final Duration HALF_DONE = Duration.ofMinutes(5);

    private static final Duration LATE = Duration.ofMinutes(5);
    private static final Duration IDLE = Duration.ofMinutes(30);

    private RetentionWords() {}

    /** Such as {@code 30 days} or {@code 1 year 6 months}. */
    public static String period(TemporalAmount amount) {
        var text = amount(amount);
        return text.isEmpty() ? "until the next run" : text;
    }

    /** Empty for none. */
    private static String amount(TemporalAmount amount) {
        var out = new ArrayList<String>();
        if (amount instanceof Period period) {
            part(out, period.getYears(), "year");
            part(out, period.getMonths(), "month");
            part(out, period.getDays(), "day");
        } else {
            var time = Duration.from(amount);
            part(out, time.toDays(), "day");
            part(out, time.toHoursPart(), "hour");
            part(out, time.toMinutesPart(), "minute");
            part(out, time.toSecondsPart(), "second");
        }
        return String.join(" ", out);
    }

    private static void part(List<String> out, long count, String unit) {
        if (count != 0) {
            out.add(count + " " + unit + (count == 1 ? "" : "s"));
        }
    }

    /** The rule for most messages. */
    static String kept(Retention usual, int others) {
        var own = others == 0
                ? ""
                : others == 1
                        ? "; 1 service has periods of its own"
                        : "; " + others + " services have periods of their own";
        return "After a message's end its content is kept " + time(usual.payload()) + " and its record "
                + time(usual.metadata()) + own + ".";
    }

    private static String time(TemporalAmount amount) {
        return (amount(amount).isEmpty() ? "" : "for ") + period(amount);
    }

    /** When something is destroyed next. */
    static String next(Optional<Run> running, Instant next, Instant now) {
        if (running.isPresent()) {
            return "A run is under way since " + Show.time(running.get().beganAt()) + " UTC.";
        }
        return next.isAfter(now)
                ? "The next run begins in " + Show.age(now, next) + ", " + Show.time(next) + " UTC."
                : "The next run is due now.";
    }

    /** What is wrong, a sentence each; empty when nothing is. */
    static List<String> troubles(Optional<Run> running, Work work, Instant next, Instant now) {
        var out = new ArrayList<String>();
        var since = work.openSince();
        if (since != null && now.isAfter(since.plus(HALF_DONE))) {
            out.add(
                    "Batch " + work.open() + " was begun " + Show.time(since)
                            + " UTC and is still half done. The server finishes it or gives it back by itself; when it does not, its log says why.");
        }
        if (running.isEmpty()) {
            if (now.isAfter(next.plus(LATE))) {
                out.add("The run that was due " + Show.time(next)
                        + " UTC has not begun. The log of the server says why.");
            }
            return out;
        }
        var run = running.get();
        var lease = work.leaseUntil();
        if (lease == null || now.isAfter(lease.plus(LAPSED))) {
            out.add("Run " + run.id()
                    + " stands still: no node goes on with it. A node that is ready does within a minute.");
        } else if (out.isEmpty() && now.isAfter(progress(run, work).plus(IDLE))) {
            out.add("Run " + run.id() + " has destroyed nothing for " + Show.age(progress(run, work), now)
                    + ". It waits while accepting is busy; when it is not, the log of the server says why.");
        }
        return out;
    }

    private static Instant progress(Run run, Work work) {
        var through = work.lastThrough();
        return through != null && through.isAfter(run.beganAt()) ? through : run.beganAt();
    }

    /** What a hold covers; nothing of a patient. */
    public static String what(Hold.What what) {
        if (what instanceof Hold.OneMessage one) {
            return "Tracking id " + Show.text(one.trackingId());
        }
        if (what instanceof Hold.Window window) {
            var out = new ArrayList<String>();
            if (window.partner() != null) {
                out.add("partner " + Show.text(window.partner()));
            }
            if (window.service() != null) {
                out.add("service " + Show.text(window.service()));
            }
            if (window.from() != null) {
                out.add("from " + Show.time(window.from()));
            }
            if (window.to() != null) {
                out.add("before " + Show.time(window.to()));
            }
            return "Messages: " + String.join(", ", out);
        }
        return "One patient's messages, by NHS number";
    }

    /** How many messages a question found. */
    static String count(MessageSearch.Found found) {
        int count = found.rows().size();
        var messages = count == 1 ? "1 message" : Show.number(count) + " messages";
        return found.next() == null ? messages : "at least " + messages;
    }

    /** An age of content. */
    public static String age(Sizes.Band band) {
        var to = band.to();
        if (to == null) {
            return "older than " + Show.duration(band.from());
        }
        return band.from().isZero()
                ? "younger than " + Show.duration(to)
                : Show.duration(band.from()) + " to " + Show.duration(to);
    }

    /** What was destroyed. */
    public static String kind(Purge kind) {
        return kind == Purge.CONTENT ? "content" : "record";
    }

    /** Where a batch is, told by a mark and words. */
    public static String state(Proof proof) {
        if (proof.seq() == null) {
            return proof.destroyedAt() == null ? "… not told yet" : "✗ no event tells of it";
        }
        return proof.destroyedAt() == null ? "… half done" : "✓ destroyed";
    }

    /** The Merkle root in hexadecimal; a dash for none. */
    public static String root(Proof proof) {
        return Show.text(ProofRows.hex(proof.root()));
    }

    /** What is said in the place of a message's content. */
    static String destroyed(Instant at, String batch) {
        return "The content was destroyed on " + Show.time(at) + " UTC" + batch + ".";
    }
}
