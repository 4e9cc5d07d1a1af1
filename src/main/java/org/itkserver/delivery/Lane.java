package org.itkserver.delivery;

/**
 * Work that shares a fate: the same handler, the same endpoint. Each lane has its own cap and its own breaker, so that one
 * dead peer never slows another.
 *
 * @param kind what is to be done
 * @param name by whom or where to
 */
public record Lane(Kind kind, String name) {

    /** What is to be done. The labels are stored; they are never renamed. */
    public enum Kind {
        /** Give a message to a handler. */
        HANDLE,
        /** Answer a synchronous request; the request's own thread does it. */
        SYNC,
        /** Send a message to an endpoint. */
        SEND,
        /** Look whether something that was due has happened. */
        EXPIRE,
        /** Wait until a subscriber collects and confirms it. */
        QUEUE;

        /** As stored: lower case. */
        public String label() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }

        /** @throws IllegalArgumentException for a label of no kind */
        public static Kind ofLabel(String label) {
            return valueOf(label.toUpperCase(java.util.Locale.ROOT));
        }
    }
}
