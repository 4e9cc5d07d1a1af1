package org.itkserver.admin;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.itkserver.audit.AuditQuery;
import org.itkserver.audit.AuditQuery.MessageRow;
import org.itkserver.audit.MessageSearch;
import org.itkserver.audit.Role;
import org.itkserver.exchange.Repairs;
import org.itkserver.io.MemoryBudget;
import org.itkserver.retention.Standing;

/** One message: what happened to it, what belongs to it, and its bytes. Looking at bytes is audited before they are read. */
@Path("/messages")
public final class MessagePages {
    private static final String ID = "{id: [0-9]{1,18}}";
    private static final String TOO_MANY_VIEWS =
            "Other people are looking at large messages at the moment. Try again in a few seconds.";
    private static final int GONE = 410;
    private static final int MOST_EVENTS = 1_000;

    private final AuditQuery query;
    private final MessageSearch search;
    private final StoredContent content;
    private final Openings openings;
    private final Repairs repairs;
    private final Standing standing;
    private final Pages pages;
    private final Clock clock;
    private final PerSession<Views.Notice> notices = new PerSession<>();

    MessagePages(
            AuditQuery query,
            MessageSearch search,
            StoredContent content,
            Openings openings,
            Repairs repairs,
            Standing standing,
            Pages pages,
            Clock clock) {
        this.query = query;
        this.search = search;
        this.content = content;
        this.openings = openings;
        this.repairs = repairs;
        this.standing = standing;
        this.pages = pages;
        this.clock = clock;
    }

    @GET
    @Needs(Role.VIEWER)
    @Path(ID)
    public Response one(@PathParam("id") long id, @Context HttpServletRequest request) throws IOException {
        return page(200, known(id), request, Map.of());
    }

    /** The page, once more, of a form on it that was not filled in well. */
    Response again(long id, HttpServletRequest request, Map<String, String> problems) throws IOException {
        return page(400, known(id), request, problems);
    }

    /** Sends the browser to the page, which says this once. */
    Response goTo(long id, HttpServletRequest request, Views.Notice notice) {
        notices.put(Person.of(request), notice);
        return Pages.goTo("/admin/messages/" + id);
    }

    private Response page(int status, MessageRow row, HttpServletRequest request, Map<String, String> problems)
            throws IOException {
        var person = Person.of(request);
        var family = search.family(row.id());
        var ids = family.stream().map(MessageRow::id).toList();
        var events = search.events(ids, MOST_EVENTS);
        var said = new ArrayList<String>();
        family.forEach(member -> said.add(member.reason() == null ? "" : member.reason()));
        events.forEach(event -> said.add(event.errorCode() == null ? "" : event.errorCode()));
        var related = family.stream()
                .map(member -> new Views.Document(member, progress(member, family)))
                .toList();
        var view = new Views.Message(
                pages.frame((problems.isEmpty() ? "" : "Error: ") + "Message " + row.id(), "", person),
                new Views.Document(row, progress(row, family)),
                related,
                Timeline.of(family, events),
                search.waiting(ids),
                content.headers(row).orElse(null),
                Explanations.of(said),
                problems,
                person.has(Role.OPERATOR) ? repairs.possible(row.id()) : Set.of(),
                notices.take(person).orElse(null),
                standing.holdsOn(row.id()),
                destroyed(row).orElse(null),
                clock.instant());
        return Pages.answer(status, pages.render("message", view)).build();
    }

    /** What is said of a message whose bytes were destroyed; empty while they are kept. */
    private Optional<String> destroyed(MessageRow row) {
        return StoredContent.destroyed(row).map(at -> {
            var batch = standing.batchOf(row.id());
            return RetentionWords.destroyed(at, batch.isPresent() ? " (batch " + batch.getAsLong() + ")" : "");
        });
    }

    /**
     * The page of a message with whose bytes something shall be done, when they were destroyed. Nobody looked at what is not
     * there any more, so the trail does not say so.
     */
    Optional<Response> gone(long id, HttpServletRequest request) throws IOException {
        var row = known(id);
        var sentence = destroyed(row);
        return sentence.isEmpty()
                ? Optional.empty()
                : Optional.of(page(GONE, row, request, Map.of("open", sentence.get())));
    }

    private static Progress progress(MessageRow row, List<MessageRow> family) {
        return Progress.of(
                row,
                family.stream()
                        .filter(member -> Long.valueOf(row.id()).equals(member.origin()))
                        .toList());
    }

    @POST
    @Needs(Role.CLINICAL)
    @Path(ID + "/payload")
    public Response payload(@PathParam("id") long id, @Context HttpServletRequest request) throws IOException {
        var gone = gone(id, request);
        if (gone.isPresent()) {
            return gone.get();
        }
        var row = known(id);
        var opening = Opening.of(request);
        if (opening.isEmpty()) {
            return page(400, row, request, Map.of("reason", Opening.NO_REASON));
        }
        // the memory first: a view that does not take place must not be in the trail
        try (var booked = content.memory(row)) {
            openings.record(
                    Openings.Of.message(row),
                    request,
                    "looked at the payloads: " + opening.get().text());
            return opened(row, request);
        } catch (MemoryBudget.Exhausted e) {
            return page(503, row, request, Map.of("reason", TOO_MANY_VIEWS));
        }
    }

    private Response opened(MessageRow row, HttpServletRequest request) throws IOException {
        var payloads = content.payloads(row);
        try (var in = query.raw(row.id()).orElse(null)) {
            if (in == null) {
                return unreadable(row, request);
            }
            var view = new Views.Opened(
                    pages.frame("Message " + row.id() + " opened", "", Person.of(request)),
                    row,
                    payloads,
                    RawText.read(in));
            return Pages.answer(200, pages.render("opened", view)).build();
        }
    }

    @POST
    @Needs(Role.CLINICAL)
    @Path(ID + "/download")
    public Response download(@PathParam("id") long id, @Context HttpServletRequest request) throws IOException {
        var gone = gone(id, request);
        if (gone.isPresent()) {
            return gone.get();
        }
        var row = known(id);
        var opening = Opening.of(request);
        if (opening.isEmpty()) {
            return page(400, row, request, Map.of("reason", Opening.NO_REASON));
        }
        openings.record(
                Openings.Of.message(row),
                request,
                "downloaded the message as received: " + opening.get().text());
        var in = query.raw(id).orElse(null);
        if (in == null) {
            return unreadable(row, request);
        }
        StreamingOutput body = out -> {
            try (in) {
                in.transferTo(out);
            }
        };
        // with its length, so that a download that breaks off shows
        return Response.ok(body, MediaType.APPLICATION_OCTET_STREAM)
                .header("Content-Disposition", "attachment; filename=\"message-" + id + ".xml\"")
                .header("Content-Length", size(row))
                .build();
    }

    private MessageRow known(long id) {
        return query.message(id).orElseThrow(NotFoundException::new);
    }

    /** A forward has the bytes of its origin. */
    private long size(MessageRow row) {
        var origin = row.origin();
        return row.kind().equals("forward") && origin != null ? known(origin).size() : row.size();
    }

    /** Found out only after the reading was recorded: nothing is read before. */
    private Response unreadable(MessageRow row, HttpServletRequest request) throws IOException {
        return page(GONE, row, request, Map.of("open", Opening.UNREADABLE));
    }
}
