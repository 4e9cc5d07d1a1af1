package org.itkserver.api;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Set;
import org.itkserver.audit.TrailQuery;
import org.itkserver.exchange.MessageRecord;
import org.itkserver.exchange.MessageStore;

/**
 * The received messages that wait for applications, in the order in which they were accepted: the trail has that order,
 * row ids have not.
 */
@Path("/inbox")
@Produces(MediaType.APPLICATION_JSON)
public final class InboxResource {
    private final Access access;
    private final TrailQuery trail;
    private final TrailPages pages;
    private final MessageStore store;
    private final Messages messages;
    private final Payloads payloads;

    InboxResource(
            Access access,
            TrailQuery trail,
            TrailPages pages,
            MessageStore store,
            Messages messages,
            Payloads payloads) {
        this.access = access;
        this.trail = trail;
        this.pages = pages;
        this.store = store;
        this.messages = messages;
        this.payloads = payloads;
    }

    @GET
    public Response list(@Context HttpServletRequest request, @Context UriInfo uri) throws IOException {
        var client = access.require(Access.MESSAGES, request);
        var visible = messages.visibility(client);
        var parameters = new QueryParameters(uri, Set.of("after", "limit"));
        var page = pages.page(parameters.after(), trail.ends(), parameters.limit(), visible.only(trail::arrivals));
        var found = new ArrayList<Views.InboxMessage>();
        for (var event : page.events()) {
            var message = store.message(event.message());
            if (message.isPresent()) {
                found.add(view(message.get()));
            }
        }
        return Json.answer(200, new Views.Inbox(found, page.next().toString(), page.more()))
                .build();
    }

    private Views.InboxMessage view(MessageRecord message) throws IOException {
        var heads = new ArrayList<Views.PayloadHead>();
        for (var item : payloads.manifest(message)) {
            heads.add(new Views.PayloadHead(heads.size() + 1, Payloads.mediaType(item.mimeType()), item.profileId()));
        }
        return new Views.InboxMessage(
                message.trackingId(),
                message.service(),
                message.interaction(),
                message.partner(),
                message.sender(),
                message.at().toString(),
                message.ackRequested(),
                heads);
    }
}
