package org.itkserver.admin;

import jakarta.ws.rs.core.StreamingOutput;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.itkserver.audit.AuditSearch;

/** Exports of the trail. Thread-safe. */
final class AuditExports {
    private static final int AT_ONCE = 1000;

    private final AuditSearch search;
    private final Exports exports;

    AuditExports(AuditSearch search, Exports exports) {
        this.search = search;
        this.exports = exports;
    }

    /** As {@link Exports#begin}. */
    Optional<StreamingOutput> begin(AuditFormat format, AuditForm form, String person, String source) {
        var what = format.name() + " of " + form.words();
        return exports.begin(what, person, source, (out, rows) -> write(format, form, out, rows));
    }

    private void write(AuditFormat format, AuditForm form, OutputStream out, long[] rows) throws IOException {
        out.write(format.header().getBytes(StandardCharsets.UTF_8));
        out.flush();
        var found = search.find(form.filter(), null, AT_ONCE);
        while (true) {
            var text = new StringBuilder();
            for (var event : found.events()) {
                text.append(format.line(event));
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
}
