package org.itkserver.admin;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Clock;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.itkserver.audit.AuditEvent;
import org.itkserver.audit.AuditTrail;
import org.itkserver.audit.AuditType;

/**
 * Exports, written as they are read, one at a time for each person. Both the beginning and the end of one are in the trail;
 * nothing leaves before the beginning is. Thread-safe.
 */
final class Exports {
    private final AuditTrail trail;
    private final Pages pages;
    private final Clock clock;
    private final Set<String> running = ConcurrentHashMap.newKeySet();

    Exports(AuditTrail trail, Pages pages, Clock clock) {
        this.trail = trail;
        this.pages = pages;
        this.clock = clock;
    }

    /** What is exported. */
    @FunctionalInterface
    interface Content {
        /** @param rows to be counted up in its first element */
        void write(OutputStream out, long[] rows) throws IOException;
    }

    /**
     * Begins an export and answers with it as a file, or with a page that says that another one of this person runs.
     *
     * @param name of the file, without its end
     * @param what in words, for the trail
     */
    Response answer(ExportFormat format, String name, String what, HttpServletRequest request, Content content) {
        return begin(format.name() + " of " + what, Person.of(request).name(), request.getRemoteAddr(), content)
                .map(body -> Response.ok(body, format.mediaType())
                        .header("Content-Disposition", "attachment; filename=\"" + format.fileName(name) + "\"")
                        .build())
                .orElseGet(() ->
                        Pages.answer(429, pages.trouble(Trouble.ONE_EXPORT)).build());
    }

    /** What it returns must be called; empty while another one of this person runs. */
    private Optional<StreamingOutput> begin(String what, String person, String source, Content content) {
        if (!running.add(person)) {
            return Optional.empty();
        }
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
                content.write(out, rows);
                whole = true;
            } finally {
                running.remove(person);
                record(person, source, (whole ? "ended after " : "broke off after ") + rows[0] + " rows: " + what);
            }
        });
    }

    private void record(String person, String source, String detail) {
        trail.append(AuditEvent.ofPerson(clock.instant(), AuditType.EXPORTED, person, source, detail));
    }
}
