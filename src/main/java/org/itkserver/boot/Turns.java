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

    /** The turn of one request of this system. */
    Turn of(String who) {
        return new Turn(who);
    }

    private synchronized boolean tryTake(Turn turn) {
        if (turn.state != State.NONE) {
            return false;
        }
        var line = lines.computeIfAbsent(turn.who, key -> new Line());
        if (line.busy == share) {
            return false;
        }
        line.busy++;
        turn.state = State.TAKEN;
        return true;
    }

    private synchronized boolean takeOrWait(Turn turn, Runnable task) {
        if (tryTake(turn)) {
            return true;
        }
        if (turn.state == State.NONE) {
            turn.task = task;
            lines.get(turn.who).waiting.add(turn);
        }
        return false;
    }

    /** Ends it; the one that comes after it, null for none. */
    private synchronized @Nullable Turn next(Turn ended) {
        boolean taken = ended.state == State.TAKEN;
        ended.state = State.OVER;
        if (!taken) {
            return null;
        }
        var line = lines.get(ended.who);
        var next = line.waiting.poll();
        while (next != null && next.state == State.OVER) {
            next = line.waiting.poll();
        }
        if (next != null) {
            next.state = State.TAKEN;
        } else if (--line.busy == 0) {
            lines.remove(ended.who);
        }
        return next;
    }

    private static final class Line {
        private final Queue<Turn> waiting = new ArrayDeque<>();
        private int busy;
    }

    private enum State {
        NONE,
        TAKEN,
        OVER
    }

    /** A request's turn: it comes at most once, lasts until {@link #end}, and never comes after that. */
    final class Turn {
        private final String who;
        private State state = State.NONE;
        private Runnable task = () -> {};

        private Turn(String who) {
            this.who = who;
        }

        /** Takes it if it comes just now; whether it does. */
        boolean tryTake() {
            return Turns.this.tryTake(this);
        }

        /** Runs the task when it comes: now, in this thread, or later, in the thread that ends another. */
        void take(Runnable whenItComes) {
            if (takeOrWait(this, whenItComes)) {
                whenItComes.run();
            }
        }

        /** Gives it to the first that waits. Ending it twice, or before it came, is no error. */
        void end() {
            var next = Turns.this.next(this);
            if (next != null) {
                next.task.run();
            }
        }
    }
}
