package org.itkserver.admin;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.BadRequestException;
import jakarta.ws.rs.BeanParam;
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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.itkserver.audit.Accounts;
import org.itkserver.audit.Accounts.Client;
import org.itkserver.audit.Accounts.Outcome;
import org.itkserver.audit.AuditType;
import org.itkserver.audit.Role;
import org.itkserver.envelope.Sha256;
import org.jspecify.annotations.Nullable;

/** The applications of the REST API: what each may do, and their tokens, which are shown once. */
@Path("/clients")
public final class ClientPages {
    private static final String HOME = "/admin/clients";
    private static final String ONE = "{name: [A-Za-z0-9][A-Za-z0-9._-]*}";
    private static final String NAME = "[a-z0-9][a-z0-9._-]{0,63}";

    private static final String NAME_RULE =
            "A name has at most 64 of the letters a to z, digits, dots, hyphens and underscores, and begins with a letter or"
                    + " a digit.";
    private static final String TAKEN = "There is an application of this name already.";
    private static final String NO_SCOPE = "Tick at least one thing that the application may do.";
    private static final String ADVICE =
            "Put it into the application's settings now. It is kept nowhere; if it is lost, revoke the application and add it"
                    + " again.";

    private final Accounts accounts;
    private final Changes changes;
    private final Secrets secrets;
    private final Pages pages;
    private final Clock clock;

    ClientPages(Accounts accounts, Changes changes, Secrets secrets, Pages pages, Clock clock) {
        this.accounts = accounts;
        this.changes = changes;
        this.secrets = secrets;
        this.pages = pages;
        this.clock = clock;
    }

    @GET
    @Needs(Role.ADMIN)
    public Response list(@Context HttpServletRequest request) {
        return list(200, request, new Typed("", Set.of(), LimitForm.EMPTY), Map.of());
    }

    /** What was typed to add an application. */
    private record Typed(String name, Set<String> scopes, LimitForm limit) {}

    private Response list(int status, HttpServletRequest request, Typed typed, Map<String, String> problems) {
        var frame = pages.frame((problems.isEmpty() ? "" : "Error: ") + "API clients", "people", Person.of(request));
        var view = new PeopleViews.Clients(
                frame, accounts.clients(), typed.name(), typed.scopes(), typed.limit(), problems);
        return Pages.answer(status, pages.render("clients", view)).build();
    }

    @POST
    @Needs(Role.ADMIN)
    @Consumes(MediaType.APPLICATION_FORM_URLENCODED)
    public Response add(
            @FormParam("name") @DefaultValue("") String name,
            @FormParam("scope") List<String> scope,
            @BeanParam LimitFields fields,
            @Context HttpServletRequest request) {
        var who = name.strip();
        var scopes = scopes(scope);
        var typed = new Typed(who, scopes, fields.form(LimitForm.EMPTY));
        var problems = problems(scopes, typed.limit());
        if (!who.matches(NAME)) {
            problems.put("name", NAME_RULE);
        }
        if (!problems.isEmpty()) {
            return list(400, request, typed, problems);
        }
        if (find(who) != null) {
            return list(409, request, typed, Map.of("name", TAKEN));
        }
        var token = secrets.token();
        var limit = typed.limit().limit();
        var what = "adds " + who + ": " + text(scopes) + ", " + limit.text();
        var outcome = changes.make(request, AuditType.CLIENT_CHANGED, what, () -> {
            try {
                accounts.addClient(who, Sha256.of(token), scopes, limit, clock.instant());
                return Outcome.DONE;
            } catch (IllegalStateException e) {
                return Outcome.GONE; // somebody else took the name just now
            }
        });
        return outcome == Outcome.DONE ? secret(request, who, token) : list(409, request, typed, Map.of("name", TAKEN));
    }

    private static Map<String, String> problems(Set<String> scopes, LimitForm limit) {
        var problems = new LinkedHashMap<String, String>();
        if (scopes.isEmpty()) {
            problems.put("scope-messages", NO_SCOPE);
        }
        problems.putAll(limit.problems());
        return problems;
    }

    /** The fields of a form that limit an application. */
    public static final class LimitFields {
        @FormParam("services")
        private @Nullable String services;

        @FormParam("partners")
        private @Nullable String partners;

        @FormParam("addresses")
        private @Nullable String addresses;

        /** @param before what counts for a field that was not sent at all */
        LimitForm form(LimitForm before) {
            return new LimitForm(
                    services == null ? before.services() : services,
                    partners == null ? before.partners() : partners,
                    addresses == null ? before.addresses() : addresses);
        }
    }

    private Response secret(HttpServletRequest request, String who, String token) {
        var what = "Token of " + who;
        var view = new PeopleViews.Secret(
                pages.frame(what, "people", Person.of(request)), what, token, ADVICE, HOME + "/" + who);
        return Pages.answer(200, pages.render("secret", view)).build();
    }

    private static Set<String> scopes(List<String> scopes) {
        if (!Client.SCOPES.containsAll(scopes)) {
            throw new BadRequestException();
        }
        return Set.copyOf(scopes);
    }

    private static String text(Set<String> scopes) {
        return String.join(" ", scopes.stream().sorted().toList());
    }

    private @Nullable Client find(String name) {
        return accounts.clients().stream()
                .filter(client -> client.name().equals(name))
                .findFirst()
                .orElse(null);
    }

    private Client known(String name) {
        var client = find(name);
        if (client == null) {
            throw new NotFoundException();
        }
        return client;
    }

    @GET
    @Path(ONE)
    @Needs(Role.ADMIN)
    public Response one(@PathParam("name") String name, @Context HttpServletRequest request) {
        var row = known(name);
        return one(200, row, request, row.scopes(), LimitForm.of(row.limit()), Map.of());
    }

    private Response one(
            int status,
            Client row,
            HttpServletRequest request,
            Set<String> scopes,
            LimitForm limit,
            Map<String, String> problems) {
        var title = (problems.isEmpty() ? "" : "Error: ") + Show.text(row.name());
        var frame = pages.frame(title, "people", Person.of(request));
        var view = new PeopleViews.OneClient(frame, row, scopes, limit, problems);
        return Pages.answer(status, pages.render("client", view)).build();
    }

    @POST
    @Path(ONE + "/scopes")
    @Needs(Role.ADMIN)
    @Consumes(MediaType.APPLICATION_FORM_URLENCODED)
    public Response scopes(
            @PathParam("name") String name,
            @FormParam("scope") List<String> scope,
            @BeanParam LimitFields fields,
            @Context HttpServletRequest request) {
        var row = known(name);
        var scopes = scopes(scope);
        var form = fields.form(LimitForm.of(row.limit()));
        var problems = problems(scopes, form);
        if (!problems.isEmpty()) {
            return one(400, row, request, scopes, form, problems);
        }
        var limit = form.limit();
        var what = "scopes of " + name + ": " + text(scopes) + ", " + limit.text() + "; before: " + text(row.scopes())
                + ", " + row.limit().text();
        changes.make(request, AuditType.CLIENT_CHANGED, what, () -> accounts.setClient(name, scopes, limit));
        return Pages.goTo(HOME + "/" + name);
    }

    @POST
    @Path(ONE + "/revoke")
    @Needs(Role.ADMIN)
    @Consumes(MediaType.APPLICATION_FORM_URLENCODED)
    public Response revoke(@PathParam("name") String name, @Context HttpServletRequest request) {
        known(name);
        changes.make(request, AuditType.CLIENT_CHANGED, "revokes " + name, () -> accounts.removeClient(name));
        return Pages.goTo(HOME);
    }
}
