package org.itkserver.audit;

import java.time.Instant;
import java.util.Collections;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A person who may sign in to the console.
 *
 * @param name 1 to 64 characters, compared exactly
 * @param passwordHash the hash with its method and salt in it; never shown
 * @param roles what the person may do, at least {@link Role#VIEWER}
 * @param active whether the person may sign in
 * @param mustChange whether the password is for one sign-in, to be changed before anything else
 * @param generation rises with each change of the password and each disabling; a session begun at an earlier one is over
 * @param lastSignedInAt null when never
 */
public record Account(
        String name,
        String passwordHash,
        Set<Role> roles,
        boolean active,
        boolean mustChange,
        int generation,
        Instant createdAt,
        Instant passwordChangedAt,
        @Nullable Instant lastSignedInAt) {
    public Account {
        roles = Collections.unmodifiableSet(Role.with(roles));
    }

    /** Without the hash, so that it gets into no log. */
    @Override
    public String toString() {
        return "Account[" + name + ", " + roles + ", generation " + generation + "]";
    }
}
