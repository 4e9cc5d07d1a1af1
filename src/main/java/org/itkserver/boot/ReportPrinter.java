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
            out.println(check.node() == null ? "there is no row" : "there is no node " + check.node());
        }
        report.nodes().forEach(this::node);
        if (!report.untold().isEmpty()) {
            out.println("BROKEN: messages are stored of which no event tells, such as " + report.untold());
        }
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
        out.println(report.isIntact() ? "INTACT" : "BROKEN");
    }

    private static String gone(Report.Node node) {
        return (node.purged() == 0 ? "" : " (" + count(node.purged()) + " of them purged)")
                + (node.unreadable() == 0 ? "" : " (" + count(node.unreadable()) + " of them without their key)");
    }

    private void node(Report.Node node) {
        var first = node.first();
        var where = "node " + node.node() + ": ";
        if (first == null) {
            out.println(where + count(node.rows()) + " rows from " + node.firstSeq() + " on, " + count(node.seals())
                    + " seals, " + count(node.messages()) + " messages" + gone(node) + ", " + count(node.anchors())
                    + " anchors: intact");
        } else {
            out.println(where + "FIRST BAD ROW " + first.seq() + ": " + first.problem()
                    + (node.findings() > 1 ? " (and " + count(node.findings() - 1) + " more problems)" : ""));
        }
        if (node.unsealed() > 0) {
            out.println(where + count(node.unsealed()) + " rows at the end are not sealed yet; nothing but their own"
                    + " hash protects them" + (node.seals() == 0 ? ", and the node has no seal at all" : ""));
        }
    }
}
