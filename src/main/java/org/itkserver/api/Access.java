package org.itkserver.api;

import jakarta.servlet.http.HttpServletRequest;
import java.security.MessageDigest;
import java.time.Clock;
import java.util.Collection;
import java.util.Collections;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.itkserver.audit.Accounts;
import org.itkserver.audit.AuditEvent;
import org.itkserver.audit.AuditTrail;
import org.itkserver.audit.AuditType;
import org.itkserver.envelope.Sha256;
import org.itkserver.io.ProblemType;

/**
 * Who may do what. Denials are audited, as many a minute of each application and address as {@link Denials} lets pass; the rest are
 * counted in one more event. Tokens are random and long, so what a limit protects is the trail, not the token; a good token always works, whatever its neighbours at one
 * address do. Thread-safe.
 */
final class Access {
    /** Sending, reading and acknowledging messages. */
    static final String MESSAGES = "messages";
    /** Reading the audit trail. */
    static final String AUDIT = "audit";

    /** Reading the figures of monitoring. */
    static final String METRICS = "metrics";

    private static final String SCHEME = "Bearer ";
    private static final String CHALLENGE = "Bearer realm=\"itk\"";
    private static final int LONGEST_TOKEN = 512;
    /** What was sent may be somebody's password: it is not kept. */
    private static final String UNKNOWN = "unknown token";

    private final Accounts accounts;
    private final AuditTrail trail;
    private final Denials denials;
    private final Clock clock;

    /** @param nanos monotonic time in nanoseconds */
    Access(Accounts accounts, AuditTrail trail, Clock clock, LongSupplier nanos) {
        this.accounts = accounts;
        this.trail = trail;
        this.denials = new Denials(nanos);
        this.clock = clock;
    }

    /**
     * Who sent a request.
     *
     * @throws Problem when it has no token of ours
     */
    Client identify(HttpServletRequest request) {
        var headers = Collections.list(request.getHeaders("Authorization"));
        if (headers.isEmpty()) {
            throw unauthorized("The header Authorization: Bearer TOKEN is missing.", CHALLENGE);
        }
        var value = headers.get(0);
        if (headers.size() == 1 && value.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            var token = value.substring(SCHEME.length()).strip();
            if (!token.isEmpty() && token.length() <= LONGEST_TOKEN) {
                var hash = Sha256.of(token);
                var client = accounts.client(hash);
                if (client.isPresent() && MessageDigest.isEqual(client.get().tokenHash(), hash)) {
                    return new Client(
                            client.get().name(),
                            client.get().scopes(),
                            client.get().limit());
                }
            }
        }
        var wait = denials.count(UNKNOWN, request.getRemoteAddr());
        if (!wait.isZero()) {
            throw new Problem(ProblemType.TOO_MANY_REQUESTS, "Too many requests without a right token came from here.")
                    .retryAfter(wait);
        }
        record(UNKNOWN, request, "no token of this server");
        throw unauthorized("Authorization holds no token of this server.", CHALLENGE + ", error=\"invalid_token\"");
    }

    private static Problem unauthorized(String detail, String challenge) {
        return new Problem(ProblemType.UNAUTHORIZED, detail).header("WWW-Authenticate", challenge);
    }

    /**
     * Who sent a request, when its token allows this.
     *
     * @throws Problem when it does not
     */
    Client require(String scope, HttpServletRequest request) {
        var client = Client.of(request);
        if (client.scopes().contains(scope)) {
            return client;
        }
        recordBounded(client, request, "its token has no scope " + scope);
        throw new Problem(ProblemType.FORBIDDEN, "The token has no scope " + scope + ".")
                .header("WWW-Authenticate", CHALLENGE + ", error=\"insufficient_scope\", scope=\"" + scope + "\"");
    }

    /** Tells of denials that were counted only; called every minute. */
    void flush() {
        for (var counted : denials.take()) {
            trail.append(AuditEvent.ofPerson(
                    clock.instant(),
                    AuditType.API_DENIED,
                    counted.who(),
                    counted.source(),
                    counted.count() + " more requests were refused within a minute"));
        }
    }

    /**
     * Makes sure that a client may send a message.
     *
     * @param partners ids of the partners that get it
     * @throws Problem when its token is limited to others
     */
    void requireAllowed(Client client, String service, Collection<String> partners, HttpServletRequest request) {
        var limit = client.limit();
        var refused = limit.allowsService(service)
                ? partners.stream()
                        .filter(partner -> !limit.allowsPartner(partner))
                        .findFirst()
                        .map("partner "::concat)
                : Optional.of("service " + service);
        if (refused.isPresent()) {
            recordBounded(client, request, "its token is not for " + refused.get());
            throw new Problem(ProblemType.FORBIDDEN, "The token is not for " + refused.get() + ".")
                    .header("WWW-Authenticate", CHALLENGE + ", error=\"insufficient_scope\"");
        }
    }

    private void recordBounded(Client client, HttpServletRequest request, String detail) {
        if (denials.count(client.name(), request.getRemoteAddr()).isZero()) {
            record(client.name(), request, detail);
        }
    }

    private void record(String who, HttpServletRequest request, String detail) {
        trail.append(AuditEvent.ofPerson(clock.instant(), AuditType.API_DENIED, who, request.getRemoteAddr(), detail));
    }
}
