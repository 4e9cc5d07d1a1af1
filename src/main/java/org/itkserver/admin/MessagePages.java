package org.itkserver.admin;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import org.itkserver.audit.AuditEvent;
import org.itkserver.audit.AuditQuery;
import org.itkserver.audit.AuditQuery.MessageRow;
import org.itkserver.audit.AuditTrail;
import org.itkserver.audit.AuditType;
import org.itkserver.envelope.TrackingId;
import org.jspecify.annotations.Nullable;

/** The messages: the list, one of them, and its bytes. Looking at bytes is audited before they are read. */
@Path("/messages")
public final class MessagePages {
    static final int PAGE = 50;

    private static final String ID = "{id: [0-9]{1,18}}";
    private static final String NO_TRACKING_ID =
            "A tracking id has 32 digits and letters A to F in five groups with hyphens between them.";

    private final AuditQuery query;
    private final AuditTrail trail;
    private final Pages pages;
    private final Clock clock;

    MessagePages(AuditQuery query, AuditTrail trail, Pages pages, Clock clock) {
        this.query = query;
        this.trail = trail;
        this.pages = pages;
        this.clock = clock;
    }

    @GET
    public Response list(
            @QueryParam("before") @Nullable String before,
            @QueryParam("trackingId") @Nullable String trackingId,
            @Context HttpServletRequest request) {
        var person = Person.of(request);
        if (trackingId != null && !trackingId.isBlank()) {
            return search(person, trackingId.strip().toUpperCase(Locale.ROOT));
        }
        if (before != null && !before.matches("[0-9]{1,18}")) {
            return Pages.answer(400, pages.trouble(Trouble.BAD_REQUEST)).build();
        }
        long start = before == null ? Long.MAX_VALUE : Long.parseLong(before);
        var rows = query.newest(start, PAGE + 1);
        var shown = rows.subList(0, Math.min(PAGE, rows.size()));
        var next = rows.size() > PAGE ? shown.get(PAGE - 1).id() : null;
        return Pages.answer(200, pages.messages(person, shown, null, null, before == null, next))
                .build();
    }

    private Response search(Person person, String trackingId) {
        if (!TrackingId.isValid(trackingId)) {
            return Pages.answer(400, pages.messages(person, List.of(), trackingId, NO_TRACKING_ID, false, null))
                    .build();
        }
        var rows = query.byTrackingId(trackingId);
        return Pages.answer(200, pages.messages(person, rows, trackingId, null, false, null))
                .build();
    }

    @GET
    @Path(ID)
    public Response one(@PathParam("id") long id, @Context HttpServletRequest request) {
        var row = known(id);
        return Pages.answer(200, pages.message(Person.of(request), row, query.events(id)))
                .build();
    }

    @POST
    @Path(ID + "/payload")
    public Response payload(@PathParam("id") long id, @Context HttpServletRequest request) throws IOException {
        var row = known(id);
        record(id, request, "looked at the message as received");
        try (var in = bytes(id)) {
            return Pages.answer(200, pages.raw(Person.of(request), row, RawText.read(in)))
                    .build();
        }
    }

    @POST
    @Path(ID + "/download")
    public Response download(@PathParam("id") long id, @Context HttpServletRequest request) {
        var row = known(id);
        record(id, request, "downloaded the message as received");
        var in = bytes(id);
        StreamingOutput body = out -> {
            try (in) {
                in.transferTo(out);
            }
        };
        // with its length, so that a download that breaks off shows
        return Response.ok(body, MediaType.APPLICATION_OCTET_STREAM)
                .header("Content-Disposition", "attachment; filename=\"message-" + id + ".xml\"")
                .header("Content-Length", row.size())
                .build();
    }

    private MessageRow known(long id) {
        return query.message(id).orElseThrow(NotFoundException::new);
    }

    private InputStream bytes(long id) {
        return query.raw(id).orElseThrow(NotFoundException::new);
    }

    private void record(long id, HttpServletRequest request, String detail) {
        trail.append(AuditEvent.ofPerson(
                clock.instant(),
                AuditType.PAYLOAD_VIEWED,
                id,
                Person.of(request).name(),
                request.getRemoteAddr(),
                detail));
    }
}
