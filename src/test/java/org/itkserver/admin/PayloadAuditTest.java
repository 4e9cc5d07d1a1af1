package org.itkserver.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.itkserver.audit.AuditEvent;
import org.itkserver.audit.AuditQuery;
import org.itkserver.audit.AuditType;
import org.itkserver.audit.StoreUnavailable;
import org.itkserver.testing.SettableClock;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Nobody sees a payload unless the trail says so first. */
class PayloadAuditTest {
    private final List<String> done = new ArrayList<>();
    private final List<AuditEvent> events = new ArrayList<>();
    private final SettableClock clock = new SettableClock();
    private final HttpExchange http = new HttpExchange("POST", "/admin/messages/7/payload");
    private boolean trailAway;

    private final MessagePages messages = new MessagePages(
            new OneMessage(),
            event -> {
                if (trailAway) {
                    throw new StoreUnavailable("away");
                }
                done.add("audit");
                events.add(event);
            },
            new Pages(() -> false),
            clock);

    @BeforeEach
    void signIn() {
        new Person("ann", "s3cret").attachTo(http.request);
    }

    @Test
    void theViewIsRecordedBeforeTheBytesAreRead() {
        assertThrows(StoreUnavailable.class, () -> messages.payload(7, http.request));

        assertEquals(List.of("audit", "bytes"), done);
        var event = events.get(0);
        assertEquals(AuditType.PAYLOAD_VIEWED, event.type());
        assertEquals(7L, event.message());
        assertEquals("ann", event.actor());
        assertEquals("10.0.0.1", event.source());
        assertEquals(clock.instant(), event.at());
    }

    @Test
    void aDownloadIsRecordedToo() {
        assertThrows(StoreUnavailable.class, () -> messages.download(7, http.request));

        assertEquals(List.of("audit", "bytes"), done);
        assertEquals("downloaded the message as received", events.get(0).detail());
    }

    @Test
    void whatCannotBeRecordedIsNotRead() {
        trailAway = true;

        assertThrows(StoreUnavailable.class, () -> messages.payload(7, http.request));
        assertThrows(StoreUnavailable.class, () -> messages.download(7, http.request));

        assertEquals(List.of(), done);
    }

    /** A store with one message whose bytes cannot be read just now. */
    private final class OneMessage implements AuditQuery {
        @Override
        public List<MessageRow> newest(long before, int limit) {
            return List.of();
        }

        @Override
        public List<MessageRow> byTrackingId(String trackingId) {
            return List.of();
        }

        @Override
        public Optional<MessageRow> message(long id) {
            return Optional.of(new MessageRow(
                    id, Instant.EPOCH, "p", "s", null, "t", "m", null, "in", "business", null, "handled", 1, "00"));
        }

        @Override
        public List<EventRow> events(long id) {
            return List.of();
        }

        @Override
        public List<EventRow> otherEvents(int limit) {
            return List.of();
        }

        @Override
        public Optional<InputStream> raw(long id) {
            done.add("bytes");
            throw new StoreUnavailable("away");
        }
    }
}
