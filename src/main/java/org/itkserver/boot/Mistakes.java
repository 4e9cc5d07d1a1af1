package org.itkserver.boot;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Collects what is wrong with a configuration, so that all of it is said at once. One thread. */
final class Mistakes {
    private final Set<String> lines = new LinkedHashSet<>();

    /** The value; after a mistake, null, and {@link #throwIfAny} then throws. */
    @SuppressWarnings("NullAway")
    <T> T orNull(Supplier<? extends @Nullable T> value) {
        return or(null, value);
    }

    /** The value, or another one after a mistake. */
    <T> T or(@Nullable T otherwise, Supplier<? extends @Nullable T> value) {
        try {
            return value.get();
        } catch (IllegalArgumentException e) {
            add(e);
            return otherwise;
        }
    }

    /** Adds the lines of an exception's message. */
    void add(IllegalArgumentException mistake) {
        lines.addAll(String.valueOf(mistake.getMessage()).lines().toList());
    }

    /** Runs something; whether it made no mistake. */
    boolean in(Runnable task) {
        int before = lines.size();
        or(null, () -> {
            task.run();
            return null;
        });
        return lines.size() == before;
    }

    /** Whether there are none. */
    boolean isEmpty() {
        return lines.isEmpty();
    }

    /** One sentence each, in the order in which they were found. */
    List<String> lines() {
        return List.copyOf(lines);
    }

    /** @throws IllegalArgumentException with one line for each mistake */
    void throwIfAny() {
        if (!lines.isEmpty()) {
            throw new IllegalArgumentException(String.join("\n", lines));
        }
    }
}
