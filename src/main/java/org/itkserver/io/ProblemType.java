package org.itkserver.io;

import java.util.Locale;

/**
 * The types of problem document (RFC 9457) that this server answers, whether the REST API or the HTTP edge before it
 * refuses the request. The names are part of the API and never change. Immutable.
 */
public enum ProblemType {
    BAD_REQUEST(400, "The request breaks a rule"),
    UNAUTHORIZED(401, "A token of this server is needed"),
    FORBIDDEN(403, "The token does not allow this"),
    NOT_FOUND(404, "The resource does not exist"),
    METHOD_NOT_ALLOWED(405, "This address does not take that method"),
    NOT_ACCEPTABLE(406, "This address has no answer of the media type asked for"),
    REQUEST_TIMEOUT(408, "The request's body came too slowly"),
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

    ProblemType(int status, String title) {
        this.status = status;
        this.title = title;
    }

    /** The type for an HTTP status that something else chose; never null. */
    public static ProblemType ofStatus(int status) {
        for (var type : values()) {
            if (type.status == status) {
                return type;
            }
        }
        return status < 500 ? BAD_REQUEST : BUG;
    }

    /** The HTTP status of the answer. */
    public int status() {
        return status;
    }

    /** The document's {@code title}. */
    public String title() {
        return title;
    }

    /** The document's {@code type}, a URN. */
    public String urn() {
        return "urn:itk-transport-server:problem:"
                + name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
