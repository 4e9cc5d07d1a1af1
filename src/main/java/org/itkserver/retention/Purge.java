package org.itkserver.retention;

import java.util.Locale;

/** What is destroyed of a message. The labels are stored; they are never renamed. */
public enum Purge {
    /** Its bytes and those of its response; the row stays. */
    CONTENT,
    /** Its row, with all that is left. */
    RECORD;

    /** As stored: lower case. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** @throws IllegalArgumentException for a label of none */
    public static Purge ofLabel(String label) {
        return valueOf(label.toUpperCase(Locale.ROOT));
    }
}
