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
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.itkserver.audit.AuditEvent;
import org.itkserver.audit.AuditQuery.MessageRow;
import org.itkserver.audit.AuditTrail;
import org.itkserver.audit.AuditType;
import org.itkserver.audit.MessageSearch;
import org.itkserver.audit.MessageSearch.Found;
import org.itkserver.audit.MessageSearch.Position;
import org.itkserver.audit.Role;
import org.jspecify.annotations.Nullable;

/**
 * The list of messages and the search in it. The form is posted; what was asked for is then in the address, so that it can
 * be kept and shared. With an NHS number it is in the session instead, and there only as the number's key.
 */
@Path("/messages")
public final class MessageListPages {
    static final int PAGE = 50;

    private static final String HERE = "/admin/messages";
    private static final String SAVED = "saved=1";
    private static final String PATIENT_FIELD = "nhsNumber";
    private static final String NO_NHS_NUMBER = "An NHS number has ten digits";

    private final MessageSearch messages;
    private final AuditTrail trail;
    private final Function<String, byte[]> patientKey;
    private final Pages pages;
    private final Clock clock;
    private final PerSession<Asked> saved = new PerSession<>();

    /** @param patientKey turns ten digits into the key they are searched by */
    MessageListPages(
            MessageSearch messages, AuditTrail trail, Function<String, byte[]> patientKey, Pages pages, Clock clock) {
        this.messages = messages;
        this.trail = trail;
        this.patientKey = patientKey;
        this.pages = pages;
        this.clock = clock;
    }

    /**
     * What somebody searches for.
     *
     * @param patient key of an NHS number, null for none
     */
    record Asked(SearchForm form, byte @Nullable [] patient) {
        boolean isNarrow() {
            return patient != null || !form.isEmpty();
        }
    }

    @POST
    @Needs(Role.VIEWER)
    @Path("search")
    @Consumes(MediaType.APPLICATION_FORM_URLENCODED)
    public Response ask(@Context HttpServletRequest request) {
        var form = SearchForm.of(request::getParameter);
        var problems = form.problems();
        var number = digits(request.getParameter(PATIENT_FIELD));
        if (!number.isEmpty() && !number.matches("[0-9]{10}")) {
            problems.put(PATIENT_FIELD, NO_NHS_NUMBER);
        }
        if (!problems.isEmpty()) {
            return page(request, 400, new Views.Search(form, false, problems), null, new Found(List.of(), null, false));
        }
        if (number.isEmpty()) {
            return Pages.goTo(form.isEmpty() ? HERE : HERE + "?" + form.query());
        }
        trail.append(AuditEvent.ofPerson(
                clock.instant(),
                AuditType.SEARCHED,
                Person.of(request).name(),
                request.getRemoteAddr(),
                "searched the messages of a patient"));
        saved.put(Person.of(request), new Asked(form, patientKey.apply(number)));
        return Pages.goTo(HERE + "?" + SAVED);
    }

    /** An NHS number as people write it: in groups. */
    private static String digits(@Nullable String typed) {
        return typed == null ? "" : typed.replaceAll("[\\s-]", "");
    }

    /** What a request names: the search of its session, or what is in its fields. */
    Asked asked(HttpServletRequest request) {
        var search =
                "1".equals(request.getParameter("saved")) ? saved.get(Person.of(request)) : Optional.<Asked>empty();
        return search.orElseGet(() -> new Asked(SearchForm.of(request::getParameter), null));
    }

    @GET
    @Needs(Role.VIEWER)
    public Response list(@Context HttpServletRequest request) {
        var search = asked(request);
        var form = search.form();
        var patient = search.patient();
        var problems = form.problems();
        var typed = request.getParameter("before");
        var before = position(typed);
        if (typed != null && before == null) {
            return Pages.answer(400, pages.trouble(Trouble.BAD_REQUEST)).build();
        }
        var asked = new Views.Search(form, patient != null, problems);
        if (!problems.isEmpty()) {
            return page(request, 400, asked, null, new Found(List.of(), null, false));
        }
        return page(request, 200, asked, before, messages.find(form.filter(patient), before, PAGE));
    }

    private Response page(
            HttpServletRequest request, int status, Views.Search asked, @Nullable Position before, Found found) {
        var ids = found.rows().stream().map(MessageRow::id).toList();
        Map<Long, List<MessageRow>> children = ids.isEmpty()
                ? Map.of()
                : messages.childrenOf(ids).stream().collect(Collectors.groupingBy(MessageRow::origin));
        var rows = found.rows().stream()
                .map(row -> new Views.Document(row, Progress.of(row, children.getOrDefault(row.id(), List.of()))))
                .toList();
        var page = new Views.Messages(
                pages.frame(
                        asked.problems().isEmpty() ? "Messages" : "Error: Messages", "messages", Person.of(request)),
                asked,
                rows,
                before == null,
                found.next() == null ? null : HERE + "?" + older(asked, found.next()),
                found.cut() && found.next() != null ? found.next().at() : null,
                clock.instant());
        return Pages.answer(status, pages.render("messages", page)).build();
    }

    private static String older(Views.Search asked, Position next) {
        var query = asked.patient() ? SAVED : asked.form().query();
        long micros = next.at().getEpochSecond() * 1_000_000L + next.at().getNano() / 1000;
        return (query.isEmpty() ? "" : query + "&") + "before=" + micros + "-" + next.id();
    }

    private static @Nullable Position position(@Nullable String text) {
        if (text == null || !text.matches("[0-9]{1,17}-[0-9]{1,18}")) {
            return null;
        }
        int hyphen = text.indexOf('-');
        long micros = Long.parseLong(text.substring(0, hyphen));
        var at = Instant.ofEpochSecond(micros / 1_000_000, micros % 1_000_000 * 1000);
        return new Position(at, Long.parseLong(text.substring(hyphen + 1)));
    }
}
