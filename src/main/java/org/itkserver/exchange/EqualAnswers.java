package org.itkserver.exchange;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Counts equal answers of an endpoint in a row, so that a person hears of a wrong setting early (H11). Thread-safe. */
final class EqualAnswers {
    private static final int ENOUGH = 3;

    private final Map<String, Seen> lanes = new ConcurrentHashMap<>();

    private record Seen(String answer, int times) {}

    /** Whether this is the third time in a row that the endpoint gave this answer. */
    boolean isThird(String lane, String answer) {
        var seen = lanes.merge(
                lane,
                new Seen(answer, 1),
                (before, now) -> before.answer().equals(answer) ? new Seen(answer, before.times() + 1) : now);
        return seen.times() == ENOUGH;
    }

    /** The endpoint is well. */
    void forget(String lane) {
        lanes.remove(lane);
    }
}
