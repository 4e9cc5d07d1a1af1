package content;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** What has come out of the server, by exit and id, until it is compared. Thread-safe. */
final class Exits {
    private static final int PATIENCE = 120;

    /** Ways out that bring the bytes to us. */
    enum Exit {
        /** The body that a back end gets, by tracking id. */
        HTTP,
        /** The message that the next hop gets, by tracking id. */
        PARTNER,
        /** A response at a callback URL, by the MessageID that it relates to. */
        CALLBACK,
        /** A message or response in a queue, by tracking id or by the MessageID that it relates to. */
        QUEUE
    }

    private final Map<String, CompletableFuture<byte[]>> arrived = new ConcurrentHashMap<>();
    private final Set<String> refused = ConcurrentHashMap.newKeySet();
    private final Set<String> delivered = ConcurrentHashMap.newKeySet();

    void arrive(Exit exit, String id, byte[] bytes) {
        if (refused.contains(id)) {
            delivered.add(id);
        }
        arrived.computeIfAbsent(exit + id, key -> new CompletableFuture<>()).complete(bytes);
    }

    /** The bytes that came out there. */
    byte[] await(Exit exit, String id) throws InterruptedException {
        try {
            return arrived.computeIfAbsent(exit + id, key -> new CompletableFuture<>()).get(PATIENCE, TimeUnit.SECONDS);
        } catch (TimeoutException | ExecutionException e) {
            throw new IllegalStateException(id + " did not come out at " + exit + " within " + PATIENCE + " s", e);
        } finally {
            arrived.remove(exit + id);
        }
    }

    /** Nothing with this id may come out. */
    void refuse(String id) {
        refused.add(id);
        for (var exit : Exit.values()) {
            if (arrived.containsKey(exit + id)) {
                delivered.add(id);
            }
        }
    }

    /** Ids of refused messages that came out somewhere. */
    Set<String> deliveredAlthoughRefused() {
        return delivered;
    }
}
