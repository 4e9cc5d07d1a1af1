package org.itkserver.audit.verify;

import java.security.PublicKey;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.itkserver.audit.Anchor;
import org.itkserver.audit.SealKey;
import org.jspecify.annotations.Nullable;

/**
 * The public keys that seals are checked with. A key is confirmed when the person who checks has given it, or when an anchor
 * that is kept outside the database has its id; the database alone confirms none. Immutable.
 */
final class Keys {
    private final Map<String, PublicKey> known = new HashMap<>();
    private final Set<String> confirmed = new HashSet<>();

    Keys(Check check, TrailSource source) {
        source.publicKeys((id, pem) -> {
            var key = parsed(pem);
            if (key != null && SealKey.id(key).equals(id)) {
                known.put(id, key);
            }
        });
        known.putAll(check.keys());
        confirmed.addAll(check.keys().keySet());
        check.anchors().stream()
                .map(Anchor::keyId)
                .filter(id -> id != null && known.containsKey(id))
                .forEach(confirmed::add);
    }

    private static @Nullable PublicKey parsed(String pem) {
        try {
            return SealKey.readPublic(pem);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /** The key with this id; null when it was not given and is not in the database. */
    @Nullable
    PublicKey find(String id) {
        return known.get(id);
    }

    boolean isConfirmed(String id) {
        return confirmed.contains(id);
    }
}
