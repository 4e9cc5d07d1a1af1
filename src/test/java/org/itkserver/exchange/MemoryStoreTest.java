package org.itkserver.exchange;

import org.itkserver.delivery.DeliveryQueue;

class MemoryStoreTest extends MessageStoreContract {
    private final MemoryStore memory = new MemoryStore(clock());

    @Override
    public MessageStore store() {
        return memory;
    }

    @Override
    public DeliveryQueue queue() {
        return memory;
    }

    @Override
    public MessageStore otherStore() {
        return memory;
    }

    @Override
    public BulkJobs bulkJobs() {
        return memory.bulkJobs();
    }

    @Override
    public BulkJobs otherBulkJobs() {
        return memory.bulkJobs();
    }

    @Override
    public DeliveryQueue otherQueue() {
        return memory;
    }
}
