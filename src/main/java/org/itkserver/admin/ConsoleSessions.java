package org.itkserver.admin;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpSession;
import java.io.Serializable;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Who is signed in, kept in the servlet container's sessions of this node. A session exists only for somebody who is
 * signed in; it ends after {@link #IDLE} without a request and after {@link #LONGEST} in any case. Thread-safe.
 */
final class ConsoleSessions implements SignIn {
    static final Duration IDLE = Duration.ofMinutes(15);
    static final Duration LONGEST = Duration.ofHours(8);

    private static final String ATTRIBUTE = ConsoleSessions.class.getName();
    private static final int TOKEN_BYTES = 24;

    private final Clock clock;
    private final SecureRandom random = new SecureRandom();

    ConsoleSessions(Clock clock) {
        this.clock = clock;
    }

    /** Begins a session; whatever session the request came with is over, and its id is never used again. */
    void begin(HttpServletRequest request, String name) {
        var earlier = request.getSession(false);
        if (earlier != null) {
            earlier.invalidate();
        }
        var session = request.getSession(true);
        request.changeSessionId();
        session.setMaxInactiveInterval((int) IDLE.toSeconds());
        session.setAttribute(ATTRIBUTE, new SignedIn(name, token(), clock.instant()));
    }

    /** Ends the request's session, if there is one. */
    void end(HttpServletRequest request) {
        var session = request.getSession(false);
        if (session != null) {
            session.invalidate();
        }
    }

    @Override
    public Optional<Person> person(HttpServletRequest request) {
        var session = request.getSession(false);
        if (session == null || !(attribute(session) instanceof SignedIn signedIn)) {
            return Optional.empty();
        }
        if (!clock.instant().isBefore(signedIn.since().plus(LONGEST))) {
            end(request);
            return Optional.empty();
        }
        return Optional.of(new Person(signedIn.name(), signedIn.token()));
    }

    private static @Nullable Object attribute(HttpSession session) {
        try {
            return session.getAttribute(ATTRIBUTE);
        } catch (IllegalStateException e) {
            return null; // another request ended it just now
        }
    }

    private String token() {
        var bytes = new byte[TOKEN_BYTES];
        random.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private record SignedIn(String name, String token, Instant since) implements Serializable {}
}
