package org.itkserver.boot;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * Who gets a worker: of one system's requests no more than its share have one at a time. Those beyond it wait in the order they
 * came and take no thread meanwhile, so that one system's flood does not stand before another's letter. Thread-safe.
 */
final class Turns {
    private final int share;
    private final Map<String, Line> lines = new HashMap<>();

    /** @param share how many of one system's requests may have a worker at once */
    Turns(int share) {
        this.share = share;
    }

    /** Takes a turn of this system if there is one now. */
    synchronized boolean isNow(String who) {
        var line = lines.computeIfAbsent(who, key -> new Line());
        if (line.busy == share) {
            return false;
        }
        line.busy++;
        return true;
    }

    /** Runs the task with a turn of this system: now, in this thread, or when one is given back, in the thread that does. */
    void take(String who, Runnable task) {
        if (isNowOrLater(who, task)) {
            task.run();
        }
    }

    private synchronized boolean isNowOrLater(String who, Runnable task) {
        if (isNow(who)) {
            return true;
        }
        lines.get(who).waiting.add(task);
        return false;
    }

    /** Ends a turn of this system and gives it to the first that waits. */
    void giveBack(String who) {
        var next = next(who);
        if (next != null) {
            next.run();
        }
    }

    private synchronized @Nullable Runnable next(String who) {
        var line = lines.get(who);
        if (line == null) {
            throw new IllegalStateException("no turn was taken");
        }
        var next = line.waiting.poll();
        if (next == null && --line.busy == 0) {
            lines.remove(who);
        }
        return next;
    }

    private static final class Line {
        private final Queue<Runnable> waiting = new ArrayDeque<>();
        private int busy;
    }
}
