package org.itkserver.envelope;

/** Where new identifiers come from; injected so that tests can fix them. Implementations are thread-safe. */
@FunctionalInterface
public interface Ids {

    /** A fresh UUID in upper case, the form ITK prefers (WS-ADR-01). */
    String next();

    /** Random version 4 UUIDs. */
    static Ids random() {
        return () -> java.util.UUID.randomUUID().toString().toUpperCase(java.util.Locale.ROOT);
    }
}
