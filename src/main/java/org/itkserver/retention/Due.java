package org.itkserver.retention;

import java.time.Instant;
import java.util.List;

/**
 * What the next run will destroy, counted up to a bound.
 *
 * @param at when it was counted
 * @param services one a service and kind, by name; services without any are missing
 * @param more whether there is more than was looked at: then all counts mean "at least"
 */
public record Due(Instant at, List<OfService> services, boolean more) {
    public Due {
        services = List.copyOf(services);
    }

    /**
     * What is due of a service.
     *
     * @param messages how many messages
     * @param bytes how many stored bytes
     */
    public record OfService(String service, Purge kind, long messages, long bytes) {}
}
