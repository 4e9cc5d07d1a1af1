package org.itkserver.exchange;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Bulk resends in memory, of one node; held to the same contract as those of the databases. */
public final class MemoryBulkJobs implements BulkJobs {
    private static final String RESENT = "";

    private final Map<Long, Job> jobs = new TreeMap<>();
    private final Map<Long, List<Long>> messages = new HashMap<>();
    private final Map<Repair.Item, String> outcomes = new HashMap<>();

    @Override
    public synchronized boolean start(Job job, List<Long> all) {
        if (running().isPresent()) {
            return false;
        }
        jobs.put(job.id(), job);
        messages.put(job.id(), List.copyOf(all));
        return true;
    }

    private Optional<Job> running() {
        return jobs.values().stream()
                .filter(job -> job.state() == State.RUNNING)
                .findFirst();
    }

    @Override
    public synchronized Optional<Job> job(long id) {
        return Optional.ofNullable(jobs.get(id));
    }

    @Override
    public synchronized List<Job> newest(int limit) {
        return jobs.values().stream()
                .sorted(Comparator.comparing(Job::startedAt)
                        .thenComparing(Job::id)
                        .reversed())
                .limit(limit)
                .toList();
    }

    @Override
    public synchronized Progress progress(long id) {
        var skipped = new HashMap<String, Integer>();
        int resent = 0;
        for (var outcome : outcomes.entrySet()) {
            if (outcome.getKey().job() == id) {
                if (outcome.getValue().equals(RESENT)) {
                    resent++;
                } else {
                    skipped.merge(outcome.getValue(), 1, Integer::sum);
                }
            }
        }
        return new Progress(resent, skipped, left(id, Integer.MAX_VALUE).size());
    }

    @Override
    public synchronized Optional<Job> claim(Instant now, Duration lease) {
        return running();
    }

    @Override
    public synchronized List<Left> left(long job, int most) {
        var out = new ArrayList<Left>();
        var all = messages.getOrDefault(job, List.of());
        for (int i = 0; i < all.size() && out.size() < most; i++) {
            if (!outcomes.containsKey(new Repair.Item(job, i))) {
                out.add(new Left(i, all.get(i)));
            }
        }
        return out;
    }

    @Override
    public synchronized void skip(Repair.Item item, String reason) {
        outcomes.putIfAbsent(item, reason);
    }

    /** A message's turn, if the job runs and it is left. */
    synchronized boolean take(Repair.Item item, long message) {
        var job = jobs.get(item.job());
        boolean its = job != null && messages.get(item.job()).get(item.position()) == message;
        return its && job.state() == State.RUNNING && outcomes.putIfAbsent(item, RESENT) == null;
    }

    @Override
    public synchronized boolean end(long id, State state, String by, Instant at) {
        var job = jobs.get(id);
        if (job == null || job.state() != State.RUNNING) {
            return false;
        }
        jobs.put(
                id,
                new Job(
                        id,
                        state,
                        job.startedBy(),
                        job.source(),
                        job.reason(),
                        job.startedAt(),
                        job.rate(),
                        job.total(),
                        by,
                        at));
        return true;
    }
}
