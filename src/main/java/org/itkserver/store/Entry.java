package org.itkserver.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.itkserver.audit.AuditEvent;
import org.itkserver.audit.MessageFields;
import org.itkserver.exchange.Acceptance;
import org.itkserver.exchange.Change;
import org.itkserver.exchange.MessageKind;
import org.itkserver.exchange.OutboundMessage;
import org.itkserver.exchange.Repair;
import org.itkserver.exchange.Settlement;
import org.itkserver.exchange.StoredMessage;
import org.jspecify.annotations.Nullable;

/** Something to be made durable in the next group. Its result is complete after the commit. */
sealed interface Entry {

    /** Whether it does anything; known once the group's duplicates, fences and decisions are. */
    boolean takesEffect();

    /** What it does besides storing or settling its message. */
    Change change();

    /** The messages to send, with their bytes. */
    default List<Out> out() {
        return List.of();
    }

    /** The unchanging fields of a message that it stores, null for another message. */
    default @Nullable MessageFields fields(long message) {
        for (var out : out()) {
            if (out.message().id() == message) {
                return StoredFields.of(out);
            }
        }
        return null;
    }

    /** The caller's side; completed by the committer. */
    CompletableFuture<?> done();

    /** Tells the caller that the entry is durable. */
    void succeed();

    /**
     * A message to send.
     *
     * @param frame its bytes; null when they are written already, or are its origin's
     * @param digest SHA-256 of its bytes; of a forward, of the envelope in those of its origin
     */
    record Out(OutboundMessage message, @Nullable Frame frame, byte[] digest) {}

    /**
     * A response to store with its request.
     *
     * @param frame its bytes; null when they are written already
     * @param upload what bytes that are written already lie under
     * @param digest SHA-256 of its bytes
     */
    record Response(@Nullable Frame frame, long upload, byte[] digest) {}

    /** A message to store; the result is the message that had its key before. */
    final class Accept implements Entry {
        final Acceptance message;
        final @Nullable Frame frame;
        final CompletableFuture<Optional<StoredMessage>> done = new CompletableFuture<>();
        private final List<Out> out;

        @Nullable
        StoredMessage earlier;

        /** @param frame the bytes, null when the parts are written already */
        Accept(Acceptance message, @Nullable Frame frame, List<Out> out) {
            this.message = message;
            this.frame = frame;
            this.out = out;
        }

        @Override
        public boolean takesEffect() {
            return earlier == null;
        }

        @Override
        public Change change() {
            return message.change();
        }

        @Override
        public List<Out> out() {
            return out;
        }

        @Override
        public @Nullable MessageFields fields(long id) {
            return message.id() == id ? StoredFields.of(message) : Entry.super.fields(id);
        }

        @Override
        public CompletableFuture<?> done() {
            return done;
        }

        /** Whether it is a copy of a message that was stored before; not of itself, stored by a commit without an answer. */
        boolean isCopy() {
            return earlier != null && earlier.id() != message.id();
        }

        @Override
        public void succeed() {
            done.complete(isCopy() ? Optional.ofNullable(earlier) : Optional.empty());
        }
    }

    /** The end of a piece of work; the result says whether it was still ours. */
    final class Settle implements Entry {
        final Settlement settlement;
        final @Nullable Response response;
        final CompletableFuture<Boolean> done = new CompletableFuture<>();
        private final List<Out> out;
        boolean ours;
        boolean decided;

        Settle(Settlement settlement, @Nullable Response response, List<Out> out) {
            this.settlement = settlement;
            this.response = response;
            this.out = out;
        }

        boolean isAbout(long message) {
            return settlement.work().message() == message;
        }

        @Override
        public boolean takesEffect() {
            return ours;
        }

        /** Nor does the audit trail tell of a business acknowledgement that does not go out. */
        @Override
        public Change change() {
            var change = settlement.change();
            if (decided) {
                return change;
            }
            var dropped = change.out().stream()
                    .filter(m -> m.kind() == MessageKind.BUS_ACK)
                    .map(OutboundMessage::id)
                    .collect(Collectors.toSet());
            var events = change.events().stream()
                    .filter(e -> !dropped.contains(e.message()))
                    .toList();
            return new Change(change.out(), change.acks(), change.decision(), change.resend(), events);
        }

        /** A business acknowledgement goes out only with the decision it carries. */
        @Override
        public List<Out> out() {
            return decided
                    ? out
                    : out.stream()
                            .filter(o -> o.message().kind() != MessageKind.BUS_ACK)
                            .toList();
        }

        @Override
        public CompletableFuture<?> done() {
            return done;
        }

        @Override
        public void succeed() {
            done.complete(ours);
        }
    }

    /** A change of its own; the result says whether it took effect. */
    final class Apply implements Entry {
        final Change change;
        final CompletableFuture<Boolean> done = new CompletableFuture<>();
        private final List<Out> out;
        boolean applied;

        Apply(Change change, List<Out> out) {
            this.change = change;
            this.out = out;
        }

        @Override
        public boolean takesEffect() {
            return applied;
        }

        @Override
        public Change change() {
            return change;
        }

        @Override
        public List<Out> out() {
            return out;
        }

        @Override
        public CompletableFuture<?> done() {
            return done;
        }

        @Override
        public void succeed() {
            done.complete(applied);
        }
    }

    /** What a person does with a message; the result says whether it could be done. */
    final class Repairing implements Entry {
        final Repair repair;
        final CompletableFuture<Boolean> done = new CompletableFuture<>();
        boolean repaired;

        Repairing(Repair repair) {
            this.repair = repair;
        }

        @Override
        public boolean takesEffect() {
            return repaired;
        }

        @Override
        public Change change() {
            return Change.of(List.of(repair.event()));
        }

        @Override
        public CompletableFuture<?> done() {
            return done;
        }

        @Override
        public void succeed() {
            done.complete(repaired);
        }
    }

    /** A change of other tables with its audit events; the result says whether it was made. */
    final class Acting implements Entry {
        final Act act;
        final CompletableFuture<Boolean> done = new CompletableFuture<>();
        private final List<AuditEvent> events;
        boolean made;

        @Nullable
        RuntimeException failure;

        Acting(List<AuditEvent> events, Act act) {
            this.events = events;
            this.act = act;
        }

        @Override
        public boolean takesEffect() {
            return made;
        }

        @Override
        public Change change() {
            return Change.of(events);
        }

        @Override
        public CompletableFuture<?> done() {
            return done;
        }

        @Override
        public void succeed() {
            if (failure == null) {
                done.complete(made);
            } else {
                done.completeExceptionally(failure);
            }
        }
    }

    /** SQL that changes something in the transaction that writes its audit events. It may be run again after a failure. */
    @FunctionalInterface
    interface Act {
        /** @return whether the change was made; when not, what it did is undone and no event is written */
        boolean run(Connection connection) throws SQLException;
    }

    /** An audit event of its own, with the start of a refused message if there is one. */
    final class Audit implements Entry {
        final AuditEvent event;
        final @Nullable Frame refused;
        final long size;
        final CompletableFuture<Void> done = new CompletableFuture<>();

        Audit(AuditEvent event, @Nullable Frame refused, long size) {
            this.event = event;
            this.refused = refused;
            this.size = size;
        }

        @Override
        public boolean takesEffect() {
            return true;
        }

        @Override
        public Change change() {
            return Change.of(List.of(event));
        }

        @Override
        public CompletableFuture<?> done() {
            return done;
        }

        @Override
        public void succeed() {
            done.complete(null);
        }
    }
}
