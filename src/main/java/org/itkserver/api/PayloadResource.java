package org.itkserver.api;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import jakarta.ws.rs.core.UriInfo;
import java.io.IOException;
import java.util.Set;
import org.itkserver.api.Payloads.Document;
import org.itkserver.exchange.MessageRecord;

/** The bytes of payloads. They may be anything: an answer is never something that a browser shows. */
@Path("/messages")
public final class PayloadResource {
    private static final String NUMBER = "{number: [0-9]{1,6}}";

    private final Access access;
    private final Messages messages;
    private final Payloads payloads;
    private final PayloadReads reads;

    PayloadResource(Access access, Messages messages, Payloads payloads, PayloadReads reads) {
        this.access = access;
        this.messages = messages;
        this.payloads = payloads;
        this.reads = reads;
    }

    @GET
    @Path("{trackingId}/payloads/" + NUMBER)
    public Response ofMessage(
            @PathParam("trackingId") String trackingId,
            @PathParam("number") int number,
            @Context HttpServletRequest request,
            @Context UriInfo uri)
            throws IOException {
        var client = access.require(Access.MESSAGES, request);
        new QueryParameters(uri, Set.of());
        var message = messages.one(trackingId, client);
        return answer(message, payloads.ofMessage(message, number), client, request, "payload " + number);
    }

    @GET
    @Path("{trackingId}/response/payloads/" + NUMBER)
    public Response ofResponse(
            @PathParam("trackingId") String trackingId,
            @PathParam("number") int number,
            @Context HttpServletRequest request,
            @Context UriInfo uri)
            throws IOException {
        var client = access.require(Access.MESSAGES, request);
        new QueryParameters(uri, Set.of());
        var message = messages.one(trackingId, client);
        return answer(
                message,
                payloads.ofResponse(message, number),
                client,
                request,
                "payload " + number + " of the response");
    }

    private Response answer(
            MessageRecord message, Document document, Client client, HttpServletRequest request, String what) {
        boolean head = request.getMethod().equals("HEAD");
        var answer = Response.ok()
                .header("Content-Type", document.mimeType())
                .header("Content-Disposition", "attachment; filename=\"" + message.trackingId() + "\"")
                .header("Content-Length", document.bytes().size());
        if (head) {
            document.bytes().close();
            return answer.build();
        }
        try {
            reads.record(message, client, request, what);
        } catch (RuntimeException e) {
            document.bytes().close();
            throw e;
        }
        StreamingOutput body = out -> {
            try (var bytes = document.bytes();
                    var in = bytes.open()) {
                in.transferTo(out);
            }
        };
        return answer.entity(body).build();
    }
}
