package org.itkserver.boot;

import static org.itkserver.boot.VerifyAudit.count;

import java.io.PrintStream;
import java.util.Locale;
import org.itkserver.audit.verify.Check;
import org.itkserver.audit.verify.Report;

/** Tells people what a check found. */
final class ReportPrinter {
    private static final double NANOS = 1e9;

    private final PrintStream out;

    ReportPrinter(PrintStream out) {
        this.out = out;
    }

    /** @param nanos how long the check took */
    void print(Report report, Check check, long nanos) {
        if (report.nodes().isEmpty()) {
            out.println(
                    check.node() == null
                            ? "there is no row and no seal: nothing could be checked"
                            : "there is no node " + check.node());
        }
        report.nodes().forEach(this::node);
        if (!report.unrecorded().isEmpty()) {
            out.println("BROKEN: messages are stored that no sealed event records, such as " + report.unrecorded());
        }
        report.problems().forEach(problem -> out.println("BROKEN: " + problem));
        report.unconfirmed()
                .forEach(node -> out.println("node " + node
                        + ": its events are part of the proof, and its key is not confirmed; check it as well"));
        double seconds = nanos / NANOS;
        out.printf(
                Locale.ROOT,
                "verified %,d rows, %,d seals and %,d messages%s in %.1f s, %,.0f rows a second%n",
                report.rows(),
                report.seals(),
                report.nodes().stream().mapToLong(Report.Node::messages).sum(),
                check.payloads() ? " with their bytes" : "",
                seconds,
                report.rows() / Math.max(seconds, 0.001));
        if (!report.nodes().isEmpty()) {
            out.println(verdict(report.verdict()));
        }
    }

    private static String verdict(Report.Verdict verdict) {
        return switch (verdict) {
            case INTACT -> "INTACT";
            case BROKEN -> "BROKEN";
            case NOT_CHECKED ->
                "NOT CHECKED: nothing is known to be wrong, but not everything could be checked; see above";
        };
    }

    private static String gone(Report.Node node) {
        return (node.purged() == 0 ? "" : " (" + count(node.purged()) + " of them purged)")
                + (node.unreadable() == 0 ? "" : " (" + count(node.unreadable()) + " of them without their key)");
    }

    private void node(Report.Node node) {
        var first = node.first();
        var where = "node " + (node.node().isEmpty() ? "without a name" : node.node()) + ": ";
        if (first == null) {
            out.println(where + count(node.rows()) + " rows from " + node.firstSeq() + " on, " + count(node.seals())
                    + " seals, " + count(node.messages()) + " messages" + gone(node) + ", " + count(node.anchors())
                    + " anchors: " + (node.isIntact() ? "intact" : "nothing wrong was found"));
        } else {
            out.println(where + "FIRST BAD ROW " + first.seq() + ": " + first.problem()
                    + (node.findings() > 1 ? " (and " + count(node.findings() - 1) + " more problems)" : ""));
        }
        node.unconfirmed().forEach(key -> out.println(where + key(key)));
        unsealed(node, where);
    }

    private static String key(Report.Key key) {
        return key.inDatabase()
                ? "consistent, key not confirmed: key " + key.id() + " is known from the database alone. Give it with"
                        + " --public-key, or give anchors that name it"
                : "not checked: key " + key.id() + " signed seals, and it is not known. Give it with --public-key";
    }

    private void unsealed(Report.Node node, String where) {
        if (node.unsealedSince() != null) {
            out.println(where + "not sealed since " + node.unsealedSince() + ": " + count(node.unsealed())
                    + " rows at the end prove nothing. A server that was killed seals them at its next start");
        } else if (node.unsealed() > 0) {
            out.println(where + count(node.unsealed()) + " rows at the end are not sealed yet; they prove nothing until"
                    + " they are");
        }
    }
}
