package org.itkserver.admin;

import jakarta.ws.rs.core.StreamingOutput;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.itkserver.audit.AuditEvent;
import org.itkserver.audit.AuditSearch;
import org.itkserver.audit.AuditTrail;
import org.itkserver.audit.AuditType;

/**
 * Exports of the trail, written as they are read, one at a time for each person. Both its beginning and its end are in the
 * trail; nothing leaves before the beginning is. Thread-safe.
 */
final class AuditExports {
    private static final int AT_ONCE = 1000;

    private final AuditSearch search;
    private final AuditTrail trail;
    private final Clock clock;
    private final Set<String> running = ConcurrentHashMap.newKeySet();

    AuditExports(AuditSearch search, AuditTrail trail, Clock clock) {
        this.search = search;
        this.trail = trail;
        this.clock = clock;
    }

    /**
     * Begins an export.
     *
     * @param source network address of the person
     * @return what writes it, which must be called; empty while another one of this person runs
     */
    Optional<StreamingOutput> begin(AuditFormat format, AuditForm form, String person, String source) {
        if (!running.add(person)) {
            return Optional.empty();
        }
        var what = format.name() + " of " + form.words();
        try {
            record(person, source, "began " + what);
        } catch (RuntimeException e) {
            running.remove(person);
            throw e;
        }
        return Optional.of(out -> {
            var rows = new long[1];
            boolean whole = false;
            try {
                write(format, form, out, rows);
                whole = true;
            } finally {
                running.remove(person);
                record(person, source, (whole ? "ended after " : "broke off after ") + rows[0] + " rows: " + what);
            }
        });
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

    private void record(String person, String source, String detail) {
        trail.append(AuditEvent.ofPerson(clock.instant(), AuditType.EXPORTED, null, person, source, detail));
    }
}
