package org.itkserver.watch;

import java.time.Instant;

/**
 * How often something happened in an hour.
 *
 * @param hour its start
 * @param partner id of the partner; {@link #ALL} for all together, which is counted apart
 * @param bucket which {@link Latency} bucket; 0 when there is no latency
 */
public record Tally(Instant hour, String partner, TrafficKind kind, int bucket, long count) {
    static final String ALL = "";
}
