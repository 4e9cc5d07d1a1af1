package org.itkserver.api;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Set;
import org.itkserver.audit.AuditType;
import org.itkserver.audit.TrailQuery;
import org.itkserver.audit.TrailQuery.Filter;
import org.itkserver.audit.TrailQuery.Stretch;
import org.itkserver.audit.TrailQuery.TrailEvent;
import org.itkserver.envelope.Uuids;
import org.jspecify.annotations.Nullable;

/** The audit trail, oldest first. */
@Path("/audit")
@Produces(MediaType.APPLICATION_JSON)
public final class AuditResource {
    /** How far times and numbers of one node may be out of step: longer than any commit is waited for. */
    private static final Duration DISORDER = Duration.ofMinutes(2);

    private final Access access;
    private final TrailQuery trail;
    private final TrailPages pages;
    private final Messages messages;

    AuditResource(Access access, TrailQuery trail, TrailPages pages, Messages messages) {
        this.access = access;
        this.trail = trail;
        this.pages = pages;
        this.messages = messages;
    }

    @GET
    public Response list(@Context HttpServletRequest request, @Context UriInfo uri) {
        var visible = messages.visibility(access.require(Access.AUDIT, request));
        var parameters = new QueryParameters(uri, Set.of("trackingId", "type", "from", "to", "after", "limit"));
        var filter = new Filter(
                type(parameters.text("type")),
                parameters.time("from", Filter.BEGIN),
                parameters.time("to", Filter.END));
        if (filter.to().isBefore(filter.from())) {
            throw Problem.of("to", "must not be before from");
        }
        var trackingId = parameters.text("trackingId");
        var page = trackingId == null
                ? ofAll(parameters.after(), filter, parameters.limit(), visible)
                : ofMessage(trackingId, parameters.after(), filter, parameters.limit(), visible);
        var events = page.events().stream().map(Views.Event::of).toList();
        return Json.answer(200, new Views.Audit(events, page.next().toString(), page.more()))
                .build();
    }

    private static @Nullable String type(@Nullable String label) {
        if (label == null
                || Arrays.stream(AuditType.values()).anyMatch(t -> t.label().equals(label))) {
            return label;
        }
        throw Problem.of("type", "must be a type of event such as accepted");
    }

    private TrailPages.Page ofAll(TrailPosition after, Filter filter, int limit, Visibility visible) {
        var ends = new HashMap<>(trail.ends());
        var start = new HashMap<>(after.seqs());
        if (filter.from().isAfter(Filter.BEGIN)) {
            var early = filter.from().minus(DISORDER);
            ends.keySet().forEach(node -> start.computeIfAbsent(node, n -> trail.before(n, early)));
        }
        if (filter.to().isBefore(Filter.END)) {
            var late = filter.to().plus(DISORDER);
            ends.replaceAll((node, last) -> Math.min(last, trail.before(node, late)));
        }
        return pages.page(
                new TrailPosition(start),
                ends,
                limit,
                visible.only((stretch, most) -> trail.events(stretch, filter, most)));
    }

    private TrailPages.Page ofMessage(
            String trackingId, TrailPosition after, Filter filter, int limit, Visibility visible) {
        if (!Uuids.isUuid(trackingId, 0, true)) {
            throw Problem.of("trackingId", "must be a UUID");
        }
        var events = trail.eventsOf(trackingId).stream()
                .filter(filter::matches)
                .filter(visible::sees)
                .sorted(Comparator.comparingLong(TrailEvent::seq))
                .toList();
        var ends = new HashMap<String, Long>();
        events.forEach(event -> ends.merge(event.node(), event.seq(), Math::max));
        return pages.page(after, ends, limit, (stretch, most) -> part(events, stretch, most));
    }

    private static List<TrailEvent> part(List<TrailEvent> events, Stretch stretch, int most) {
        return events.stream()
                .filter(event -> event.node().equals(stretch.node())
                        && event.seq() > stretch.after()
                        && event.seq() <= stretch.last())
                .limit(most)
                .toList();
    }
}
