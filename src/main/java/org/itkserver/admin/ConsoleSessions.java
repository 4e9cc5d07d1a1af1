package org.itkserver.admin;

import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.itkserver.audit.Account;
import org.itkserver.audit.Accounts;
import org.itkserver.envelope.Sha256;
import org.jspecify.annotations.Nullable;

/**
 * Who is signed in, kept in the memory of this node: a restart ends all sessions, and nodes do not share them. A session
 * begins with a new id at each sign-in. It ends after {@link #IDLE} without a request, after {@link #LONGEST} in any case,
 * at its sign-out, and when the person's password changes or the person is disabled, on whatever node that happens: the
 * account is read for every request, so that roles taken away are gone at once. Its age is measured by monotonic time. Thread-safe.
 *
 * <p>The cookie is our own instead of the container's, whose name is one for all requests: {@code __Host-itk} is for TLS
 * alone, and a session begun with one name does not go on with the other.
 */
final class ConsoleSessions implements SignIn {
    static final Duration IDLE = Duration.ofMinutes(15);
    static final Duration LONGEST = Duration.ofHours(8);
    static final String PLAIN = "itk";
    static final String SECURE = "__Host-itk";

    private static final String ATTRIBUTES = "; Path=/; HttpOnly; SameSite=Strict";
    private static final int SECRET_BYTES = 24;

    private final Accounts accounts;
    private final AdminSettings settings;
    private final LongSupplier nanos;
    private final SecureRandom random = new SecureRandom();
    /** By hash of the id: how long a look takes tells nothing about ids. */
    private final Map<String, Session> sessions = new ConcurrentHashMap<>();

    /** @param nanos monotonic time in nanoseconds */
    ConsoleSessions(Accounts accounts, AdminSettings settings, LongSupplier nanos) {
        this.accounts = accounts;
        this.settings = settings;
        this.nanos = nanos;
    }

    /**
     * Begins a session; the one the request came with is over.
     *
     * @param name who signed in
     * @param generation {@link Account#generation()} of the password that was right
     * @return the header Set-Cookie
     */
    String begin(HttpServletRequest request, String name, int generation) {
        end(request);
        long now = nanos.getAsLong();
        sessions.values().removeIf(session -> session.isOver(now));
        boolean secure = settings.isSecure(request);
        var id = secret();
        sessions.put(key(id), new Session(name, generation, secret(), secure, now));
        return (secure ? SECURE : PLAIN) + "=" + id + ATTRIBUTES + (secure ? "; Secure" : "");
    }

    /**
     * Ends the request's session, if there is one.
     *
     * @return the header Set-Cookie that takes the cookie away
     */
    String end(HttpServletRequest request) {
        boolean secure = settings.isSecure(request);
        for (var cookie : cookies(request)) {
            if (isOurs(cookie) && sessions.remove(key(cookie.getValue())) != null) {
                secure = cookie.getName().equals(SECURE);
            }
        }
        return (secure ? SECURE : PLAIN) + "=; Max-Age=0" + ATTRIBUTES + (secure ? "; Secure" : "");
    }

    @Override
    public Optional<Person> person(HttpServletRequest request) {
        for (var cookie : cookies(request)) {
            if (isOurs(cookie)) {
                var person = person(cookie);
                if (person.isPresent()) {
                    return person;
                }
            }
        }
        return Optional.empty();
    }

    private Optional<Person> person(Cookie cookie) {
        var key = key(cookie.getValue());
        var session = sessions.get(key);
        if (session == null || session.secure != cookie.getName().equals(SECURE)) {
            return Optional.empty();
        }
        long now = nanos.getAsLong();
        var account = session.isOver(now) ? Optional.<Account>empty() : accounts.person(session.name);
        if (account.isEmpty() || !account.get().active() || account.get().generation() != session.generation) {
            sessions.remove(key);
            return Optional.empty();
        }
        session.seen = now;
        return Optional.of(new Person(
                session.name,
                session.formToken,
                account.get().roles(),
                account.get().mustChange()));
    }

    private static Cookie[] cookies(HttpServletRequest request) {
        Cookie @Nullable [] cookies = request.getCookies();
        return cookies == null ? new Cookie[0] : cookies;
    }

    private static boolean isOurs(Cookie cookie) {
        return cookie.getName().equals(PLAIN) || cookie.getName().equals(SECURE);
    }

    private static String key(String id) {
        return HexFormat.of().formatHex(Sha256.of(id));
    }

    private String secret() {
        var bytes = new byte[SECRET_BYTES];
        random.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static final class Session {
        private final String name;
        private final int generation;
        private final String formToken;
        private final boolean secure;
        private final long since;
        private volatile long seen;

        Session(String name, int generation, String formToken, boolean secure, long since) {
            this.name = name;
            this.generation = generation;
            this.formToken = formToken;
            this.secure = secure;
            this.since = since;
            this.seen = since;
        }

        boolean isOver(long now) {
            return now - seen >= IDLE.toNanos() || now - since >= LONGEST.toNanos();
        }
    }
}
