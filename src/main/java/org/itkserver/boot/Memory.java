package org.itkserver.boot;

import org.itkserver.io.MemoryBudget;

/**
 * How the heap for whole messages is shared. Each use has a small part for itself; the rest is for the first that asks. The bytes
 * of requests and responses that the HTTP edge holds ({@code ITK_BYTES_IN_FLIGHT}) are taken from the heap before.
 *
 * @param api bodies and answers of the REST API
 * @param queues answers to queue collections
 * @param outboxes files of outbox folders
 * @param signatures messages that are signed, or whose signature is verified
 * @param console messages that people look at
 */
record Memory(
        MemoryBudget.Share api,
        MemoryBudget.Share queues,
        MemoryBudget.Share outboxes,
        MemoryBudget.Share signatures,
        MemoryBudget.Share console) {
    /** Heap that everything else needs. */
    private static final long REST = 80L << 20;

    private static final long LEAST = 32L << 20;
    /** Of these parts, each share has one or two for itself. */
    private static final int PARTS = 32;

    /**
     * @param heap bytes of heap of this process
     * @param edge bytes of it that the HTTP edge may hold
     */
    static Memory of(long heap, long edge) {
        long bytes = Math.max(LEAST, heap - REST - edge);
        long part = bytes / PARTS;
        var budget = new MemoryBudget(bytes, 7 * part);
        return new Memory(
                budget.share("the REST API", 2 * part),
                budget.share("queue collections", part),
                budget.share("outboxes", part),
                budget.share("signed messages", 2 * part),
                budget.share("views of the console", part));
    }
}
