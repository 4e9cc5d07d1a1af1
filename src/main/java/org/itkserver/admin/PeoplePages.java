package org.itkserver.admin;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.BadRequestException;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.FormParam;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.itkserver.audit.Account;
import org.itkserver.audit.Accounts;
import org.itkserver.audit.Accounts.Outcome;
import org.itkserver.audit.AuditType;
import org.itkserver.audit.Role;
import org.itkserver.audit.StoreUnavailable;
import org.jspecify.annotations.Nullable;

/** The people of the console: who there is, what they may do, and new one-time passwords. */
@Path("/people")
public final class PeoplePages {
    private static final String HOME = "/admin/people";
    private static final String ONE = "{name: [A-Za-z0-9][A-Za-z0-9._@-]*}";
    /** No capitals: two people must not differ by those alone. */
    private static final String NAME = "[a-z0-9][a-z0-9._@-]{0,63}";

    private static final String NAME_RULE =
            "A name has at most 64 of the letters a to z, digits, dots, hyphens, underscores and @, and begins with a letter"
                    + " or a digit.";
    private static final String TAKEN = "There is somebody of this name already.";
    private static final String LAST = "That would leave nobody who is active and has the role admin.";
    private static final String ELSEWHERE = "Somebody else changed this person at the same time. Look again.";
    private static final String ADVICE =
            "Give it to the person by a way that nobody else can read. It is for one sign-in: the person has to choose"
                    + " another password then.";

    private final Accounts accounts;
    private final Changes changes;
    private final Secrets secrets;
    private final HashTurns turns;
    private final Pages pages;
    private final Clock clock;

    PeoplePages(Accounts accounts, Changes changes, Secrets secrets, HashTurns turns, Pages pages, Clock clock) {
        this.accounts = accounts;
        this.changes = changes;
        this.secrets = secrets;
        this.turns = turns;
        this.pages = pages;
        this.clock = clock;
    }

    @GET
    @Needs(Role.ADMIN)
    public Response list(@Context HttpServletRequest request) {
        return list(200, request, "", Set.of(), null);
    }

    private Response list(
            int status, HttpServletRequest request, String name, Set<Role> chosen, @Nullable String problem) {
        var frame = pages.frame((problem == null ? "" : "Error: ") + "People", "people", Person.of(request));
        var view = new PeopleViews.People(frame, accounts.people(), name, chosen, problem);
        return Pages.answer(status, pages.render("people", view)).build();
    }

    @POST
    @Needs(Role.ADMIN)
    @Consumes(MediaType.APPLICATION_FORM_URLENCODED)
    public Response add(
            @FormParam("name") @DefaultValue("") String name,
            @FormParam("role") List<String> labels,
            @Context HttpServletRequest request) {
        var who = name.strip();
        var roles = roles(labels);
        if (!who.matches(NAME)) {
            return list(400, request, who, roles, NAME_RULE);
        }
        if (accounts.person(who).isPresent()) {
            return list(409, request, who, roles, TAKEN);
        }
        var password = secrets.password();
        var hash = hashed(request, password);
        var outcome = changes.make(request, AuditType.PERSON_CHANGED, "adds " + who + ": " + text(roles), () -> {
            try {
                accounts.add(who, hash, roles, true, clock.instant());
                return Outcome.DONE;
            } catch (IllegalStateException e) {
                return Outcome.GONE; // somebody else took the name just now
            }
        });
        return outcome == Outcome.DONE ? secret(request, who, password) : list(409, request, who, roles, TAKEN);
    }

    private String hashed(HttpServletRequest request, String password) {
        return turns.take(request.getRemoteAddr(), true, () -> Passwords.hash(password))
                .orElseThrow(() -> new StoreUnavailable("too many passwords are checked"));
    }

    private Response secret(HttpServletRequest request, String who, String password) {
        var what = "One-time password of " + who;
        var view = new PeopleViews.Secret(
                pages.frame(what, "people", Person.of(request)), what, password, ADVICE, HOME + "/" + who);
        return Pages.answer(200, pages.render("secret", view)).build();
    }

    private static Set<Role> roles(List<String> labels) {
        var out = new ArrayList<Role>();
        for (var label : labels) {
            out.add(Role.of(label).orElseThrow(BadRequestException::new));
        }
        return Role.with(out);
    }

    private static String text(Set<Role> roles) {
        return roles.stream().map(Role::label).collect(Collectors.joining(" "));
    }

    @GET
    @Path(ONE)
    @Needs(Role.ADMIN)
    public Response one(@PathParam("name") String name, @Context HttpServletRequest request) {
        return one(200, known(name), request, null);
    }

    private Account known(String name) {
        return accounts.person(name).orElseThrow(NotFoundException::new);
    }

    private Response one(int status, Account row, HttpServletRequest request, @Nullable String problem) {
        var person = Person.of(request);
        var frame = pages.frame((problem == null ? "" : "Error: ") + Show.text(row.name()), "people", person);
        var view = new PeopleViews.OnePerson(frame, row, person.name().equals(row.name()), problem);
        return Pages.answer(status, pages.render("person", view)).build();
    }

    @POST
    @Path(ONE + "/roles")
    @Needs(Role.ADMIN)
    @Consumes(MediaType.APPLICATION_FORM_URLENCODED)
    public Response roles(
            @PathParam("name") String name,
            @FormParam("role") List<String> labels,
            @Context HttpServletRequest request) {
        var row = known(name);
        var roles = roles(labels);
        if (isSelf(row, request) && !roles.contains(Role.ADMIN)) {
            return one(409, row, request, "Only somebody else can take the role admin from you.");
        }
        var what = "roles of " + name + ": " + text(roles) + ", before: " + text(row.roles());
        return change(row, request, what, () -> accounts.setRoles(name, roles));
    }

    @POST
    @Path(ONE + "/disable")
    @Needs(Role.ADMIN)
    @Consumes(MediaType.APPLICATION_FORM_URLENCODED)
    public Response disable(@PathParam("name") String name, @Context HttpServletRequest request) {
        var row = known(name);
        if (isSelf(row, request)) {
            return one(409, row, request, "Only somebody else can disable you.");
        }
        return change(row, request, "disables " + name, () -> accounts.setActive(name, false));
    }

    @POST
    @Path(ONE + "/enable")
    @Needs(Role.ADMIN)
    @Consumes(MediaType.APPLICATION_FORM_URLENCODED)
    public Response enable(@PathParam("name") String name, @Context HttpServletRequest request) {
        return change(known(name), request, "enables " + name, () -> accounts.setActive(name, true));
    }

    @POST
    @Path(ONE + "/password")
    @Needs(Role.ADMIN)
    @Consumes(MediaType.APPLICATION_FORM_URLENCODED)
    public Response password(@PathParam("name") String name, @Context HttpServletRequest request) {
        var row = known(name);
        if (isSelf(row, request)) {
            return one(409, row, request, "Change your own password on the page Your account.");
        }
        var password = secrets.password();
        var hash = hashed(request, password);
        var outcome = changes.make(
                request,
                AuditType.PASSWORD_CHANGED,
                "gives " + name + " a one-time password",
                () -> accounts.setPassword(row, hash, true, clock.instant()));
        return outcome == Outcome.DONE ? secret(request, name, password) : failed(row, request, outcome);
    }

    private static boolean isSelf(Account row, HttpServletRequest request) {
        return Person.of(request).name().equals(row.name());
    }

    private Response change(Account row, HttpServletRequest request, String what, Supplier<Outcome> change) {
        var outcome = changes.make(request, AuditType.PERSON_CHANGED, what, change);
        return outcome == Outcome.DONE ? Pages.goTo(HOME + "/" + row.name()) : failed(row, request, outcome);
    }

    private Response failed(Account row, HttpServletRequest request, Outcome outcome) {
        return one(409, row, request, outcome == Outcome.LAST_ADMIN ? LAST : ELSEWHERE);
    }
}
