package org.itkserver.admin;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.FormParam;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.itkserver.audit.Accounts;
import org.itkserver.audit.AuditEvent;
import org.itkserver.audit.AuditTrail;
import org.itkserver.audit.AuditType;
import org.itkserver.audit.Role;
import org.itkserver.audit.StoreUnavailable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Signing in with a name and a password, and out. Every attempt whose password is looked at is audited; one that comes too
 * early is refused unseen, so that guessing can fill neither the trail nor the processor.
 */
@Path("/")
public final class SignInPages {
    private static final Logger LOG = LoggerFactory.getLogger(SignInPages.class);
    private static final String HOME = "/admin/";
    private static final String WRONG = "The name or the password is not right.";
    /** Somebody may type the password where the name belongs: a name that is none of ours is not kept. */
    private static final String UNKNOWN = "unknown name";

    private static final Duration BUSY = Duration.ofSeconds(2);

    private final Accounts accounts;
    private final AuditTrail trail;
    private final ConsoleSessions sessions;
    private final SignInThrottle throttle;
    private final HashTurns turns;
    private final Pages pages;
    private final Clock clock;

    SignInPages(
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
    @Path("login")
    @Open
    public Response form(@Context HttpServletRequest request) {
        return sessions.person(request).isPresent()
                ? Pages.goTo(HOME)
                : Pages.answer(200, pages.login(null)).build();
    }

    @POST
    @Path("login")
    @Open
    @Consumes(MediaType.APPLICATION_FORM_URLENCODED)
    public Response signIn(
            @FormParam("name") @DefaultValue("") String name,
            @FormParam("password") @DefaultValue("") String password,
            @Context HttpServletRequest request) {
        var who = SignInThrottle.cut(name.strip());
        var from = request.getRemoteAddr();
        boolean knownHere = accounts.hasSignedInFrom(who, from);
        var wait = throttle.begin(who, from, knownHere);
        if (!wait.isZero()) {
            return tooEarly(wait);
        }
        var known = accounts.person(who);
        var right = turns.take(
                from, knownHere, () -> known.map(account -> Passwords.verify(password, account.passwordHash()))
                        .orElseGet(() -> Passwords.verifyUnknown(password)));
        if (right.isEmpty()) {
            return tooEarly(BUSY);
        }
        if (known.isEmpty()) {
            return failed(UNKNOWN, from, "wrong name or password");
        }
        if (!right.get()) {
            return failed(who, from, "wrong name or password");
        }
        if (!known.get().active()) {
            return failed(who, from, "right password of somebody who is disabled");
        }
        throttle.succeeded(who, from, knownHere);
        trail.change(List.of(event(AuditType.SIGNED_IN, who, from, "signed in with a password")), () -> {
            accounts.signedIn(who, from, clock.instant());
            return true;
        });
        return Pages.goTo(HOME, sessions.begin(request, who, known.get().generation()));
    }

    private Response failed(String who, String from, String why) {
        trail.append(event(AuditType.SIGN_IN_FAILED, who, from, why));
        return Pages.answer(403, pages.login(WRONG)).build();
    }

    private Response tooEarly(Duration wait) {
        long seconds = SignInThrottle.seconds(wait);
        return Pages.answer(429, pages.login("Too many attempts. Try again in " + seconds + " seconds."))
                .header("Retry-After", seconds)
                .build();
    }

    @POST
    @Path("logout")
    @Needs(value = Role.VIEWER, beforeChange = true)
    public Response signOut(@Context HttpServletRequest request) {
        var who = Person.of(request).name();
        var cookie = sessions.end(request);
        try {
            trail.append(event(AuditType.SIGNED_OUT, who, request.getRemoteAddr(), "signed out"));
        } catch (StoreUnavailable e) {
            LOG.warn("{} signed out; the trail does not say so: {}", who, e.getMessage());
        }
        return Pages.goTo(Guard.LOGIN, cookie);
    }

    private AuditEvent event(AuditType type, String who, String from, String detail) {
        return AuditEvent.ofPerson(clock.instant(), type, who, from, detail);
    }
}
