package org.itkserver.exchange;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/** A transport whose peers answer as told, and take everything when not told. */
final class FakeTransport implements Transport {
    private final Deque<Result> results = new ArrayDeque<>();
    private final Deque<Runnable> events = new ArrayDeque<>();
    private final List<Sent> sent = new ArrayList<>();

    /**
     * What was sent.
     *
     * @param content the content of the SOAP body
     */
    record Sent(URI endpoint, String username, Letter letter, String content) {}

    /** What the next attempt comes to. */
    void next(Result result) {
        results.add(result);
    }

    /** From now on peers take everything again. */
    void clear() {
        results.clear();
    }

    /** What happens while the next attempt is on its way. */
    void whileSending(Runnable event) {
        events.add(event);
    }

    /** Everything sent so far. */
    List<Sent> sent() {
        return List.copyOf(sent);
    }

    /** The only thing sent so far. */
    Sent only() {
        if (sent.size() != 1) {
            throw new AssertionError(sent.size() + " letters were sent");
        }
        return sent.get(0);
    }

    @Override
    public Result send(URI endpoint, String username, Letter letter) {
        try (var bytes =
                letter.body().open(letter.content().start(), letter.content().end())) {
            sent.add(new Sent(endpoint, username, letter, new String(bytes.readAllBytes(), letter.charset())));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Optional.ofNullable(events.poll()).ifPresent(Runnable::run);
        return results.isEmpty() ? new Taken("MESSAGE-" + sent.size(), null) : results.remove();
    }
}
