package faults;

import java.util.Map;
import java.util.TreeMap;

/** The scenarios by name. */
final class Scenarios {
    /** Does what a scenario does to the server, and says what came of it. */
    interface Scenario {
        void run(Run run) throws Exception;
    }

    private static final Map<String, Scenario> ALL = new TreeMap<>();

    static {
        ALL.put("f01", Crashes::killed);
        ALL.put("f02", Crashes::points);
        ALL.put("f04", Databases::restarted);
        ALL.put("f05", Databases::frozen);
        ALL.put("f08", Partners::misbehave);
        ALL.put("f09", Partners::dead);
        ALL.put("f11", Nodes::two);
        ALL.put("f12", Databases::exhausted);
        ALL.put("f13", Handlers::slow);
        ALL.put("f14", Loads::tooMuch);
        ALL.put("f17", Handlers::poison);
        ALL.put("f18", Loads::copies);
        ALL.put("f19", Loads::stopped);
        ALL.put("queue", Queues::taken);
        ALL.put("selftest", SelfTest::run);
    }

    private Scenarios() {}

    static Scenario of(String name) {
        var found = ALL.get(name);
        if (found == null) {
            throw new IllegalArgumentException("no scenario " + name + ", only " + ALL.keySet());
        }
        return found;
    }
}
