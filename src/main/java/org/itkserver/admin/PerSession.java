package org.itkserver.admin;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * One value for each session, in the memory of this node, for the {@value #MOST} sessions that used theirs last.
 * Thread-safe.
 */
final class PerSession<T> {
    private static final int MOST = 1_000;

    private final Map<String, T> values = Collections.synchronizedMap(new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, T> eldest) {
            return size() > MOST;
        }
    });

    void put(Person person, T value) {
        values.put(person.formToken(), value);
    }

    /** The value, which is gone with that. */
    Optional<T> take(Person person) {
        return Optional.ofNullable(values.remove(person.formToken()));
    }

    Optional<T> get(Person person) {
        return Optional.ofNullable(values.get(person.formToken()));
    }
}
