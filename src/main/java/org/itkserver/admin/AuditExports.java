package org.itkserver.admin;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.itkserver.audit.AuditSearch;
import org.itkserver.audit.TrailQuery.TrailEvent;
import org.jspecify.annotations.Nullable;

/** Exports of the trail. Thread-safe. */
final class AuditExports {
    private static final int AT_ONCE = 1000;
    private static final List<String> COLUMNS = List.of(
            "node",
            "seq",
            "at",
            "type",
            "message",
            "trackingId",
            "partner",
            "service",
            "actor",
            "source",
            "errorCode",
            "errorId",
            "detail");
    private static final List<String> NUMBERS = List.of("seq", "message");

    private final AuditSearch search;

    AuditExports(AuditSearch search) {
        this.search = search;
    }

    /** As {@link Exports.Content}: the events that a form asks for. */
    void write(ExportFormat format, AuditForm form, OutputStream out, long[] rows) throws IOException {
        out.write(format.header(COLUMNS).getBytes(StandardCharsets.UTF_8));
        out.flush();
        var found = search.find(form.filter(), null, AT_ONCE);
        while (true) {
            var text = new StringBuilder();
            for (var event : found.events()) {
                text.append(line(format, event));
            }
            out.write(text.toString().getBytes(StandardCharsets.UTF_8));
            rows[0] += found.events().size();
            var next = found.next();
            if (next == null) {
                return;
            }
            found = search.find(form.filter(), next, AT_ONCE);
        }
    }

    static String line(ExportFormat format, TrailEvent event) {
        return format.line(COLUMNS, NUMBERS, cells(event));
    }

    private static List<@Nullable String> cells(TrailEvent event) {
        var message = event.message();
        return Arrays.asList(
                event.node(),
                Long.toString(event.seq()),
                event.at().toString(),
                event.type(),
                message == null ? null : message.toString(),
                event.trackingId(),
                event.partner(),
                event.service(),
                event.actor(),
                event.source(),
                event.errorCode(),
                event.errorId(),
                event.detail());
    }
}
