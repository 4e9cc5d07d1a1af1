package org.itkserver.admin;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.itkserver.audit.AuditSearch;
import org.itkserver.audit.AuditSearch.Found;
import org.itkserver.audit.AuditSearch.Position;
import org.itkserver.audit.Role;
import org.jspecify.annotations.Nullable;

/** The audit trail of all nodes: search, seals, exports. */
@Path("/audit")
public final class AuditPages {
    static final int PAGE = 50;

    private final AuditSearch search;
    private final AuditExports events;
    private final Exports exports;
    private final Pages pages;
    private final Clock clock;

    AuditPages(AuditSearch search, Exports exports, Pages pages, Clock clock) {
        this.search = search;
        this.events = new AuditExports(search);
        this.exports = exports;
        this.pages = pages;
        this.clock = clock;
    }

    @GET
    @Needs(Role.AUDITOR)
    public Response list(@Context UriInfo uri, @Context HttpServletRequest request) {
        var fields = uri.getQueryParameters();
        var form = AuditForm.of(fields::getFirst, clock);
        var after = fields.getFirst("after");
        Optional<Position> place = after == null ? Optional.empty() : Position.parse(after);
        if (after != null && place.isEmpty()) {
            return Pages.answer(400, pages.trouble(Trouble.BAD_REQUEST)).build();
        }
        boolean bad = form.problem() != null;
        var found = bad ? new Found(List.of(), null, null) : search.find(form.filter(), place.orElse(null), PAGE);
        var seals = search.sealing().stream()
                .map(node -> new Views.Sealed(node, node.isBehind(clock.instant())))
                .toList();
        var next = next(form, found.next());
        return Pages.answer(bad ? 400 : 200, pages.audit(Person.of(request), form, found, seals, after == null, next))
                .build();
    }

    /** The address to go on at, null for the end. */
    private static @Nullable String next(AuditForm form, @Nullable Position place) {
        if (place == null) {
            return null;
        }
        var fields = form.filled().entrySet().stream()
                .map(entry -> entry.getKey() + "=" + encode(entry.getValue()) + "&")
                .collect(Collectors.joining());
        return "/admin/audit?" + fields + "after=" + encode(place.text());
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    @POST
    @Needs(Role.AUDITOR)
    @Path("/csv")
    @Consumes(MediaType.APPLICATION_FORM_URLENCODED)
    public Response csv(@Context HttpServletRequest request) {
        return export(ExportFormat.CSV, request);
    }

    @POST
    @Needs(Role.AUDITOR)
    @Path("/ndjson")
    @Consumes(MediaType.APPLICATION_FORM_URLENCODED)
    public Response ndjson(@Context HttpServletRequest request) {
        return export(ExportFormat.NDJSON, request);
    }

    /** The fields come from the servlet, for the guard has read the form already. */
    private Response export(ExportFormat format, HttpServletRequest request) {
        var form = AuditForm.of(request::getParameter, clock);
        if (form.problem() != null) {
            return Pages.answer(400, pages.trouble(Trouble.BAD_REQUEST)).build();
        }
        return exports.answer(
                format, "audit", form.words(), request, (out, rows) -> events.write(format, form, out, rows));
    }
}
