package org.itkserver.boot;

import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches the folder of a file, and tells a file that was moved to its name from one that was created there and written. Where the
 * file system reports no events (a network file system, for example), it says nothing. One thread.
 */
class Arrivals implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Arrivals.class);

    /** What happened to the name since {@link #forget}. */
    private enum State {
        NOTHING,
        ARRIVED,
        WRITTEN
    }

    private @Nullable WatchService service;
    private @Nullable WatchKey key;
    private @Nullable Path watched;
    private State state = State.NOTHING;
    private boolean created;

    /**
     * Reads the events about a file.
     *
     * @param real its path without symbolic links
     */
    void look(Path real) {
        var folder = Objects.requireNonNull(real.getParent());
        if (key == null || !key.isValid() || !folder.equals(watched)) {
            watch(folder);
        }
        var current = key;
        if (current == null) {
            return;
        }
        for (var event : current.pollEvents()) {
            var kind = event.kind();
            if (kind == StandardWatchEventKinds.OVERFLOW) {
                state = State.WRITTEN;
            } else if (Objects.equals(real.getFileName(), event.context())) {
                state = after(kind);
                created |= kind == StandardWatchEventKinds.ENTRY_CREATE;
            }
        }
        current.reset();
    }

    private static State after(WatchEvent.Kind<?> kind) {
        if (kind == StandardWatchEventKinds.ENTRY_CREATE) {
            return State.ARRIVED;
        }
        return kind == StandardWatchEventKinds.ENTRY_DELETE ? State.NOTHING : State.WRITTEN;
    }

    private void watch(Path folder) {
        forget();
        try {
            if (key != null) {
                key.cancel();
            }
            if (service == null) {
                service = folder.getFileSystem().newWatchService();
            }
            key = folder.register(
                    service,
                    StandardWatchEventKinds.ENTRY_CREATE,
                    StandardWatchEventKinds.ENTRY_DELETE,
                    StandardWatchEventKinds.ENTRY_MODIFY);
            watched = folder;
        } catch (IOException | ClosedWatchServiceException | UnsupportedOperationException e) {
            key = null;
            LOG.debug("the folder {} cannot be watched", folder, e);
        }
    }

    /** Whether the last event was a name that came whole: it was renamed or linked, and not written, since. */
    boolean isMovedIn() {
        return state == State.ARRIVED;
    }

    /** Whether the name was given to another file, which may have the inode of the one before. */
    boolean isAnotherFile() {
        return created;
    }

    /** What happened so far belongs to a version that was judged. */
    void forget() {
        state = State.NOTHING;
        created = false;
    }

    @Override
    public void close() {
        try {
            if (service != null) {
                service.close();
            }
        } catch (IOException e) {
            LOG.debug("the watch of the folder could not be ended", e);
        }
    }
}
