package org.itkserver.admin;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.FormParam;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.itkserver.audit.Account;
import org.itkserver.audit.Accounts;
import org.itkserver.audit.Accounts.Outcome;
import org.itkserver.audit.AuditEvent;
import org.itkserver.audit.AuditTrail;
import org.itkserver.audit.AuditType;
import org.itkserver.audit.Role;
import org.itkserver.audit.StoreUnavailable;
import org.jspecify.annotations.Nullable;

/** A person's own account: what it may do, and its password. */
@Path("/account")
public final class AccountPages {
    /** Where somebody with a one-time password is sent. */
    static final String PASSWORD = "/admin/account/password";

    private static final String TWICE = "Write the new password twice, the same both times.";
    private static final String SAME = "The new password must not be the one you have.";
    private static final String ELSEWHERE = "Your password was changed at the same time by somebody else.";

    private final Accounts accounts;
    private final AuditTrail trail;
    private final ConsoleSessions sessions;
    private final SignInThrottle throttle;
    private final HashTurns turns;
    private final Pages pages;
    private final Clock clock;

    AccountPages(
            Accounts accounts,
            AuditTrail trail,
            ConsoleSessions sessions,
            SignInThrottle throttle,
            HashTurns turns,
            Pages pages,
            Clock clock) {
        this.accounts = accounts;
        this.trail = trail;
        this.sessions = sessions;
        this.throttle = throttle;
        this.turns = turns;
        this.pages = pages;
        this.clock = clock;
    }

    @GET
    @Needs(Role.VIEWER)
    public Response own(@QueryParam("changed") @Nullable String changed, @Context HttpServletRequest request) {
        var person = Person.of(request);
        var view = new PeopleViews.Own(
                pages.frame("Your account", "account", person), Role.with(person.roles()), changed != null);
        return Pages.answer(200, pages.render("account", view)).build();
    }

    @GET
    @Path("password")
    @Needs(value = Role.VIEWER, beforeChange = true)
    public Response form(@Context HttpServletRequest request) {
        return form(200, request, null);
    }

    private Response form(int status, HttpServletRequest request, @Nullable String problem) {
        var title = (problem == null ? "" : "Error: ") + "Change your password";
        var view = new PeopleViews.NewPassword(pages.frame(title, "account", Person.of(request)), problem);
        return Pages.answer(status, pages.render("password", view)).build();
    }

    @POST
    @Path("password")
    @Needs(value = Role.VIEWER, beforeChange = true)
    @Consumes(MediaType.APPLICATION_FORM_URLENCODED)
    public Response change(
            @FormParam("old") @DefaultValue("") String old,
            @FormParam("new") @DefaultValue("") String next,
            @FormParam("again") @DefaultValue("") String again,
            @Context HttpServletRequest request) {
        var name = Person.of(request).name();
        var from = request.getRemoteAddr();
        if (old.isEmpty()) {
            return form(400, request, "Write the password you have.");
        }
        // whoever finds an open session must not be able to guess here
        var wait = throttle.begin(name, from, true);
        if (!wait.isZero()) {
            return form(429, request, "Too many attempts. Try again in " + SignInThrottle.seconds(wait) + " seconds.");
        }
        var known = accounts.person(name).orElseThrow(NotFoundException::new);
        if (!hashed(from, () -> Passwords.verify(old, known.passwordHash()))) {
            trail.append(AuditEvent.ofPerson(
                    clock.instant(), AuditType.SIGN_IN_FAILED, name, from, "wrong old password at a change"));
            return form(403, request, "The password you have is not the one you wrote.");
        }
        throttle.succeeded(name, from, true);
        var problem = problem(name, old, next, again);
        return problem.isPresent() ? form(400, request, problem.get()) : change(known, next, request);
    }

    /** A person who is signed in goes before strangers. */
    private <T> T hashed(String from, Supplier<T> hash) {
        return turns.take(from, true, hash).orElseThrow(() -> new StoreUnavailable("too many passwords are checked"));
    }

    private static Optional<String> problem(String name, String old, String next, String again) {
        if (!next.equals(again)) {
            return Optional.of(TWICE);
        }
        return next.equals(old) ? Optional.of(SAME) : PasswordRule.problem(name, next);
    }

    private Response change(Account known, String next, HttpServletRequest request) {
        var hash = hashed(request.getRemoteAddr(), () -> Passwords.hash(next));
        var event = AuditEvent.ofPerson(
                clock.instant(),
                AuditType.PASSWORD_CHANGED,
                known.name(),
                request.getRemoteAddr(),
                "changes the own password");
        if (!trail.change(
                List.of(event), () -> accounts.setPassword(known, hash, false, clock.instant()) == Outcome.DONE)) {
            return form(409, request, ELSEWHERE);
        }
        var cookie = sessions.begin(request, known.name(), known.generation() + 1);
        return Pages.goTo("/admin/account?changed=yes", cookie);
    }
}
