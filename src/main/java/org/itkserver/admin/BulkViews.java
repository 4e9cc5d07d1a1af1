package org.itkserver.admin;

import java.util.List;
import java.util.Map;
import org.itkserver.exchange.BulkJobs.Job;
import org.itkserver.exchange.BulkJobs.Progress;
import org.itkserver.exchange.BulkResends;
import org.jspecify.annotations.Nullable;

/** What the templates about bulk resends are given. Public only for the templates. */
public final class BulkViews {
    private BulkViews() {}

    /**
     * What would be sent again.
     *
     * @param number tells this plan from one of another tab
     * @param plan null when the search finds too much
     * @param rate as typed
     * @param problems what is wrong with the form, by field
     */
    public record Plan(
            Views.Frame frame,
            String number,
            BulkResends.@Nullable Plan plan,
            String rate,
            Map<String, String> problems) {}

    /** @param notice what came of what was done last, null for nothing */
    public record OneJob(Views.Frame frame, Job job, Progress progress, Views.@Nullable Notice notice) {
        /** Whether it goes on. */
        public boolean runs() {
            return job.endedAt() == null;
        }

        /** How many were not sent again. */
        public int skipped() {
            return progress.skipped().values().stream()
                    .mapToInt(Integer::intValue)
                    .sum();
        }
    }

    public record Jobs(Views.Frame frame, List<Job> jobs) {}
}
