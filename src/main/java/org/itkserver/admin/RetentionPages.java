package org.itkserver.admin;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.itkserver.audit.Role;
import org.itkserver.directory.Directory;
import org.itkserver.directory.Service;
import org.itkserver.retention.Hold;
import org.itkserver.retention.RetentionDesk;
import org.itkserver.retention.Run;
import org.itkserver.retention.Standing;

/** What is kept how long, what is destroyed next, and how the last runs went. */
@Path("/retention")
public final class RetentionPages {
    static final String SECTION = "retention";

    private static final String HERE = "/admin/retention";
    private static final int RUNS = 10;
    private static final String NOT_COMPARED =
            "Enter what you compared the time with, in at most " + Hold.TEXT + " characters";

    private final RetentionDesk desk;
    private final Standing standing;
    private final Supplier<Directory> directory;
    private final Pages pages;
    private final Clock clock;
    private final PerSession<Views.Notice> notices = new PerSession<>();

    RetentionPages(RetentionDesk desk, Standing standing, Supplier<Directory> directory, Pages pages, Clock clock) {
        this.desk = desk;
        this.standing = standing;
        this.directory = directory;
        this.pages = pages;
        this.clock = clock;
    }

    /** Who does something. */
    static RetentionDesk.By by(HttpServletRequest request) {
        return new RetentionDesk.By(Person.of(request).name(), request.getRemoteAddr());
    }

    @GET
    @Needs(Role.VIEWER)
    public Response summary(@Context HttpServletRequest request) {
        var now = clock.instant();
        var rules = directory.get();
        var others = rules.services().values().stream()
                .filter(service -> service.retention() != null)
                .sorted(Comparator.comparing(Service::name))
                .toList();
        var runs = desk.runs(RUNS);
        var running =
                runs.stream().filter(run -> run.state() == Run.State.RUNNING).findFirst();
        var next = desk.nextRun();
        var view = new RetentionViews.Summary(
                pages.frame("Retention", SECTION, Person.of(request)),
                RetentionWords.kept(rules.retention(), others.size()),
                RetentionWords.next(running, next, now),
                troubles(running, next, now),
                desk.clock().canBeConfirmed(),
                rules.retention(),
                others,
                desk.due(),
                desk.sizes(),
                runs,
                desk.holds().size(),
                notices.take(Person.of(request)).orElse(null));
        return Pages.answer(200, pages.render("retention", view)).build();
    }

    private List<String> troubles(Optional<Run> running, Instant next, Instant now) {
        var out = new ArrayList<String>();
        if (!desk.clock().isRight()) {
            out.add(desk.clock().text());
        } else {
            out.addAll(RetentionWords.troubles(running, standing.work(), next, now));
        }
        return out;
    }

    @GET
    @Needs(Role.ADMIN)
    @Path("time")
    public Response time(@Context HttpServletRequest request) {
        return time(200, request, Map.of());
    }

    private Response time(int status, HttpServletRequest request, Map<String, String> problems) {
        var title = (problems.isEmpty() ? "" : "Error: ") + "Confirm the time";
        var frame = pages.frame(title, SECTION, Person.of(request));
        var view = new RetentionViews.Time(frame, clock.instant(), desk.clock().text(), problems);
        return Pages.answer(status, pages.render("retentionTime", view)).build();
    }

    @POST
    @Needs(Role.ADMIN)
    @Path("time")
    @Consumes(MediaType.APPLICATION_FORM_URLENCODED)
    public Response confirmTime(@Context HttpServletRequest request) {
        var compared = request.getParameter("compared");
        if (compared == null || compared.isBlank() || compared.length() > Hold.TEXT) {
            return time(400, request, Map.of("compared", NOT_COMPARED));
        }
        var result = desk.confirmTime(compared.strip(), by(request));
        notices.put(
                Person.of(request),
                result instanceof RetentionDesk.Result.Refused refused
                        ? new Views.Notice(false, "Not done. " + refused.why() + ".")
                        : new Views.Notice(true, "The time is confirmed. Destruction continues within seconds."));
        return Pages.goTo(HERE);
    }

    @GET
    @Needs(Role.ADMIN)
    @Path("run")
    public Response confirm(@Context HttpServletRequest request) {
        var frame = pages.frame("Destroy what is due now", SECTION, Person.of(request));
        return Pages.answer(200, pages.render("retentionRun", new RetentionViews.Confirm(frame, desk.due())))
                .build();
    }

    @POST
    @Needs(Role.ADMIN)
    @Path("run")
    @Consumes(MediaType.APPLICATION_FORM_URLENCODED)
    public Response run(@Context HttpServletRequest request) {
        var result = desk.runNow(by(request));
        notices.put(
                Person.of(request),
                result instanceof RetentionDesk.Result.Refused refused
                        ? new Views.Notice(false, "Not done. " + refused.why() + ".")
                        : new Views.Notice(true, "A run begins within seconds. Load the page again to see it."));
        return Pages.goTo(HERE);
    }
}
