package org.itkserver.audit.verify;

import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

/** Compares legal holds with the events that set and lift them. */
final class HoldCheck {
    private final Evidence evidence;
    private final List<String> problems = new ArrayList<>();

    HoldCheck(Evidence evidence) {
        this.evidence = evidence;
    }

    /** What is wrong, one sentence each without a full stop. */
    List<String> problems(List<TrailSource.StoredHold> stored) {
        var sealed = evidence.holds();
        var there = new HashSet<Long>();
        for (var hold : stored) {
            there.add(hold.id());
            compare(hold, sealed.getOrDefault(hold.id(), List.of()));
        }
        sealed.keySet().stream()
                .filter(id -> !there.contains(id))
                .sorted()
                .forEach(id -> problems.add("legal hold " + id + " was set, and is not in the database"));
        return List.copyOf(problems);
    }

    private void compare(TrailSource.StoredHold hold, List<Evidence.Piece<Fact.HoldSet>> sealed) {
        if (sealed.isEmpty()) {
            problems.add("legal hold " + hold.id() + " is in the database, and no sealed event sets it");
        } else if (sealed.stream().noneMatch(piece -> fits(hold, piece))) {
            problems.add("legal hold " + hold.id() + " is not the one that was set: its fields differ");
        }
        if (hold.lifted() && !evidence.isLifted(hold.id())) {
            problems.add("legal hold " + hold.id() + " is marked as lifted, and no sealed event lifts it");
        }
    }

    private static boolean fits(TrailSource.StoredHold hold, Evidence.Piece<Fact.HoldSet> piece) {
        var digest = piece.fact().digest();
        return hold.detail().equals(piece.row().detail())
                && (digest.length == 0 || MessageDigest.isEqual(digest, hold.digest()));
    }
}
