package org.itkserver.store;

/** The database cannot be used until a person changes something: trying again does not help. The message is one sentence. */
public final class DatabaseRefused extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    public DatabaseRefused(String message) {
        super(message);
    }
}
