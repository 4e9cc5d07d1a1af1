package org.itkserver.admin;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.itkserver.directory.Pattern;
import org.itkserver.directory.Retention;
import org.itkserver.directory.Service;
import org.itkserver.retention.Due;
import org.itkserver.retention.Hold;
import org.itkserver.retention.Proof;
import org.itkserver.retention.Purge;
import org.itkserver.retention.Run;
import org.itkserver.retention.Sizes;

/** The pages of retention with one text wherever a text can be. */
final class HostileRetention {
    private static final Instant AT = Instant.parse("2026-11-22T16:05:07Z");
    private static final String HARMLESS = "harmless";

    private HostileRetention() {}

    static List<Hold> holds(String v) {
        return List.of(
                new Hold(1, new Hold.OneMessage(v), v, v, v, AT, null, null, null),
                new Hold(2, new Hold.Window(v, v, AT, AT), v, v, v, AT, v, AT, v),
                new Hold(3, new Hold.OnePatient(new byte[16]), v, v, v, AT, null, null, null));
    }

    static Map<String, byte[]> pages(Pages pages, Person person, String v) {
        var out = new LinkedHashMap<String, byte[]>();
        var frame = pages.frame("Retention", "retention", person);
        var due = new Due(AT, List.of(new Due.OfService(v, Purge.CONTENT, 3, 4)), true);
        var notice = new Views.Notice(true, v);
        out.put("retention", pages.render("retention", summary(frame, due, notice, v)));
        out.put(
                "retentionTime",
                pages.render(
                        "retentionTime", new RetentionViews.Time(frame, AT, HARMLESS, Map.of("compared", HARMLESS))));
        out.put("retentionRun", pages.render("retentionRun", new RetentionViews.Confirm(frame, due)));
        var lines = holds(v).stream()
                .map(hold -> new RetentionViews.HoldLine(hold, "3 messages"))
                .toList();
        out.put("holds", pages.render("holds", new RetentionViews.Holds(frame, lines, 2, true, notice)));
        var form = new HoldForm(v, v, v, v, v, false);
        var problems = Map.of("trackingId", HARMLESS, "nhsNumber", HARMLESS, "from", HARMLESS, "why", HARMLESS);
        out.put("hold", pages.render("hold", new RetentionViews.NewHold(frame, form, problems)));
        out.put("holdLift", pages.render("holdLift", new RetentionViews.Lift(frame, lines.get(1), problems)));
        var proof = new Proof(7, Purge.RECORD, 3, 4, v, AT, AT, AT, v, 5L, new byte[32], AT);
        var period = new ProofForm(v, v, AT, AT, HARMLESS);
        var next = Show.link("/admin/retention/proof?from=", v);
        out.put("proof", pages.render("proof", new RetentionViews.Proofs(frame, period, List.of(proof), next)));
        out.put("proofBatch", pages.render("proofBatch", new RetentionViews.Batch(frame, proof, v, AT)));
        return out;
    }

    private static RetentionViews.Summary summary(Views.Frame frame, Due due, Views.Notice notice, String v) {
        var service = new Service(v, Pattern.values()[0], false, false, false, Set.of(), Set.of(), false, null)
                .withRetention(Retention.DEFAULT);
        var band = new Sizes.Band(Duration.ZERO, Duration.ofDays(1), 3, 4);
        var sizes = new Sizes(AT, 9, List.of(new Sizes.Table(v, 3, 4L)), List.of(band));
        var run = new Run(7, v, v, Run.State.DONE, AT, AT, 1, 2, 3, 4, 5L);
        return new RetentionViews.Summary(
                frame,
                HARMLESS,
                HARMLESS,
                List.of(HARMLESS),
                true,
                Retention.DEFAULT,
                List.of(service),
                due,
                sizes,
                List.of(run),
                1,
                notice);
    }
}
