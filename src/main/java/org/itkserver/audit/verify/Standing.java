package org.itkserver.audit.verify;

/** How far a row of the trail can be believed. */
enum Standing {
    /** It lies under a verified seal of a key that the person who checks has confirmed. */
    PROVEN,
    /** It lies under a seal whose key was not given, or is known from the database alone. */
    UNCONFIRMED,
    /** No seal covers it yet. */
    UNSEALED,
    /** Its node has no seal, or the seals over it are wrong. */
    NONE
}
