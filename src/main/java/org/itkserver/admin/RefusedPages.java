package org.itkserver.admin;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import org.itkserver.audit.AuditQuery;
import org.itkserver.audit.AuditQuery.Refused;
import org.itkserver.audit.Role;
import org.jspecify.annotations.Nullable;

/** Refused messages, found by the ErrorID that their sender was told. Looking at what was kept of one is audited before it is read. */
@Path("/refused")
public final class RefusedPages {
    private static final String HERE = "/admin/refused";
    private static final String ID = "{error: [0-9A-F-]{36}}";
    private static final String FORM = "[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}";
    private static final String NO_ID = "An ErrorID is such as 2E5D4F4A-9A3C-4B4E-8A53-0F3E4C1D2B3A";
    private static final String NOT_KEPT = "No refused message with this ErrorID is kept; each is for 7 days";
    private static final int GONE = 410;

    private final AuditQuery query;
    private final Openings openings;
    private final Pages pages;

    RefusedPages(AuditQuery query, Openings openings, Pages pages) {
        this.query = query;
        this.openings = openings;
        this.pages = pages;
    }

    @GET
    @Needs(Role.VIEWER)
    public Response find(@Context HttpServletRequest request) {
        var typed = request.getParameter("error");
        if (typed == null) {
            return form(200, "", request, Map.of());
        }
        var id = typed.strip().toUpperCase(Locale.ROOT);
        if (!id.matches(FORM)) {
            return form(400, typed, request, Map.of("error", NO_ID));
        }
        return query.refused(id).isPresent() ? Pages.goTo(HERE + "/" + id) : notKept(id, request);
    }

    private Response notKept(String id, HttpServletRequest request) {
        return form(404, id, request, Map.of("error", NOT_KEPT));
    }

    private Response form(int status, String typed, HttpServletRequest request, Map<String, String> problems) {
        var title = (problems.isEmpty() ? "" : "Error: ") + "Refused message";
        var view = new Views.FindRefused(pages.frame(title, "", Person.of(request)), typed, problems);
        return Pages.answer(status, pages.render("findRefused", view)).build();
    }

    @GET
    @Needs(Role.VIEWER)
    @Path(ID)
    public Response one(@PathParam("error") String id, @Context HttpServletRequest request) {
        return query.refused(id)
                .map(refused -> page(200, refused, request, Map.of(), null))
                .orElseGet(() -> notKept(id, request));
    }

    private Response page(
            int status,
            Refused refused,
            HttpServletRequest request,
            Map<String, String> problems,
            @Nullable RawText start) {
        var title = (problems.isEmpty() ? "" : "Error: ") + "Refused message";
        var view = new Views.Refusal(pages.frame(title, "", Person.of(request)), refused, problems, start);
        return Pages.answer(status, pages.render("refused", view)).build();
    }

    @POST
    @Needs(Role.CLINICAL)
    @Path(ID + "/payload")
    public Response payload(@PathParam("error") String id, @Context HttpServletRequest request) throws IOException {
        var found = query.refused(id);
        if (found.isEmpty()) {
            return notKept(id, request);
        }
        var opening = Opening.of(request);
        if (opening.isEmpty()) {
            return page(400, found.get(), request, Map.of("reason", Opening.NO_REASON), null);
        }
        openings.record(
                Openings.Of.refused(found.get().event()),
                request,
                "looked at the refused message " + id + ": " + opening.get().text());
        var start = query.refusedStart(id);
        if (start.isPresent()) {
            var text = RawText.read(new ByteArrayInputStream(start.get()));
            return page(200, found.get(), request, Map.of(), text);
        }
        // its week may have ended since
        return query.refused(id).isEmpty()
                ? notKept(id, request)
                : page(GONE, found.get(), request, Map.of("open", Opening.UNREADABLE), null);
    }
}
