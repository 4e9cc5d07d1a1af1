package org.itkserver.admin;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.itkserver.audit.Role;
import org.itkserver.exchange.BulkJobs.Job;
import org.itkserver.exchange.BulkResends;
import org.jspecify.annotations.Nullable;

/** Many messages sent again: what a search finds is shown first, and only that is sent. */
@Path("/resends")
public final class BulkPages {
    private static final String HERE = "/admin/resends";
    private static final String SECTION = "resends";
    private static final String ONE = "{job}";
    private static final int NEWEST = 50;
    private static final String TOO_MUCH = "The search finds more than " + BulkResends.MOST
            + " messages, or looks through too many. Narrow it, for instance by partner, state and time.";
    private static final String ANOTHER_RUNS = "Another bulk resend runs. Wait for its end, or stop it.";
    private static final String RATE = "Messages a second: 1 to " + BulkResends.HIGHEST_RATE;

    private final BulkResends resends;
    private final MessageListPages messages;
    private final Pages pages;
    private final PerSession<Planned> plans = new PerSession<>();
    private final PerSession<Views.Notice> notices = new PerSession<>();
    private final AtomicLong numbers = new AtomicLong();

    BulkPages(BulkResends resends, MessageListPages messages, Pages pages) {
        this.resends = resends;
        this.messages = messages;
        this.pages = pages;
    }

    /** A plan that somebody looks at; kept here, so that exactly what was shown is sent. */
    private record Planned(String number, BulkResends.Plan plan) {}

    @GET
    @Needs(Role.OPERATOR)
    public Response list(@Context HttpServletRequest request) {
        var frame = pages.frame("Bulk resends", SECTION, Person.of(request));
        return Pages.answer(200, pages.render("resends", new BulkViews.Jobs(frame, resends.newest(NEWEST))))
                .build();
    }

    @POST
    @Needs(Role.OPERATOR)
    @Path("plan")
    @Consumes(MediaType.APPLICATION_FORM_URLENCODED)
    public Response plan(@Context HttpServletRequest request) {
        var asked = messages.asked(request);
        if (!asked.isNarrow() || !asked.form().problems().isEmpty()) {
            return Pages.goTo("/admin/messages");
        }
        var plan = resends.plan(asked.form().filter(asked.patient()));
        if (plan.isEmpty()) {
            return page(400, request, null, "", Map.of("plan", TOO_MUCH));
        }
        plans.put(Person.of(request), new Planned(Long.toString(numbers.incrementAndGet()), plan.get()));
        return Pages.goTo(HERE + "/plan");
    }

    @GET
    @Needs(Role.OPERATOR)
    @Path("plan")
    public Response planned(@Context HttpServletRequest request) {
        var planned = plans.get(Person.of(request));
        return planned.isEmpty()
                ? Pages.goTo("/admin/messages")
                : page(200, request, planned.get(), Integer.toString(BulkResends.USUAL_RATE), Map.of());
    }

    private Response page(
            int status, HttpServletRequest request, @Nullable Planned planned, String rate, Map<String, String> wrong) {
        var title = (wrong.isEmpty() ? "" : "Error: ") + "Send again what the search finds";
        var frame = pages.frame(title, SECTION, Person.of(request));
        var view = new BulkViews.Plan(
                frame, planned == null ? "" : planned.number(), planned == null ? null : planned.plan(), rate, wrong);
        return Pages.answer(status, pages.render("resendPlan", view)).build();
    }

    @POST
    @Needs(Role.OPERATOR)
    @Consumes(MediaType.APPLICATION_FORM_URLENCODED)
    public Response start(@Context HttpServletRequest request) {
        var person = Person.of(request);
        var planned = plans.get(person).filter(p -> p.number().equals(request.getParameter("plan")));
        if (planned.isEmpty()) {
            return Pages.goTo("/admin/messages");
        }
        var plan = planned.get().plan();
        var typed = text(request, "rate");
        int rate = number(typed);
        var why = Stated.text(RepairPages.AGAIN, request.getParameter("reason"), request.getParameter("reference"));
        int all = plan.messages().size();
        var wrong = new LinkedHashMap<String, String>();
        if (all == 0 || number(text(request, "count")) != all) {
            wrong.put("count", "Type the number of messages that are sent again: " + all);
        }
        if (rate < 1 || rate > BulkResends.HIGHEST_RATE) {
            wrong.put("rate", RATE);
        }
        if (why.isEmpty()) {
            wrong.put("why", RepairPages.NO_REASON);
        }
        if (!wrong.isEmpty()) {
            return page(400, request, planned.get(), typed, wrong);
        }
        var job = resends.start(plan, rate, RepairPages.by(request, why.get()));
        if (job.isEmpty()) {
            return page(409, request, planned.get(), typed, Map.of("plan", ANOTHER_RUNS));
        }
        plans.take(person);
        return Pages.goTo(HERE + "/" + job.get());
    }

    private static String text(HttpServletRequest request, String field) {
        var value = request.getParameter(field);
        return value == null ? "" : value.strip();
    }

    /** People write large numbers with commas. */
    private static int number(String text) {
        var digits = text.replace(",", "");
        return digits.matches("[0-9]{1,6}") ? Integer.parseInt(digits) : -1;
    }

    @GET
    @Needs(Role.OPERATOR)
    @Path(ONE)
    public Response one(@PathParam("job") String number, @Context HttpServletRequest request) {
        var job = known(number);
        var frame = pages.frame("Bulk resend " + job.id(), SECTION, Person.of(request));
        var notice = notices.take(Person.of(request)).orElse(null);
        var view = new BulkViews.OneJob(frame, job, resends.progress(job.id()), notice);
        return Pages.answer(200, pages.render("resend", view)).build();
    }

    private Job known(String number) {
        return Optional.of(number)
                .filter(n -> n.matches("[0-9]{1,18}"))
                .flatMap(n -> resends.job(Long.parseLong(n)))
                .orElseThrow(NotFoundException::new);
    }

    @POST
    @Needs(Role.OPERATOR)
    @Path(ONE + "/stop")
    public Response stop(@PathParam("job") String number, @Context HttpServletRequest request) {
        var job = known(number);
        boolean stopped = resends.stop(job.id(), RepairPages.by(request, "stopped"));
        notices.put(
                Person.of(request),
                stopped
                        ? new Views.Notice(true, "It is stopped. What was left is not sent again.")
                        : new Views.Notice(false, "Not done. It does not run any more."));
        return Pages.goTo(HERE + "/" + job.id());
    }
}
