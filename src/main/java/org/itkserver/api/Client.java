package org.itkserver.api;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Set;
import org.itkserver.audit.ClientLimit;

/**
 * An application that sent a request with a good token.
 *
 * @param name its name, as in the audit trail
 * @param scopes what its token allows
 * @param limit which messages it may see and send
 */
record Client(String name, Set<String> scopes, ClientLimit limit) {
    private static final String ATTRIBUTE = Client.class.getName();

    /** Notes who sent this request. */
    void attachTo(HttpServletRequest request) {
        request.setAttribute(ATTRIBUTE, this);
    }

    /** Who sent this request; it has passed {@link Gate}. */
    static Client of(HttpServletRequest request) {
        if (request.getAttribute(ATTRIBUTE) instanceof Client client) {
            return client;
        }
        throw new IllegalStateException("the request has not passed the gate");
    }
}
