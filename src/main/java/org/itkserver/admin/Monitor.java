package org.itkserver.admin;

import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.itkserver.delivery.Lane;
import org.itkserver.watch.Alerts;
import org.itkserver.watch.Figures;
import org.itkserver.watch.Validity;

/** How this server and its partners are. Thread-safe. */
public interface Monitor {
    /** The alerts of all nodes. */
    Alerts alerts();

    /** The figures of all nodes. */
    Figures figures();

    /** How many alerts are open, as seen some seconds ago; asked for every page. */
    int openAlerts();

    /** Every lane that holds work, as seen some seconds ago; the one that has waited longest first. */
    List<Figures.Waiting> waiting();

    /** Certificates and revocation lists of TLS, what ends first first; empty when TLS is off. */
    List<Validity> validities();

    /** This node. */
    Facts facts();

    /**
     * What is known of this node.
     *
     * @param started when it did
     * @param free bytes free for the home folder
     * @param unwell lanes that are left alone for a while because they fail
     */
    record Facts(String version, String node, Instant started, long free, Set<Lane> unwell) {}
}
