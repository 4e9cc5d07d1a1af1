package org.itkserver.boot;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.itkserver.audit.AlertKind;
import org.itkserver.audit.Cause;
import org.itkserver.delivery.Lane;
import org.itkserver.watch.Figures.DatabaseClock;
import org.itkserver.watch.Validity;

/** What is wrong with this node and with whom it talks to, now. For one thread. */
final class Signs {
    private static final long LITTLE_SPACE = 1L << 30;
    private static final Duration SLOW = Duration.ofSeconds(1);

    private final Server server;
    private final Clock clock;
    private final LongSupplier nanos;
    private boolean away;
    private long awaySince;

    /** @param nanos monotonic time in nanoseconds */
    Signs(Server server, LongSupplier nanos) {
        this.server = server;
        this.nanos = nanos;
        this.clock = server.clock;
    }

    /** The database did not answer this look. */
    void databaseAway() {
        if (!away) {
            away = true;
            awaySince = nanos.getAsLong();
        }
    }

    /** @param database how it answered this look */
    List<Cause> now(DatabaseClock database) {
        var out = new ArrayList<Cause>();
        database(database, out);
        if (freeSpace() < LITTLE_SPACE) {
            out.add(ofNode(AlertKind.DISK_LOW, "Less than 1 GB is free for ITK_HOME."));
        }
        if (server.anchors.isFailing()) {
            out.add(ofNode(AlertKind.ANCHOR_FAILED, "The file of ITK_SEAL_ANCHORS cannot be added to."));
        }
        if (server.directory.status().mistake() != null) {
            out.add(ofNode(AlertKind.DIRECTORY_REFUSED, "directory.yaml was changed and is wrong."));
        }
        certificates(out);
        for (var sealing : server.search.sealing()) {
            if (sealing.isBehind(clock.instant())) {
                var text = "Audit rows of node " + sealing.node() + " wait for their seal.";
                out.add(new Cause(AlertKind.SEAL_BEHIND, sealing.node(), null, text));
            }
        }
        if (server.contentKeys != null && !server.contentKeys.isUsable()) {
            out.add(ofNode(
                    AlertKind.CONTENT_KEYS_AWAY,
                    "The folder that it has for them is not the right one, or cannot be read."));
        }
        for (var loop : server.loops.dead()) {
            out.add(new Cause(
                    AlertKind.LOOP_FAILING, server.node + " " + loop.name(), null, String.valueOf(loop.trouble())));
        }
        server.breaker.open().forEach(lane -> lane(lane, out));
        return out;
    }

    private void certificates(List<Cause> out) {
        var files = server.tls;
        if (files != null && files.trouble().isPresent()) {
            out.add(ofNode(AlertKind.TLS_FILES_REFUSED, files.trouble().get()));
        }
        for (var validity : Validities.of(server)) {
            if (validity.isEnding(clock.instant())) {
                out.add(ending(validity));
            }
        }
    }

    private Cause ending(Validity validity) {
        var text = validity.kind().title() + " " + validity.name()
                + (validity.isOver(clock.instant()) ? " ended " : " ends ") + validity.until() + ".";
        var whose = validity.kind().title() + " " + validity.name();
        return switch (validity.kind()) {
            case PARTNER -> Cause.ofPartner(AlertKind.CERTIFICATE_ENDING, validity.name(), text);
            case SIGNER -> new Cause(AlertKind.CERTIFICATE_ENDING, whose, validity.name(), text);
            case OURS, AUTHORITY, REVOCATION_LIST -> new Cause(AlertKind.CERTIFICATE_ENDING, whose, null, text);
        };
    }

    private void database(DatabaseClock database, List<Cause> out) {
        if (away) {
            long seconds = Duration.ofNanos(nanos.getAsLong() - awaySince).toSeconds();
            out.add(ofNode(AlertKind.DATABASE, "It could not be reached for about " + seconds + " s."));
            away = false;
        } else if (database.took().compareTo(SLOW) > 0) {
            out.add(ofNode(AlertKind.DATABASE, "The simplest question takes more than a second."));
        }
        var time = server.time.status();
        if (time.late() != null) {
            out.add(ofNode(AlertKind.CLOCK_UNCONFIRMED, time.text()));
        } else if (!time.off().isZero() || !time.apart().isZero()) {
            out.add(ofNode(AlertKind.CLOCK_OFF, time.text()));
        }
    }

    private static void lane(Lane lane, List<Cause> out) {
        var name = lane.name();
        if (lane.kind() == Lane.Kind.SEND) {
            var partner = name.substring(0, Math.max(0, name.indexOf('/')));
            var text = "It does not answer, or answers that it cannot take messages now.";
            out.add(Cause.ofPartner(AlertKind.PARTNER_DOWN, partner, text));
        } else if (lane.kind() == Lane.Kind.HANDLE) {
            var text = "Handler " + name + " cannot take messages now.";
            out.add(new Cause(AlertKind.HANDLER_FAILING, name, null, text));
        }
    }

    private Cause ofNode(AlertKind kind, String text) {
        return new Cause(kind, server.node, null, text);
    }

    /** Bytes free for the home folder; none when that cannot be known. */
    long freeSpace() {
        try {
            return Files.getFileStore(server.settings.home()).getUsableSpace();
        } catch (IOException e) {
            return 0;
        }
    }
}
