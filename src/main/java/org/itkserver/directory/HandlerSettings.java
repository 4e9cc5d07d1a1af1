package org.itkserver.directory;

import java.net.URI;
import java.time.Duration;

/**
 * A handler that is a back end reached by HTTP.
 *
 * @param name its name in {@code directory.yaml}
 * @param http where payloads are posted
 * @param timeout longest wait for its answer
 */
public record HandlerSettings(String name, URI http, Duration timeout) {}
