package org.itkserver.admin;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.itkserver.audit.AuditQuery.MessageRow;
import org.itkserver.audit.TrailQuery.TrailEvent;
import org.jspecify.annotations.Nullable;

/**
 * What happened to a document and everything that came of it, drawn: a line for each message, a mark for each event. The
 * way between two marks grows with the logarithm of the wait, so that milliseconds and days fit in one picture. Public
 * only for the template.
 *
 * @param steps the events, by time
 * @param lines the messages, in the order of their first event
 * @param width of the picture
 * @param height of the picture
 */
public record Timeline(List<Step> steps, List<Line> lines, int width, int height) {
    /** Where the marks begin and how high a line is. */
    public static final int LEFT = 300;

    public static final int LINE = 28;

    private static final int WIDTH = 640;
    private static final int MOST_LINES = 20;
    private static final double LEAST = 0.35;
    private static final Set<String> BAD = Set.of(
            "refused", "attempt-failed", "rejected", "dead-letter", "nacked", "ack-unmatched", "overdue", "alert");

    public Timeline {
        steps = List.copyOf(steps);
        lines = List.copyOf(lines);
    }

    /**
     * An event.
     *
     * @param message the message it is about, null when it is not of this family
     * @param waited since the event before, null for the first
     * @param bad whether something went wrong
     */
    public record Step(TrailEvent event, @Nullable MessageRow message, @Nullable Duration waited, boolean bad) {
        /** What happened, in words. */
        public String what() {
            return Show.text(event.type()).replace('-', ' ');
        }
    }

    /**
     * A message's line.
     *
     * @param y middle of the line
     * @param from x of its first mark
     * @param to x of its last mark
     */
    public record Line(MessageRow message, String label, int y, int from, int to, List<Mark> marks) {
        public Line {
            marks = List.copyOf(marks);
        }
    }

    /** An event on its line. */
    public record Mark(int x, boolean bad, String title) {}

    /**
     * @param family the messages, oldest first
     * @param events theirs, by time
     */
    static Timeline of(List<MessageRow> family, List<TrailEvent> events) {
        var steps = new ArrayList<Step>();
        Instant last = null;
        for (var event : events) {
            var waited = last == null ? null : Duration.between(last, event.at());
            steps.add(new Step(event, message(family, event), waited, BAD.contains(event.type())));
            last = event.at();
        }
        var places = places(steps);
        var lines = new ArrayList<Line>();
        for (var row : family) {
            if (lines.size() < MOST_LINES) {
                line(row, steps, places, lines);
            }
        }
        return new Timeline(steps, lines, LEFT + WIDTH + 20, lines.size() * LINE + 10);
    }

    private static @Nullable MessageRow message(List<MessageRow> family, TrailEvent event) {
        return family.stream()
                .filter(row -> Long.valueOf(row.id()).equals(event.message()))
                .findFirst()
                .orElse(null);
    }

    /** The x of each step. */
    private static int[] places(List<Step> steps) {
        var at = new double[steps.size()];
        for (int i = 1; i < at.length; i++) {
            var waited = steps.get(i).waited();
            long millis = waited == null ? 0 : Math.max(0, waited.toMillis());
            at[i] = at[i - 1] + LEAST + Math.log10(1 + millis);
        }
        double whole = at.length == 0 ? 1 : Math.max(LEAST, at[at.length - 1]);
        var out = new int[at.length];
        for (int i = 0; i < at.length; i++) {
            out[i] = LEFT + (int) Math.round(at[i] / whole * WIDTH);
        }
        return out;
    }

    private static void line(MessageRow row, List<Step> steps, int[] places, List<Line> out) {
        var marks = new ArrayList<Mark>();
        for (int i = 0; i < steps.size(); i++) {
            var step = steps.get(i);
            if (step.message() == row) {
                marks.add(new Mark(
                        places[i],
                        step.bad(),
                        step.what() + ", " + Show.time(step.event().at())));
            }
        }
        if (!marks.isEmpty()) {
            int y = out.size() * LINE + LINE / 2;
            var label = row.id() + " " + Show.what(row);
            out.add(new Line(
                    row, label, y, marks.get(0).x(), marks.get(marks.size() - 1).x(), marks));
        }
    }
}
