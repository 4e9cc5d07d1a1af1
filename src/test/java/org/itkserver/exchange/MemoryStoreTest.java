package org.itkserver.exchange;

import org.itkserver.delivery.DeliveryQueue;

class MemoryStoreTest extends MessageStoreContract {
    private final MemoryStore memory = new MemoryStore();

    @Override
    protected MessageStore store() {
        return memory;
    }

    @Override
    protected DeliveryQueue queue() {
        return memory;
    }
}
