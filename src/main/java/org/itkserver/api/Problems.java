package org.itkserver.api;

import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.ExceptionMapper;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import org.itkserver.audit.StoreUnavailable;
import org.itkserver.exchange.Submissions;
import org.itkserver.io.ProblemType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one place that turns what went wrong into a {@link Problem}, and a problem into an answer. */
public final class Problems implements ExceptionMapper<Throwable> {
    private static final Logger LOG = LoggerFactory.getLogger(Problems.class);
    /** Refusals begin with the word for what they are about; the member of the request that says it. */
    private static final Map<String, String> MEMBERS = Map.of(
            "trackingId", "trackingId",
            "service", "service",
            "partner", "partner",
            "to", "to",
            "address", "to",
            "payload", "payloads");

    private static final Duration AWAY = Duration.ofSeconds(5);

    Problems() {}

    @Override
    public Response toResponse(Throwable failure) {
        if (failure instanceof OutOfMemoryError error) {
            throw error; // the process ends
        }
        if (failure instanceof WebApplicationException done
                && done.getResponse().getStatus() < 400) {
            return done.getResponse();
        }
        var problem = of(failure);
        var answer = Response.status(problem.status()).type(Problem.MEDIA_TYPE).entity(problem.json());
        problem.headers().forEach(answer::header);
        return answer.build();
    }

    /** The problem that a failure is. */
    Problem of(Throwable failure) {
        if (failure instanceof Problem problem) {
            return problem;
        }
        if (failure instanceof Submissions.Refused refused) {
            return refused(refused);
        }
        if (failure instanceof StoreUnavailable) {
            LOG.warn("an application is told to try again: {}", failure.getMessage());
            return new Problem(
                            ProblemType.UNAVAILABLE,
                            "The database cannot be reached; the same request may be sent again.")
                    .retryAfter(AWAY);
        }
        if (failure instanceof WebApplicationException web && web.getResponse().getStatus() < 500) {
            return ofResponse(web.getResponse());
        }
        var number = UUID.randomUUID().toString();
        LOG.error("a request of an application failed; it was told the number {}", number, failure);
        return new Problem(ProblemType.BUG, "The log of the server tells more under the number " + number + ".");
    }

    private static Problem refused(Submissions.Refused refused) {
        var kind =
                switch (refused.why()) {
                    case INVALID -> ProblemType.BAD_REQUEST;
                    case NOT_FOUND -> ProblemType.NOT_FOUND;
                    case CONFLICT -> ProblemType.CONFLICT;
                    case GONE -> ProblemType.GONE;
                };
        var text = String.valueOf(refused.getMessage());
        return new Problem(kind, text).member(MEMBERS.get(text.split(" ", 2)[0]));
    }

    /** What Jakarta REST refused by itself; its text is not passed on. */
    private static Problem ofResponse(Response response) {
        var problem = ofStatus(response.getStatus());
        var allow = response.getHeaderString(HttpHeaders.ALLOW);
        return allow == null ? problem : problem.header(HttpHeaders.ALLOW, allow);
    }

    /** The problem for a status that something else chose. */
    static Problem ofStatus(int status) {
        var kind = ProblemType.ofStatus(status);
        return new Problem(kind, detail(kind));
    }

    private static String detail(ProblemType kind) {
        return switch (kind) {
            case NOT_FOUND -> "Nothing answers at this address; /api/openapi.yaml lists what does.";
            case METHOD_NOT_ALLOWED -> "The header Allow names the methods of this address.";
            case NOT_ACCEPTABLE -> "Accept must allow application/json, and for the description application/yaml.";
            default -> "The request cannot be understood.";
        };
    }
}
