package org.itkserver.watch;

import java.time.Instant;

/**
 * How often something happened in an hour.
 *
 * @param hour its start
 * @param partner id of the partner; empty for all together
 * @param bucket which {@link Latency} bucket; 0 when there is no latency
 */
public record Tally(Instant hour, String partner, TrafficKind kind, int bucket, long count) {}
