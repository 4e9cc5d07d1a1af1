package org.itkserver.api;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.itkserver.io.ProblemType;
import org.jspecify.annotations.Nullable;

/**
 * Why a request is not done, as the application is told it (RFC 9457). Says which member breaks which rule, and nothing
 * about the inside of the server.
 */
final class Problem extends RuntimeException {
    static final String MEDIA_TYPE = "application/problem+json";

    private static final long serialVersionUID = 1L;

    private final ProblemType type;
    private final Map<String, String> members = new LinkedHashMap<>();
    private final Map<String, String> headers = new LinkedHashMap<>();

    /** @param detail what is wrong with this request, one sentence or two */
    Problem(ProblemType type, String detail) {
        super(detail, null, false, false);
        this.type = type;
    }

    /** A member or parameter breaks a rule: "NAME must be such and such." */
    static Problem of(String member, String rule) {
        return new Problem(ProblemType.BAD_REQUEST, member + " " + rule + ".").member(member);
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
        return type.status();
    }

    Map<String, String> headers() {
        return headers;
    }

    byte[] json() {
        var out = new LinkedHashMap<String, Object>();
        out.put("type", type.urn());
        out.put("title", type.title());
        out.put("status", type.status());
        out.put("detail", getMessage());
        out.putAll(members);
        return Json.bytes(out);
    }
}
