package org.itkserver.admin;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.itkserver.directory.Retention;
import org.itkserver.directory.Service;
import org.itkserver.retention.Due;
import org.itkserver.retention.Hold;
import org.itkserver.retention.Proof;
import org.itkserver.retention.Run;
import org.itkserver.retention.Sizes;
import org.jspecify.annotations.Nullable;

/** What the templates of retention are given. Public only for the templates. */
public final class RetentionViews {
    private RetentionViews() {}

    /**
     * The first page.
     *
     * @param kept what is kept how long, a sentence
     * @param next when something is destroyed next, a sentence
     * @param troubles what is wrong, a sentence each
     * @param timeCanBeConfirmed whether destruction waits until an administrator confirms the time
     * @param usual the periods of services without their own
     * @param others services with periods of their own
     * @param holds how many holds are set
     * @param notice what came of what was done last, null for nothing
     */
    public record Summary(
            Views.Frame frame,
            String kept,
            String next,
            List<String> troubles,
            boolean timeCanBeConfirmed,
            Retention usual,
            List<Service> others,
            Due due,
            Sizes sizes,
            List<Run> runs,
            int holds,
            Views.@Nullable Notice notice) {
        /** Whether the database tells the size of each table, as PostgreSQL does. */
        public boolean eachTable() {
            return sizes.tables().stream().anyMatch(table -> table.bytes() != null);
        }
    }

    /** @param due what the run will destroy */
    public record Confirm(Views.Frame frame, Due due) {}

    /**
     * @param now what this node's clock says
     * @param text what is wrong with it
     * @param problems what is wrong, by field
     */
    public record Time(Views.Frame frame, Instant now, String text, Map<String, String> problems) {}

    /** @param count how many messages it names now, empty when it is lifted */
    public record HoldLine(Hold hold, String count) {}

    /**
     * @param page from 1
     * @param more whether there is another page
     */
    public record Holds(
            Views.Frame frame, List<HoldLine> lines, int page, boolean more, Views.@Nullable Notice notice) {}

    /** @param problems what is wrong, by field */
    public record NewHold(Views.Frame frame, HoldForm form, Map<String, String> problems) {}

    /** @param problems what is wrong, by field */
    public record Lift(Views.Frame frame, HoldLine line, Map<String, String> problems) {}

    /** @param next address of the next page, null on the last */
    public record Proofs(Views.Frame frame, ProofForm form, List<Proof> proofs, @Nullable String next) {}

    /** @param to the moment after its event, for the search of it */
    public record Batch(Views.Frame frame, Proof proof, String root, Instant to) {}
}
