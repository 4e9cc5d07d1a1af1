package org.itkserver.admin;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.itkserver.admin.TrialMessage.Wishes;
import org.itkserver.audit.AuditQuery.MessageRow;
import org.itkserver.audit.MessageFilter;
import org.itkserver.audit.MessageSearch;
import org.itkserver.audit.Role;
import org.itkserver.envelope.Ids;
import org.jspecify.annotations.Nullable;

/** Trying the server: a sample is sent to it as the demonstration's partner would, and everything that came of it shown. */
@Path("/try")
public final class TrialPages {
    private static final String ADDRESS = "urn:[A-Za-z0-9:._-]{1,200}";

    private final Trial trial;
    private final MessageSearch search;
    private final Pages pages;
    private final Ids ids;
    private final Clock clock;

    TrialPages(Trial trial, MessageSearch search, Pages pages, Ids ids, Clock clock) {
        this.trial = trial;
        this.search = search;
        this.pages = pages;
        this.ids = ids;
        this.clock = clock;
    }

    /**
     * The form. Public only for the template.
     *
     * @param allowed whether this server may be tried
     */
    public record Form(
            Views.Frame frame,
            boolean allowed,
            List<String> samples,
            String sample,
            String address,
            Map<String, String> problems) {}

    /**
     * What was sent and what came back.
     *
     * @param status HTTP status, 0 when there was no answer
     * @param messages what the server has stored under this tracking id
     */
    public record Sent(
            Views.Frame frame,
            String sample,
            String trackingId,
            String path,
            String action,
            String request,
            int status,
            String answer,
            String took,
            List<MessageRow> messages) {}

    @GET
    @Needs(Role.OPERATOR)
    public Response form(@Context HttpServletRequest request) {
        return form(request, 200, "", "", Map.of());
    }

    private Response form(
            HttpServletRequest request, int status, String sample, String address, Map<String, String> problems) {
        var frame = pages.frame(problems.isEmpty() ? "Try it" : "Error: Try it", "try", Person.of(request));
        var view = new Form(frame, trial.isAllowed(), TrialMessage.SAMPLES, sample, address, problems);
        return Pages.answer(status, pages.render("try", view)).build();
    }

    @POST
    @Needs(Role.OPERATOR)
    public Response send(@Context HttpServletRequest request) throws InterruptedException {
        var sample = text(request.getParameter("sample"));
        var address = text(request.getParameter("address"));
        if (!trial.isAllowed()) {
            return form(request, 403, sample, "", Map.of());
        }
        if (!address.isEmpty() && !address.matches(ADDRESS)) {
            return form(
                    request,
                    400,
                    sample,
                    address,
                    Map.of("address", "An address is a URN of letters, digits and :._-"));
        }
        var wishes = new Wishes(
                address, request.getParameter("infAck") != null, request.getParameter("businessAck") != null);
        var made = TrialMessage.of(sample, wishes, trial.base(), ids, clock.instant());
        if (made.isEmpty()) {
            return form(request, 400, "", address, Map.of("sample", "Choose a sample"));
        }
        var view = sent(request, sample, made.get());
        return Pages.answer(200, pages.render("tried", view)).build();
    }

    private Sent sent(HttpServletRequest request, String sample, TrialMessage message) throws InterruptedException {
        int status = 0;
        var answer = "No answer came.";
        var took = "";
        try {
            var came = trial.send(message.path(), message.action(), message.soap12(), message.text());
            status = came.status();
            answer = came.body();
            took = Show.duration(came.took());
        } catch (IOException e) {
            // the page says that there was none
        }
        var rows = search.find(MessageFilter.ofTrackingId(message.trackingId()), null, 50)
                .rows();
        return new Sent(
                pages.frame("Sent", "try", Person.of(request)),
                sample,
                message.trackingId(),
                message.path(),
                message.action(),
                Show.visible(message.text()),
                status,
                Show.visible(answer),
                took,
                rows);
    }

    private static String text(@Nullable String value) {
        return value == null ? "" : value.strip();
    }
}
