package org.itkserver.admin;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.BadRequestException;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.itkserver.admin.RetentionViews.HoldLine;
import org.itkserver.audit.MessageFilter;
import org.itkserver.audit.MessageSearch;
import org.itkserver.audit.Role;
import org.itkserver.retention.Hold;
import org.itkserver.retention.RetentionDesk;
import org.jspecify.annotations.Nullable;

/** Legal holds: what must not be destroyed although its time is over. */
@Path("/retention/holds")
public final class HoldPages {
    /** Why something is held; the reason goes into the audit trail. */
    public static final List<String> REASONS = List.of(
            "court, coroner or tribunal",
            "claim or complaint",
            "clinical safety incident",
            "public inquiry or investigation",
            "subject access request",
            "test message");
    /** Why a hold is lifted. */
    public static final List<String> LIFTED =
            List.of("the case is closed", "set by mistake", "another hold takes its place", "test message");

    static final int PAGE = 20;

    private static final String HERE = "/admin/retention/holds";
    private static final int MOST = 1_000;
    private static final int COUNTED = 200;
    private static final String NO_REASON =
            "Choose why, and give a reference; it has letters, digits, - and / only, and is no NHS number";

    private final RetentionDesk desk;
    private final MessageSearch search;
    private final Function<String, byte[]> patientKey;
    private final Pages pages;
    private final PerSession<Views.Notice> notices = new PerSession<>();

    /** @param patientKey turns ten digits into the key they are held by */
    HoldPages(RetentionDesk desk, MessageSearch search, Function<String, byte[]> patientKey, Pages pages) {
        this.desk = desk;
        this.search = search;
        this.patientKey = patientKey;
        this.pages = pages;
    }

    @GET
    @Needs(Role.VIEWER)
    public Response list(@Context HttpServletRequest request) {
        int page = page(request.getParameter("page"));
        var all = new ArrayList<>(desk.holds());
        desk.newestHolds(MOST).stream().filter(hold -> !hold.isSet()).forEach(all::add);
        var lines = all.stream()
                .skip((page - 1L) * PAGE)
                .limit(PAGE)
                .map(this::line)
                .toList();
        var person = Person.of(request);
        var view = new RetentionViews.Holds(
                pages.frame("Legal holds", RetentionPages.SECTION, person),
                lines,
                page,
                all.size() > page * PAGE,
                notices.take(person).orElse(null));
        return Pages.answer(200, pages.render("holds", view)).build();
    }

    private static int page(@Nullable String text) {
        if (text == null) {
            return 1;
        }
        if (!text.matches("[1-9][0-9]{0,3}")) {
            throw new BadRequestException();
        }
        return Integer.parseInt(text);
    }

    private HoldLine line(Hold hold) {
        return new HoldLine(hold, hold.isSet() ? RetentionWords.count(named(hold.what())) : "");
    }

    /** The newest of the messages that a hold names; those that belong to them are held, too. */
    private MessageSearch.Found named(Hold.What what) {
        var message = what instanceof Hold.OneMessage one ? one : null;
        var patient = what instanceof Hold.OnePatient found ? found : null;
        var window = what instanceof Hold.Window wide ? wide : null;
        var filter = new MessageFilter(
                MessageFilter.Kinds.ALL,
                message == null ? null : message.trackingId(),
                null,
                patient == null ? null : patient.key(),
                window == null ? null : window.partner(),
                window == null ? null : window.service(),
                null,
                null,
                null,
                false,
                window == null ? null : window.from(),
                window == null ? null : window.to());
        return search.find(filter, null, COUNTED);
    }

    @GET
    @Needs(Role.ADMIN)
    @Path("set")
    public Response form(@Context HttpServletRequest request) {
        return form(200, request, HoldForm.EMPTY, Map.of());
    }

    private Response form(int status, HttpServletRequest request, HoldForm form, Map<String, String> problems) {
        var title = (problems.isEmpty() ? "" : "Error: ") + "Set a legal hold";
        var frame = pages.frame(title, RetentionPages.SECTION, Person.of(request));
        return Pages.answer(status, pages.render("hold", new RetentionViews.NewHold(frame, form, problems)))
                .build();
    }

    @POST
    @Needs(Role.ADMIN)
    @Path("set")
    @Consumes(MediaType.APPLICATION_FORM_URLENCODED)
    public Response set(@Context HttpServletRequest request) {
        var form = HoldForm.of(request::getParameter);
        var number = HoldForm.digits(request.getParameter(HoldForm.PATIENT));
        var reason = request.getParameter("reason");
        var reference = Stated.reference(REASONS, reason, request.getParameter("reference"))
                .orElse("");
        var problems = form.problems(number);
        if (reference.isEmpty()) {
            problems.put("why", NO_REASON);
        }
        if (!problems.isEmpty()) {
            return form(400, request, form, problems);
        }
        var what = form.what(number.isEmpty() ? null : patientKey.apply(number));
        var result = desk.setHold(what, String.valueOf(reason), reference, RetentionPages.by(request));
        notices.put(
                Person.of(request),
                result instanceof RetentionDesk.Result.Done done ? set(done.id(), what) : refused(result));
        return Pages.goTo(HERE);
    }

    private Views.Notice set(long id, Hold.What what) {
        var found = named(what);
        return new Views.Notice(
                true,
                "Hold " + id + " is set. "
                        + (found.rows().isEmpty() && found.next() == null
                                ? "No message is like that now: look whether it names the right ones."
                                : "It names " + RetentionWords.count(found) + " now."));
    }

    private static Views.Notice refused(RetentionDesk.Result result) {
        var why = result instanceof RetentionDesk.Result.Refused refused ? refused.why() : "";
        return new Views.Notice(false, "Not done. " + why + ".");
    }

    @GET
    @Needs(Role.ADMIN)
    @Path("lift")
    public Response lift(@Context HttpServletRequest request) {
        return known(request).map(hold -> lift(200, request, hold, Map.of())).orElseGet(() -> Pages.goTo(HERE));
    }

    private Optional<Hold> known(HttpServletRequest request) {
        var number = request.getParameter("hold");
        return desk.holds().stream()
                .filter(hold -> Long.toString(hold.id()).equals(number))
                .findFirst();
    }

    private Response lift(int status, HttpServletRequest request, Hold hold, Map<String, String> problems) {
        var title = (problems.isEmpty() ? "" : "Error: ") + "Lift hold " + hold.id();
        var frame = pages.frame(title, RetentionPages.SECTION, Person.of(request));
        return Pages.answer(status, pages.render("holdLift", new RetentionViews.Lift(frame, line(hold), problems)))
                .build();
    }

    @POST
    @Needs(Role.ADMIN)
    @Path("lift")
    @Consumes(MediaType.APPLICATION_FORM_URLENCODED)
    public Response doLift(@Context HttpServletRequest request) {
        var hold = known(request);
        if (hold.isEmpty()) {
            notices.put(Person.of(request), new Views.Notice(false, "Not done. No hold with this number is set."));
            return Pages.goTo(HERE);
        }
        var why = Stated.text(LIFTED, request.getParameter("reason"), request.getParameter("reference"));
        if (why.isEmpty()) {
            return lift(400, request, hold.get(), Map.of("why", RepairPages.NO_REASON));
        }
        var result = desk.liftHold(hold.get().id(), why.get(), RetentionPages.by(request));
        notices.put(
                Person.of(request),
                result instanceof RetentionDesk.Result.Done done
                        ? new Views.Notice(
                                true, "Hold " + done.id() + " is lifted. What it held is destroyed when it is due.")
                        : refused(result));
        return Pages.goTo(HERE);
    }
}
