package org.itkserver.directory;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;

/** A handler as the directory describes it. */
public sealed interface HandlerSettings {

    /** Its name in {@code directory.yaml}. */
    String name();

    /**
     * A back end reached by HTTP.
     *
     * @param http where payloads are posted
     * @param timeout longest wait for its answer
     */
    record Http(String name, URI http, Duration timeout) implements HandlerSettings {}

    /**
     * A folder that payloads are written to.
     *
     * @param folder as written; a relative one lies under {@code ITK_HOME}
     */
    record Folder(String name, Path folder) implements HandlerSettings {}
}
