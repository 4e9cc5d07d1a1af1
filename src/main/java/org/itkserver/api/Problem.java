package org.itkserver.api;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Why a request is not done, as the application is told it (RFC 9457). Says which member breaks which rule, and nothing
 * about the inside of the server.
 */
final class Problem extends RuntimeException {
    static final String MEDIA_TYPE = "application/problem+json";

    private static final long serialVersionUID = 1L;
    private static final String TYPE = "urn:itk-transport-server:problem:";

    private final Kind kind;
    private final Map<String, String> members = new LinkedHashMap<>();
    private final Map<String, String> headers = new LinkedHashMap<>();

    /** Kinds of problem; the names are part of the API and never change. */
    enum Kind {
        BAD_REQUEST(400, "The request breaks a rule"),
        UNAUTHORIZED(401, "A token of this server is needed"),
        FORBIDDEN(403, "The token does not allow this"),
        NOT_FOUND(404, "There is no such thing"),
        METHOD_NOT_ALLOWED(405, "This address does not take that method"),
        NOT_ACCEPTABLE(406, "This address has no answer of the media type asked for"),
        CONFLICT(409, "The request contradicts an earlier one"),
        UNREADABLE_PAYLOAD(409, "The payload is not what its manifest says"),
        GONE(410, "Its content is gone"),
        TOO_LARGE(413, "The request is too large"),
        UNSUPPORTED_MEDIA_TYPE(415, "This address takes JSON only"),
        TOO_MANY_REQUESTS(429, "Too many failed attempts"),
        BUG(500, "Something went wrong in the server"),
        REFUSED_BY_PARTNER(502, "The partner did not answer the message"),
        UNAVAILABLE(503, "The request cannot be done now");

        private final int status;
        private final String title;

        Kind(int status, String title) {
            this.status = status;
            this.title = title;
        }

        /** The problem for a status that something else chose. */
        static Kind ofStatus(int status) {
            for (var kind : values()) {
                if (kind.status == status) {
                    return kind;
                }
            }
            return status < 500 ? BAD_REQUEST : BUG;
        }

        private String type() {
            return TYPE + name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
        }
    }

    /** @param detail what is wrong with this request, one sentence or two */
    Problem(Kind kind, String detail) {
        super(detail, null, false, false);
        this.kind = kind;
    }

    /** A member or parameter breaks a rule: "NAME must be such and such." */
    static Problem of(String member, String rule) {
        return new Problem(Kind.BAD_REQUEST, member + " " + rule + ".").member(member);
    }

    /** Names the member of the request, such as {@code payloads[0].mimeType}. */
    Problem member(@Nullable String name) {
        return name == null ? this : with("member", name);
    }

    /** Adds a member to the problem document. */
    Problem with(String name, String value) {
        members.put(name, value);
        return this;
    }

    /** Says when to try again. */
    Problem retryAfter(Duration wait) {
        return header("Retry-After", Long.toString(wait.plusMillis(999).toSeconds()));
    }

    Problem header(String name, String value) {
        headers.put(name, value);
        return this;
    }

    int status() {
        return kind.status;
    }

    Map<String, String> headers() {
        return headers;
    }

    byte[] json() {
        var out = new LinkedHashMap<String, Object>();
        out.put("type", kind.type());
        out.put("title", kind.title);
        out.put("status", kind.status);
        out.put("detail", getMessage());
        out.putAll(members);
        return Json.bytes(out);
    }
}
