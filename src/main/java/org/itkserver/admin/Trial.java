package org.itkserver.admin;

import java.io.IOException;
import java.time.Duration;

/** Sends a message to this server itself, over HTTP as a partner would. Thread-safe. */
public interface Trial {

    /** Whether messages may be tried: only where everybody on this machine is trusted and nothing is real. */
    boolean isAllowed();

    /** The address messages are sent to, such as {@code http://127.0.0.1:8080}. */
    String base();

    /**
     * Posts a message.
     *
     * @param path address below {@link #base()}
     * @param action its {@code wsa:Action}
     * @param soap12 whether it is SOAP 1.2
     * @param message the SOAP envelope
     * @throws IOException when there was no answer
     * @throws InterruptedException when the waiting thread is interrupted
     */
    Answer send(String path, String action, boolean soap12, String message) throws IOException, InterruptedException;

    /**
     * What came back.
     *
     * @param status HTTP status
     * @param body the answer, at most 256 KB of it
     * @param took until all of it was there
     */
    record Answer(int status, String body, Duration took) {}
}
