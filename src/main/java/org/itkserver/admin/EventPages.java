package org.itkserver.admin;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import org.itkserver.audit.AuditQuery;
import org.itkserver.audit.Role;

/** The newest events that belong to no stored message. */
@Path("/events")
public final class EventPages {
    private static final int MOST = 100;

    private final AuditQuery query;
    private final Pages pages;

    EventPages(AuditQuery query, Pages pages) {
        this.query = query;
        this.pages = pages;
    }

    @GET
    @Needs(Role.AUDITOR)
    public Response list(@Context HttpServletRequest request) {
        return Pages.answer(200, pages.events(Person.of(request), query.otherEvents(MOST)))
                .build();
    }
}
