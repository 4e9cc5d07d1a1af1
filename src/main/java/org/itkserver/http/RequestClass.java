package org.itkserver.http;

/** Requests that share memory, disk space and threads; no class can take what belongs to another. */
enum RequestClass {
    /** ITK messages over connections that prove a partner by its certificate. */
    PARTNER(8),
    /** ITK messages over any other connection. */
    ANONYMOUS(2),
    /** The REST API. */
    API(4),
    /** The console, and everything else. */
    CONSOLE(2);

    private static final int PARTS = 16;

    private final int parts;

    RequestClass(int parts) {
        this.parts = parts;
    }

    /**
     * This class's share of a number of bytes.
     *
     * @param tls whether partners can prove themselves; otherwise their share belongs to {@link #ANONYMOUS}
     */
    long share(long total, boolean tls) {
        int mine = parts;
        if (!tls) {
            mine = this == PARTNER ? 0 : this == ANONYMOUS ? PARTNER.parts + ANONYMOUS.parts : parts;
        }
        return total / PARTS * mine;
    }
}
