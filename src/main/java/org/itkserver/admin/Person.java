package org.itkserver.admin;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Set;
import org.itkserver.audit.Role;

/**
 * Somebody who is signed in.
 *
 * @param name the name, as in the audit trail
 * @param formToken secret of this person's session that every form sends back
 * @param roles what this person may do just now
 * @param mustChange whether the password has to be changed before anything else
 */
public record Person(String name, String formToken, Set<Role> roles, boolean mustChange) {
    private static final String ATTRIBUTE = Person.class.getName();

    public Person {
        roles = Set.copyOf(roles);
    }

    /** Whether this person may do what the role allows. */
    public boolean has(Role role) {
        return roles.contains(role);
    }

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
