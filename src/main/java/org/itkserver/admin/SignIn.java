package org.itkserver.admin;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Optional;

/**
 * Says who is signed in; {@link Guard} asks nothing else. Another way to sign in (OpenID Connect) replaces the
 * implementation and what answers at {@link Guard#LOGIN}. Thread-safe.
 */
@FunctionalInterface
interface SignIn {

    /** Who sent this request, empty when nobody is signed in or the time is up. */
    Optional<Person> person(HttpServletRequest request);
}
