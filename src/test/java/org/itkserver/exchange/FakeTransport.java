package org.itkserver.exchange;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** A transport whose peers answer as told, and take everything when not told. */
final class FakeTransport implements Transport {
    private final Deque<Result> results = new ArrayDeque<>();
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
        return results.isEmpty() ? new Taken("MESSAGE-" + sent.size(), null) : results.remove();
    }
}
