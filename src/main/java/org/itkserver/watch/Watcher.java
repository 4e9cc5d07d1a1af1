package org.itkserver.watch;

import java.time.Clock;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.itkserver.audit.Cause;

/**
 * Raises what is wrong now and closes what is over. Something that stays wrong counts once; something that a person closed
 * while it was wrong stays closed until it has been well. A node closes only what it raised, because what one node sees
 * another may not. For one thread.
 */
public final class Watcher {
    private static final String OVER = "over";

    private final Alerts alerts;
    private final String node;
    private final Clock clock;
    private final Set<String> seen = new HashSet<>();

    /** @param node id of this node */
    public Watcher(Alerts alerts, String node, Clock clock) {
        this.alerts = alerts;
        this.node = node;
        this.clock = clock;
    }

    /**
     * Looks once.
     *
     * @param signs what is wrong now, as this node sees it
     * @throws org.itkserver.audit.StoreUnavailable when the database is away; the next look makes up for it
     */
    public void look(List<Cause> signs) {
        Map<String, Cause> wrong = new LinkedHashMap<>();
        signs.forEach(sign -> wrong.put(sign.key(), sign));
        Map<String, Alert> known = new HashMap<>();
        alerts.list().forEach(alert -> known.put(alert.key(), alert));
        seen.retainAll(wrong.keySet());
        for (var sign : wrong.entrySet()) {
            var alert = known.get(sign.getKey());
            boolean open = alert != null && alert.isOpen();
            boolean closedByPerson = alert != null && !open && !alert.isOver() && seen.contains(sign.getKey());
            if (!open && !closedByPerson) {
                alerts.raise(sign.getValue(), clock.instant());
            }
            seen.add(sign.getKey());
        }
        for (var alert : known.values()) {
            if (alert.isOpen()
                    && alert.kind().endsItself()
                    && alert.node().equals(node)
                    && !wrong.containsKey(alert.key())) {
                alerts.close(alert.key(), alert.episode(), clock.instant(), Alert.SERVER, OVER);
            }
        }
    }
}
