package org.itkserver.store;

import java.util.Map;
import java.util.Optional;
import org.itkserver.audit.StoreUnavailable;
import org.itkserver.store.keys.DayKey;
import org.itkserver.store.keys.KeyFolder;
import org.jspecify.annotations.Nullable;

/** Which keys contents are encrypted with at rest. Thread-safe. */
interface ContentKeys {
    /** For a server whose contents are not encrypted. */
    ContentKeys NONE = reading(null);

    /**
     * The key for what is written now.
     *
     * @return null when nothing is to be encrypted
     * @throws StoreUnavailable when there must be one and cannot
     */
    @Nullable
    DayKey current();

    /**
     * The key of this name.
     *
     * @return empty when it is gone for ever
     * @throws StoreUnavailable when it cannot be had now, or keys are not set up
     */
    Optional<DayKey> find(String id);

    /** Keys for reading what is there, null for none at all. */
    static ContentKeys reading(@Nullable KeyFolder folder) {
        return reading(folder, Map.of());
    }

    /**
     * The same with keys that are known already and count although their files may be gone by now.
     *
     * @param known by id
     */
    static ContentKeys reading(@Nullable KeyFolder folder, Map<String, DayKey> known) {
        return new ContentKeys() {
            @Override
            public @Nullable DayKey current() {
                return null;
            }

            @Override
            public Optional<DayKey> find(String id) {
                if (folder == null) {
                    throw new StoreUnavailable(
                            "contents are encrypted with the key " + id + ", and ITK_CONTENT_KEY_FILE is not set");
                }
                var early = known.get(id);
                return early == null ? folder.find(id) : Optional.of(early);
            }
        };
    }
}
