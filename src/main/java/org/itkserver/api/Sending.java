package org.itkserver.api;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.itkserver.directory.Directory;
import org.itkserver.directory.Partner;
import org.itkserver.directory.Pattern;
import org.itkserver.exchange.MessageRecord;
import org.itkserver.exchange.MessageState;
import org.itkserver.exchange.MessageStore;
import org.itkserver.exchange.Submissions;
import org.itkserver.exchange.Submissions.Submission;
import org.itkserver.io.ProblemType;
import org.jspecify.annotations.Nullable;

/** Sends messages and, where the application wants that, waits for the response. Thread-safe. */
final class Sending {
    /** Each wait holds a thread of the server; who finds none free is told what there is to tell now. */
    private static final int WAITS_AT_ONCE = 16;

    private static final long SHORTEST_PAUSE = 20;
    private static final long LONGEST_PAUSE = 250;
    private static final Set<MessageState> FAILED =
            Set.of(MessageState.REJECTED, MessageState.DEAD_LETTER, MessageState.OVERDUE);

    private final Submissions submissions;
    private final MessageStore store;
    private final Messages messages;
    private final Supplier<Directory> directory;
    private final Semaphore waits = new Semaphore(WAITS_AT_ONCE);

    Sending(Submissions submissions, MessageStore store, Messages messages, Supplier<Directory> directory) {
        this.submissions = submissions;
        this.store = store;
        this.messages = messages;
        this.directory = directory;
    }

    /**
     * Makes a message durable, to be sent.
     *
     * @param wait how long to wait for the response, null not to wait
     * @param client who sends it
     * @return the message as it is then
     * @throws Problem when the partner refused it, or the submission cannot be waited for, or its tracking id belongs to a message that
     *     the client may not see
     */
    MessageRecord send(Submission submission, @Nullable Duration wait, Client client) {
        if (wait != null) {
            requireOneResponse(submission);
        }
        var visibility = messages.visibility(client);
        var trackingId = submissions.submit(submission, visibility::sees);
        var message = messages.sent(trackingId, visibility);
        if (wait == null) {
            return message;
        }
        var now = awaited(message, wait);
        if (FAILED.contains(now.state())) {
            throw new Problem(
                            ProblemType.REFUSED_BY_PARTNER,
                            "Partner " + now.partner() + ": " + (now.reason() == null ? "no reason" : now.reason()))
                    .with("trackingId", trackingId)
                    .with("state", now.state().label());
        }
        return now;
    }

    /** Ids of the partners that a message would be sent to, as far as its addresses lead to one. */
    Set<String> partners(Submission submission) {
        var named = submission.partner();
        if (named != null) {
            return Set.of(named);
        }
        var current = directory.get();
        return submission.to().stream()
                .flatMap(address -> current.nextHop(address).stream())
                .map(Partner::id)
                .collect(Collectors.toSet());
    }

    private void requireOneResponse(Submission submission) {
        var current = directory.get();
        var service = current.services().get(submission.service());
        if (service != null && service.pattern() != Pattern.SYNCHRONOUS) {
            throw Problem.of("wait", "is for synchronous services; " + service.name() + " has no response");
        }
        long partners =
                submission.to().stream().map(current::nextHop).distinct().count();
        if (submission.partner() == null && partners > 1) {
            throw Problem.of("wait", "is for one partner; the addresses belong to " + partners);
        }
    }

    private MessageRecord awaited(MessageRecord message, Duration wait) {
        if (!waits.tryAcquire()) {
            return message;
        }
        try {
            long end = System.nanoTime() + wait.toNanos();
            long pause = SHORTEST_PAUSE;
            var now = message;
            while (now.state() == MessageState.ACCEPTED && System.nanoTime() < end) {
                long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime()) + 1;
                TimeUnit.MILLISECONDS.sleep(Math.min(pause, left));
                pause = Math.min(LONGEST_PAUSE, pause * 3 / 2);
                now = store.message(message.id()).orElseThrow();
            }
            return now;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return message;
        } finally {
            waits.release();
        }
    }
}
