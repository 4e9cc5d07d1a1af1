package org.itkserver.admin;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import org.itkserver.audit.Role;
import org.itkserver.exchange.Repairs;
import org.itkserver.exchange.Repairs.By;
import org.itkserver.exchange.Repairs.Result;

/** What is done with one message. Each form leads back to the message's page, which says what came of it. */
@Path("/messages")
public final class RepairPages {
    /** Why something is sent or tried again. */
    public static final List<String> AGAIN = List.of(
            "asked for by the partner",
            "the partner was out of service",
            "our application was out of service",
            "our settings were wrong",
            "test message");
    /** Why nothing more is to be done. */
    public static final List<String> GIVE_UP = List.of(
            "the partner has it by another way",
            "no longer needed",
            "sent by mistake",
            "nobody can take it",
            "test message");

    static final String NO_REASON = "Choose why; a reference has letters, digits, - and / only, and is no NHS number";

    private static final Set<String> NEEDS_BYTES = Set.of("resend", "retry");
    private static final String ID = "{id: [0-9]{1,18}}";

    private final Repairs repairs;
    private final MessagePages messages;

    RepairPages(Repairs repairs, MessagePages messages) {
        this.repairs = repairs;
        this.messages = messages;
    }

    @POST
    @Needs(Role.OPERATOR)
    @Path(ID + "/resend")
    public Response resend(@PathParam("id") long id, @Context HttpServletRequest request) throws IOException {
        return repair(id, request, "resend", AGAIN, repairs::resend, "It is being sent again.");
    }

    @POST
    @Needs(Role.OPERATOR)
    @Path(ID + "/retry")
    public Response retry(@PathParam("id") long id, @Context HttpServletRequest request) throws IOException {
        return repair(id, request, "retry", AGAIN, repairs::retry, "It is given to its handlers again.");
    }

    @POST
    @Needs(Role.OPERATOR)
    @Path(ID + "/give-up")
    public Response giveUp(@PathParam("id") long id, @Context HttpServletRequest request) throws IOException {
        return repair(id, request, "give-up", GIVE_UP, repairs::giveUp, "It is given up.");
    }

    @POST
    @Needs(Role.OPERATOR)
    @Path(ID + "/seen")
    public Response seen(@PathParam("id") long id, @Context HttpServletRequest request) {
        var result = repairs.seen(id, by(request, "marked as seen"));
        return messages.goTo(id, request, notice(result, "It is marked as seen."));
    }

    private Response repair(
            long id,
            HttpServletRequest request,
            String what,
            List<String> reasons,
            BiFunction<Long, By, Result> repair,
            String done)
            throws IOException {
        var gone = NEEDS_BYTES.contains(what) ? messages.gone(id, request) : Optional.<Response>empty();
        if (gone.isPresent()) {
            return gone.get();
        }
        var why = Stated.text(reasons, request.getParameter("reason"), request.getParameter("reference"));
        if (why.isEmpty()) {
            return messages.again(id, request, Map.of(what, NO_REASON));
        }
        return messages.goTo(id, request, notice(repair.apply(id, by(request, why.get())), done));
    }

    static By by(HttpServletRequest request, String why) {
        return new By(Person.of(request).name(), request.getRemoteAddr(), why);
    }

    private static Views.Notice notice(Result result, String done) {
        return result instanceof Result.Refused refused
                ? new Views.Notice(false, "Not done. " + refused.why() + ".")
                : new Views.Notice(true, done);
    }
}
