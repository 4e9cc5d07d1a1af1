package org.itkserver.admin;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.itkserver.audit.Role;
import org.itkserver.directory.Pattern;
import org.itkserver.directory.Retention;
import org.itkserver.directory.Service;
import org.itkserver.retention.Due;
import org.itkserver.retention.Hold;
import org.itkserver.retention.Proof;
import org.itkserver.retention.Purge;
import org.itkserver.retention.Run;
import org.itkserver.retention.Sizes;
import org.junit.jupiter.api.Test;

/** A full page of each list comes fast over a slow line. */
class RetentionSizeTest {
    private static final int LARGEST = 30 * 1024;
    private static final Instant AT = Instant.parse("2026-11-22T16:05:07.123456Z");
    private static final String NAME = "getPatientDetailsByNHSNumber-v1-0";

    private final Pages pages = new Pages(() -> true);
    private final Views.Frame frame =
            pages.frame("Retention", "retention", new Person("somebody@example.nhs.uk", "s3cret", Role.all(), false));

    private void isSmall(String template, Object view) {
        int bytes = pages.render(template, view).length;
        assertTrue(bytes < LARGEST, template + " has " + bytes);
    }

    @Test
    void listsAreSmall() {
        var what = new Hold.Window("other-trust", NAME, AT, AT);
        var hold = new Hold(1_000_000, what, HoldPages.REASONS.get(3), "x".repeat(40), NAME, AT, NAME, AT, NAME);
        var line = new RetentionViews.HoldLine(hold, "at least 200 messages");
        var lines = Collections.nCopies(HoldPages.PAGE, line);
        isSmall("holds", new RetentionViews.Holds(frame, lines, 2, true, null));
        var proof = new Proof(
                1_000_000, Purge.CONTENT, 500, 1 << 20, NAME + " " + NAME, AT, AT, AT, "node-1", 5L, new byte[32], AT);
        var proofs = Collections.nCopies(ProofPages.PAGE, proof);
        var form = new ProofForm("", "", AT, AT, null);
        isSmall("proof", new RetentionViews.Proofs(frame, form, proofs, "/admin/retention/proof?from=" + AT));
    }

    @Test
    void theFirstPageIsSmall() {
        var service = new Service(NAME, Pattern.values()[0], false, false, false, Set.of(), Set.of(), false, null)
                .withRetention(Retention.DEFAULT);
        var run = new Run(7, NAME, NAME, Run.State.DONE, AT, AT, 1, 2, 3, 4, 5L);
        var due = new Due(AT, Collections.nCopies(20, new Due.OfService(NAME, Purge.RECORD, 1, 2)), true);
        var band = new Sizes.Band(Duration.ofDays(1), Duration.ofDays(7), 3, 4);
        var table = new Sizes.Table("destroyed_message", 1 << 20, 1L << 30);
        var sizes = new Sizes(AT, 9, Collections.nCopies(30, table), Collections.nCopies(8, band));
        isSmall(
                "retention",
                new RetentionViews.Summary(
                        frame,
                        NAME,
                        NAME,
                        List.of(),
                        true,
                        Retention.DEFAULT,
                        Collections.nCopies(20, service),
                        due,
                        sizes,
                        Collections.nCopies(10, run),
                        1,
                        null));
    }
}
