package org.itkserver.store;

/** The entry itself cannot be stored; the database is well. */
final class EntryRefused extends RuntimeException {
    private static final long serialVersionUID = 1L;

    EntryRefused(String state) {
        super("the database refused the entry: " + state, null, false, false);
    }
}
