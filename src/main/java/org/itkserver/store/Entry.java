package org.itkserver.store;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.itkserver.audit.AuditEvent;
import org.itkserver.exchange.Acceptance;
import org.itkserver.exchange.Settlement;
import org.itkserver.exchange.StoredMessage;
import org.jspecify.annotations.Nullable;

/** Something to be made durable in the next group. Its result is complete after the commit. */
sealed interface Entry {

    /** The audit events of the entry, if it takes effect. */
    List<AuditEvent> events();

    /** The caller's side; completed by the committer. */
    CompletableFuture<?> done();

    /** Tells the caller that the entry is durable. */
    void succeed();

    /** A message to store; the result is the message that had its key before. */
    final class Accept implements Entry {
        final Acceptance message;
        final byte @Nullable [] frame;
        final CompletableFuture<Optional<StoredMessage>> done = new CompletableFuture<>();

        @Nullable
        StoredMessage earlier;

        /** @param frame the compressed bytes, null when the parts are written already */
        Accept(Acceptance message, byte @Nullable [] frame) {
            this.message = message;
            this.frame = frame;
        }

        @Override
        public List<AuditEvent> events() {
            return earlier == null ? message.events() : List.of();
        }

        @Override
        public CompletableFuture<?> done() {
            return done;
        }

        @Override
        public void succeed() {
            done.complete(Optional.ofNullable(earlier));
        }
    }

    /** The end of a piece of work; the result says whether it was still ours. */
    final class Settle implements Entry {
        final Settlement settlement;
        final byte @Nullable [] response;
        final CompletableFuture<Boolean> done = new CompletableFuture<>();
        boolean ours;

        Settle(Settlement settlement, byte @Nullable [] response) {
            this.settlement = settlement;
            this.response = response;
        }

        @Override
        public List<AuditEvent> events() {
            return ours ? settlement.events() : List.of();
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

    /** An audit event of its own, with the start of a refused message if there is one. */
    final class Audit implements Entry {
        final AuditEvent event;
        final byte @Nullable [] refused;
        final long size;
        final CompletableFuture<Void> done = new CompletableFuture<>();

        Audit(AuditEvent event, byte @Nullable [] refused, long size) {
            this.event = event;
            this.refused = refused;
            this.size = size;
        }

        @Override
        public List<AuditEvent> events() {
            return List.of(event);
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
