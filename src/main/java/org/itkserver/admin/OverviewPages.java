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
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.itkserver.audit.AlertKind;
import org.itkserver.audit.AuditEvent;
import org.itkserver.audit.AuditSearch;
import org.itkserver.audit.AuditTrail;
import org.itkserver.audit.AuditType;
import org.itkserver.audit.Role;
import org.itkserver.delivery.Lane;
import org.itkserver.directory.Directory;
import org.itkserver.watch.Alert;
import org.itkserver.watch.Figures;
import org.jspecify.annotations.Nullable;

/** The first page: whether something needs a person, and how the server and its partners are. */
@Path("/")
public final class OverviewPages {
    /** Why somebody closes an alert; the reason goes into the audit trail. */
    public static final List<String> REASONS =
            List.of("put right", "looked at, nothing to do", "known, somebody works on it", "made by a test");

    private static final String NO_REASON = "Choose why you close the alert";
    private static final Duration DEAD_LETTERS = Duration.ofDays(1);
    private static final int SHOWN = 50;

    private final Monitor monitor;
    private final Supplier<Directory> directory;
    private final AuditSearch audit;
    private final AuditTrail trail;
    private final Pages pages;
    private final Clock clock;

    OverviewPages(
            Monitor monitor,
            Supplier<Directory> directory,
            AuditSearch audit,
            AuditTrail trail,
            Pages pages,
            Clock clock) {
        this.monitor = monitor;
        this.directory = directory;
        this.audit = audit;
        this.trail = trail;
        this.pages = pages;
        this.clock = clock;
    }

    /**
     * A partner's health.
     *
     * @param unwell whether it is left alone for a while because it does not answer
     * @param waiting pieces of work for it, at most {@link Figures#MOST} and one
     */
    public record PartnerLine(Figures.Seen seen, boolean unwell, int waiting) {}

    /**
     * The page. Public only for the template.
     *
     * @param alerts the first of those that are open, worst first
     * @param open how many are
     * @param unmatched acknowledgements in open alerts
     * @param problems what is wrong with the form, by field
     */
    public record View(
            Views.Frame frame,
            List<AlertLine> alerts,
            int open,
            Figures.Open messages,
            long unmatched,
            List<HourChart.Hour> hours,
            HourChart traffic,
            HourChart latency,
            List<PartnerLine> partners,
            List<Figures.Waiting> waiting,
            Figures.DatabaseClock clock,
            List<Views.Sealed> seals,
            Monitor.Facts facts,
            Instant now,
            Map<String, String> problems) {}

    @GET
    @Needs(Role.VIEWER)
    public Response overview(@Context HttpServletRequest request) {
        return page(200, request, Map.of());
    }

    @POST
    @Path("alerts/close")
    @Needs(Role.OPERATOR)
    @Consumes(MediaType.APPLICATION_FORM_URLENCODED)
    public Response close(@Context HttpServletRequest request) {
        var reason = request.getParameter("reason");
        if (reason == null || !REASONS.contains(reason)) {
            return page(400, request, Map.of("alerts", NO_REASON));
        }
        var key = request.getParameter("alert");
        var episode = String.valueOf(request.getParameter("episode"));
        var now = clock.instant();
        for (var alert : open()) {
            if (Show.text(alert.key()).equals(key)
                    && Integer.toString(alert.episode()).equals(episode)) {
                var who = Person.of(request).name();
                var what = alert.key() + ", raised " + alert.count() + " times: " + reason;
                var event = AuditEvent.ofPerson(now, AuditType.ALERT_CLOSED, who, request.getRemoteAddr(), what);
                trail.change(
                        List.of(event), () -> monitor.alerts().close(alert.key(), alert.episode(), now, who, reason));
            }
        }
        // closed by somebody else meanwhile, or back again: the page shows which
        return Pages.goTo("/admin/");
    }

    private List<Alert> open() {
        return monitor.alerts().list().stream().filter(Alert::isOpen).toList();
    }

    private Response page(int status, HttpServletRequest request, Map<String, String> problems) {
        var now = clock.instant();
        var person = Person.of(request);
        var figures = monitor.figures();
        var facts = monitor.facts();
        var open = open();
        var waiting = monitor.waiting();
        var hours = HourChart.hours(figures.hours(HourChart.from(now)), now);
        var frame = pages.frame((problems.isEmpty() ? "" : "Error: ") + "Overview", "overview", person)
                .withAlerts(open.size());
        var view = new View(
                frame,
                open.stream()
                        .limit(SHOWN)
                        .map(alert -> AlertLine.of(alert, person))
                        .toList(),
                open.size(),
                figures.open(),
                open.stream()
                        .filter(alert -> alert.kind() == AlertKind.ACK_UNMATCHED)
                        .mapToLong(Alert::count)
                        .sum(),
                hours,
                HourChart.traffic(hours),
                HourChart.latency(hours),
                partners(figures.partners(now.minus(DEAD_LETTERS)), waiting, facts),
                waiting,
                figures.clock(),
                audit.sealing().stream()
                        .map(node -> new Views.Sealed(node, node.isBehind(now)))
                        .toList(),
                facts,
                now,
                problems);
        return Pages.answer(status, pages.render("overview", view)).build();
    }

    /** Those of the directory, and others that sent, took, or are waited for. */
    private List<PartnerLine> partners(List<Figures.Seen> seen, List<Figures.Waiting> waiting, Monitor.Facts facts) {
        var out = new TreeMap<String, PartnerLine>();
        directory.get().partners().forEach(partner -> out.put(partner.id(), quiet(partner.id())));
        seen.stream()
                .filter(one -> !one.partner().isEmpty())
                .forEach(one -> out.put(one.partner(), new PartnerLine(one, false, 0)));
        for (var lane : waiting) {
            var partner = partner(lane.lane());
            if (partner != null) {
                var line = out.getOrDefault(partner, quiet(partner));
                int more = Math.min(Figures.MOST + 1, line.waiting() + lane.count());
                out.put(partner, new PartnerLine(line.seen(), line.unwell(), more));
            }
        }
        for (var lane : facts.unwell()) {
            out.computeIfPresent(
                    String.valueOf(partner(lane)), (id, line) -> new PartnerLine(line.seen(), true, line.waiting()));
        }
        return new ArrayList<>(out.values());
    }

    private static PartnerLine quiet(String partner) {
        return new PartnerLine(new Figures.Seen(partner, null, null, 0), false, 0);
    }

    private static @Nullable String partner(Lane lane) {
        int slash = lane.name().indexOf('/');
        return lane.kind() == Lane.Kind.SEND && slash > 0 ? lane.name().substring(0, slash) : null;
    }
}
