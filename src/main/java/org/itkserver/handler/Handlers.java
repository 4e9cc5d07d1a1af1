package org.itkserver.handler;

import java.util.Optional;

/** The handlers by the names the directory uses. Thread-safe. */
@FunctionalInterface
public interface Handlers {

    /** The handler of this name, empty when there is none. */
    Optional<PayloadHandler> find(String name);
}
