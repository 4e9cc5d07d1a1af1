package org.itkserver.api;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Set;
import org.itkserver.envelope.BusinessOutcome;
import org.itkserver.exchange.MessageRecord;
import org.itkserver.exchange.Submissions;

/** Messages: sending one, looking at one, deciding its business outcome. */
@Path("/messages")
@Produces(MediaType.APPLICATION_JSON)
public final class MessageResource {
    private static final long LARGEST_DECISION = 64 * 1024;

    private final Access access;
    private final RequestBodies bodies;
    private final long maxMessage;
    private final Submissions submissions;
    private final Sending sending;
    private final Messages messages;
    private final Payloads payloads;
    private final PayloadReads reads;

    MessageResource(
            Access access,
            RequestBodies bodies,
            long maxMessage,
            Submissions submissions,
            Sending sending,
            Messages messages,
            Payloads payloads,
            PayloadReads reads) {
        this.access = access;
        this.bodies = bodies;
        this.maxMessage = maxMessage;
        this.submissions = submissions;
        this.sending = sending;
        this.messages = messages;
        this.payloads = payloads;
        this.reads = reads;
    }

    @POST
    public Response send(@Context HttpServletRequest request, @Context UriInfo uri) throws IOException {
        var client = access.require(Access.MESSAGES, request);
        new QueryParameters(uri, Set.of());
        MessageRecord message;
        try (var body = bodies.take(request, bodies.longest())) {
            var wish = SubmissionReader.read(body.open(), maxMessage, client.name(), request.getRemoteAddr());
            access.requireAllowed(client, wish.submission().service(), sending.partners(wish.submission()), request);
            message = sending.send(wish.submission(), wish.patience(), client);
            if (wish.patience() != null && payloads.hasResponse(message)) {
                return answer(message, client, request);
            }
        }
        return Json.answer(
                        202,
                        new Views.Submitted(
                                message.trackingId(), message.state().label()))
                .header("Location", "/api/messages/" + message.trackingId())
                .build();
    }

    private Response answer(MessageRecord message, Client client, HttpServletRequest request) throws IOException {
        reads.record(message, client, request, "the response, while it waited for it");
        var documents = payloads.ofResponse(message);
        long size = documents.stream()
                .mapToLong(document -> document.bytes().size())
                .sum();
        try (var booked = bodies.reserve(size)) {
            var views = new ArrayList<>();
            for (var document : documents) {
                views.add(PayloadViews.of(document));
            }
            return Json.answer(
                            200,
                            new Views.Answered(
                                    message.trackingId(), message.state().label(), views))
                    .build();
        } finally {
            documents.forEach(document -> document.bytes().close());
        }
    }

    @GET
    @Path("{trackingId}")
    public Response one(
            @PathParam("trackingId") String trackingId, @Context HttpServletRequest request, @Context UriInfo uri) {
        var client = access.require(Access.MESSAGES, request);
        new QueryParameters(uri, Set.of());
        return Json.answer(200, messages.view(trackingId, client)).build();
    }

    @POST
    @Path("{trackingId}/business-ack")
    public Response decide(
            @PathParam("trackingId") String trackingId, @Context HttpServletRequest request, @Context UriInfo uri)
            throws IOException {
        var client = access.require(Access.MESSAGES, request);
        new QueryParameters(uri, Set.of());
        DecisionReader.Decision decision;
        try (var body = bodies.take(request, LARGEST_DECISION)) {
            decision = DecisionReader.read(body.open());
        }
        var message = messages.one(trackingId, client);
        submissions.decide(
                message.trackingId(),
                messages.visibility(client)::sees,
                BusinessOutcome.valueOf(Messages.OUTCOMES.get(decision.outcome())),
                decision.detail(),
                client.name());
        return Json.answer(202, new Views.Decided(message.trackingId(), decision.outcome()))
                .build();
    }
}
