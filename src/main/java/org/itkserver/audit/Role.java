package org.itkserver.audit;

import java.util.Collection;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * What a person may do at the console. Roles do not contain each other, but everybody is a {@link #VIEWER}. The names are
 * stored; they are never renamed.
 */
public enum Role {
    /** Lists of messages; state, metadata and events of a message. */
    VIEWER("see the messages, their state and their events, but not what is in them"),
    /** Payloads, which hold data of patients. */
    CLINICAL("open and download messages, which hold data of patients; each time is recorded"),
    /** Sending again, and dead letters. */
    OPERATOR("send messages again and deal with dead letters"),
    /** The audit trail, the proof of what was destroyed, and exports of both. */
    AUDITOR("look through the audit trail and the proof of what was destroyed, and export both"),
    /** People, the applications that use the REST API, legal holds. */
    ADMIN("add people and applications, and say what they may do; set and lift legal holds, destroy what is due");

    private final String allows;

    Role(String allows) {
        this.allows = allows;
    }

    /** The name as stored and shown: lower case. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** What it allows, as the rest of a sentence that begins with "may". */
    public String allows() {
        return allows;
    }

    /** The role with this label, empty when there is none. */
    public static Optional<Role> of(String label) {
        for (var role : values()) {
            if (role.label().equals(label)) {
                return Optional.of(role);
            }
        }
        return Optional.empty();
    }

    /** These roles and {@link #VIEWER}, in the order above. */
    public static Set<Role> with(Collection<Role> roles) {
        var out = EnumSet.of(VIEWER);
        out.addAll(roles);
        return out;
    }

    /** All there are. */
    public static Set<Role> all() {
        return EnumSet.allOf(Role.class);
    }
}
