package org.itkserver.admin;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Response;
import org.itkserver.audit.Role;

/** Where the audit page was before. */
@Path("/events")
public final class EventPages {
    @GET
    @Needs(Role.AUDITOR)
    public Response moved() {
        return Pages.goTo("/admin/audit");
    }
}
