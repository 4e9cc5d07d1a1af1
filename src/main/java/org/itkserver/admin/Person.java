package org.itkserver.admin;

import jakarta.servlet.http.HttpServletRequest;

/**
 * Somebody who is signed in.
 *
 * @param name the name, as in the audit trail
 * @param formToken secret of this person's session that every form sends back
 */
public record Person(String name, String formToken) {
    private static final String ATTRIBUTE = Person.class.getName();

    /** Notes who sent this request. */
    void attachTo(HttpServletRequest request) {
        request.setAttribute(ATTRIBUTE, this);
    }

    /** Who sent this request; it has passed {@link Guard}. */
    static Person of(HttpServletRequest request) {
        if (request.getAttribute(ATTRIBUTE) instanceof Person person) {
            return person;
        }
        throw new IllegalStateException("the request has not passed the guard");
    }
}
