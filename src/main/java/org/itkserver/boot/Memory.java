package org.itkserver.boot;

import org.itkserver.io.MemoryBudget;

/**
 * How the heap for whole messages is shared. Each use has an eighth or a sixteenth for itself; the rest is for whoever asks
 * first.
 *
 * @param total the budget that the shares belong to
 * @param api bodies of the REST API
 * @param queues answers to queue collections
 * @param outboxes files of outbox folders
 */
record Memory(MemoryBudget total, MemoryBudget.Share api, MemoryBudget.Share queues, MemoryBudget.Share outboxes) {
    /** Heap that everything else needs. */
    private static final long REST = 160L << 20;

    private static final long LEAST = 32L << 20;

    /** @param heap bytes of heap of this process */
    static Memory of(long heap) {
        long bytes = Math.max(LEAST, heap - REST);
        var budget = new MemoryBudget(bytes, bytes / 4);
        return new Memory(
                budget,
                budget.share("the REST API", bytes / 8),
                budget.share("queue collections", bytes / 16),
                budget.share("outboxes", bytes / 16));
    }
}
