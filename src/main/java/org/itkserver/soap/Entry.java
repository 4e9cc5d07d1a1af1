package org.itkserver.soap;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a request over TLS before anything of it is read.
 *
 * @param partner id of the partner that its connection proves, null for a stranger, from whom nothing may be read
 * @param pause how long it has to wait for its turn, null when its partner sends too much ({@code rate} in its entry)
 */
public record Entry(@Nullable String partner, @Nullable Duration pause) {
    static final Entry STRANGER = new Entry(null, Duration.ZERO);
}
