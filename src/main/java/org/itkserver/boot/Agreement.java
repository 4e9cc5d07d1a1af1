package org.itkserver.boot;

import java.nio.file.Path;
import java.time.Clock;
import org.itkserver.audit.AuditEvent;
import org.itkserver.audit.AuditType;
import org.itkserver.exchange.PatientKey;
import org.itkserver.store.DatabaseRefused;
import org.itkserver.store.SharedFacts;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What this node and the other nodes of its database must agree on: the key that NHS numbers are searched by, and names of
 * nodes. A node that does not agree does not start.
 */
final class Agreement {
    /** The variable that names the fingerprint of a key that is to be the right one from now on. */
    static final String ADOPT = "ITK_ADOPT_SEARCH_KEY";

    private static final Logger LOG = LoggerFactory.getLogger(Agreement.class);

    private final SharedFacts facts;
    private final Clock clock;

    Agreement(SharedFacts facts, Clock clock) {
        this.facts = facts;
        this.clock = clock;
    }

    /**
     * The node that comes first says which key it is.
     *
     * @param file where the key lies
     * @param adopted fingerprint of a key that is to be the right one from now on; null for none. It changes nothing on a node
     *     with another key, and nothing the second time
     * @throws DatabaseRefused when the database knows another key
     */
    void onSearchKey(PatientKey key, Path file, @Nullable String adopted) {
        var own = key.fingerprint();
        if (facts.searchKey().isEmpty()) {
            facts.addSearchKey(own, event("the key for searches by NHS number has the fingerprint " + own));
        }
        var known = facts.searchKey().orElse(own);
        if (own.equals(known)) {
            return;
        }
        if (!own.equals(adopted)) {
            throw new DatabaseRefused("The key " + file + " has the fingerprint " + own
                    + ", and the nodes of this database search by a key with the fingerprint " + known
                    + ": copy that key from a node that runs, or, if this key is the right one, start this node once with "
                    + ADOPT + "=" + own + ".");
        }
        facts.changeSearchKey(
                own,
                event("an operator replaced the fingerprint " + known + " of the key for searches by NHS number by "
                        + own));
    }

    private AuditEvent event(String detail) {
        return AuditEvent.ofServer(clock.instant(), AuditType.SEARCH_KEY_SET, detail);
    }

    /**
     * A name outside the rule stays when it was used before: its audit trail goes by it.
     *
     * @throws DatabaseRefused when the name is new
     */
    void onName(String node) {
        if (NodeName.isGood(node)) {
            return;
        }
        if (!facts.isKnownNode(node)) {
            throw new DatabaseRefused(NodeName.mistake("The node name ", node));
        }
        LOG.warn(
                "the node name '{}' is kept because the database knows it; new names have up to 64 letters, digits, '.', '_'"
                        + " and '-'",
                NodeName.shown(node));
    }
}
