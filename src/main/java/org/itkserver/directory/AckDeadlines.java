package org.itkserver.directory;

import java.time.Duration;

/**
 * How long a message that asked for acknowledgements waits for them before it is overdue.
 *
 * @param infrastructure wait for the infrastructure acknowledgement
 * @param business wait for the business acknowledgement
 */
public record AckDeadlines(Duration infrastructure, Duration business) {
    public static final AckDeadlines DEFAULT = new AckDeadlines(Duration.ofHours(24), Duration.ofDays(7));
}
