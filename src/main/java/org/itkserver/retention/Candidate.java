package org.itkserver.retention;

import java.time.Instant;

/**
 * A message that came to its end and whose bytes nothing needs. Whether its time is over is for {@link Terms} to say.
 *
 * @param id row id
 * @param sha256 of its bytes as received or made
 * @param service service name
 * @param receivedAt when it came or was made
 * @param endedAt when its state last changed, or that of the last message that forwards it; when it came if none ever did
 * @param undecided whether an application has still to decide its business outcome
 * @param bytes stored bytes, those of its response included
 */
public record Candidate(
        long id, byte[] sha256, String service, Instant receivedAt, Instant endedAt, boolean undecided, long bytes) {}
