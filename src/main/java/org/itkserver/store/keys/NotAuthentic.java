package org.itkserver.store.keys;

/** Encrypted bytes are not those that were written: altered, moved to another place, or of another key. */
public final class NotAuthentic extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Bytes that do not decrypt, or do not decompress. */
    public NotAuthentic() {
        super("encrypted bytes are not those that were written");
    }
}
