package org.itkserver.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.ctc.wstx.stax.WstxInputFactory;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.itkserver.audit.AuditEvent;
import org.itkserver.audit.AuditQuery;
import org.itkserver.audit.AuditQuery.MessageRow;
import org.itkserver.audit.AuditType;
import org.itkserver.audit.MessageFilter;
import org.itkserver.audit.MessageSearch;
import org.itkserver.audit.Role;
import org.itkserver.audit.StoreUnavailable;
import org.itkserver.audit.TrailQuery.TrailEvent;
import org.itkserver.envelope.EnvelopeScanner;
import org.itkserver.envelope.PayloadStreams;
import org.itkserver.envelope.ScanLimits;
import org.itkserver.exchange.MemoryStore;
import org.itkserver.exchange.Repairs;
import org.itkserver.io.InHand;
import org.itkserver.io.MemoryBudget;
import org.itkserver.testing.SettableClock;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nobody sees a payload unless the trail says so first. */
class PayloadAuditTest {
    private final List<String> done = new ArrayList<>();
    private final List<AuditEvent> events = new ArrayList<>();
    private final SettableClock clock = new SettableClock();
    private final HttpExchange http = new HttpExchange("POST", "/admin/messages/7/payload");
    private final MemoryBudget.Share memory = MemoryBudget.single("views", 1000);
    private boolean trailAway;
    private long bookedWhileRead;
    private Runnable whileReading = () -> {};

    private final MessagePages messages = new MessagePages(
            new OneMessage(),
            new Alone(),
            new StoredContent(
                    new OneMessage(),
                    new EnvelopeScanner(new WstxInputFactory(), ScanLimits.DEFAULT),
                    new PayloadStreams(new WstxInputFactory(), 1 << 20),
                    new WstxInputFactory(),
                    Path.of("none"),
                    memory,
                    InHand.inMemory(),
                    row -> {}),
            new Openings(
                    event -> {
                        if (trailAway) {
                            throw new StoreUnavailable("away");
                        }
                        done.add("audit");
                        events.add(event);
                    },
                    new BreakGlass(clock::nanos),
                    clock),
            new Repairs(
                    new MemoryStore(),
                    () -> {
                        throw new UnsupportedOperationException();
                    },
                    clock,
                    () -> {}),
            new MemoryDesk(),
            new Pages(() -> false),
            clock);

    @BeforeEach
    void signIn() {
        new Person("ann", "s3cret", Role.all(), false).attachTo(http.request);
        http.parameters.put("reason", "clinical safety check");
        http.parameters.put("reference", "INC-7");
    }

    @Test
    void theViewIsRecordedBeforeTheBytesAreRead() {
        assertThrows(StoreUnavailable.class, () -> messages.payload(7, http.request));

        assertEquals(List.of("audit", "bytes"), done);
        var event = events.get(0);
        assertEquals(AuditType.PAYLOAD_VIEWED, event.type());
        assertEquals(7L, event.message());
        assertEquals(row(7).trackingId(), event.trackingId());
        assertEquals(row(7).partner(), event.partner());
        assertEquals(row(7).service(), event.service());
        assertEquals("ann", event.actor());
        assertEquals("10.0.0.1", event.source());
        assertEquals(clock.instant(), event.at());
    }

    @Test
    void aViewTakesItsMemoryFromTheBudgetAndGivesItBack() {
        assertThrows(StoreUnavailable.class, () -> messages.payload(7, http.request));

        assertTrue(bookedWhileRead >= row(7).size(), "booked: " + bookedWhileRead);
        assertEquals(0, memory.used());
    }

    @Test
    void aViewThatFindsNoMemoryIsNotRecorded() {
        try (var all = memory.book(Long.MAX_VALUE, Duration.ZERO)) {
            Thread.currentThread().interrupt(); // so that it does not wait
            assertThrows(StoreUnavailable.class, () -> messages.payload(7, http.request));
        } finally {
            Thread.interrupted();
        }
        assertEquals(List.of(), events);
    }

    @Test
    void aDownloadIsRecordedToo() {
        assertThrows(StoreUnavailable.class, () -> messages.download(7, http.request));

        assertEquals(List.of("audit", "bytes"), done);
        assertEquals(
                "downloaded the message as received: clinical safety check, INC-7",
                events.get(0).detail());
    }

    @Test
    void whatCannotBeRecordedIsNotRead() {
        trailAway = true;

        assertThrows(StoreUnavailable.class, () -> messages.payload(7, http.request));
        assertThrows(StoreUnavailable.class, () -> messages.download(7, http.request));

        assertEquals(List.of(), done);
    }

    @Test
    void contentsInHandAtTwoRecordedDeathsAreNotReadAndRaiseTheAlarm(@TempDir Path home) throws Exception {
        var alarms = new ArrayList<Long>();
        whileReading = () -> {
            throw new OutOfMemoryError("planned");
        };
        for (int death = 1; death <= 2; death++) {
            var process = InHand.open(home.resolve("in-hand"));
            process.accountedFor();
            assertThrows(OutOfMemoryError.class, () -> content(process, alarms).payloads(row(7)));
            process.fatal();
        }
        done.clear();
        var content = content(InHand.open(home.resolve("in-hand")), alarms);
        var shown = content.payloads(row(7));
        assertEquals(1, shown.size());
        assertEquals(
                "It is not shown, because the server ended each time it was shown. Download the message.",
                shown.get(0).text().text());
        assertEquals(Optional.empty(), content.headers(row(7)));
        assertEquals(List.of(7L), alarms);
        assertEquals(List.of(), done);
        assertThrows(OutOfMemoryError.class, () -> content.payloads(row(8)), "others are");
    }

    private StoredContent content(InHand inHand, List<Long> alarms) {
        return new StoredContent(
                new OneMessage(),
                new EnvelopeScanner(new WstxInputFactory(), ScanLimits.DEFAULT),
                new PayloadStreams(new WstxInputFactory(), 1 << 20),
                new WstxInputFactory(),
                Path.of("none"),
                memory,
                inHand,
                row -> alarms.add(row.id()));
    }

    /** A message without any other of its document. */
    private static final class Alone implements MessageSearch {
        @Override
        public Found find(MessageFilter filter, @Nullable Position before, int limit) {
            return new Found(List.of(), null, false);
        }

        @Override
        public List<MessageRow> childrenOf(Collection<Long> ids) {
            return List.of();
        }

        @Override
        public List<MessageRow> family(long id) {
            return List.of(row(id));
        }

        @Override
        public List<TrailEvent> events(Collection<Long> ids, int limit) {
            return List.of();
        }

        @Override
        public List<Waiting> waiting(Collection<Long> ids) {
            return List.of();
        }
    }

    static MessageRow row(long id) {
        return new MessageRow(
                id,
                Instant.EPOCH,
                null,
                "p",
                "s",
                null,
                "t",
                "m",
                null,
                "a",
                "in",
                "business",
                null,
                "handled",
                false,
                false,
                null,
                null,
                null,
                null,
                1,
                "00",
                null,
                null);
    }

    /** A store with one message whose bytes cannot be read just now. */
    private final class OneMessage implements AuditQuery {
        @Override
        public Optional<MessageRow> message(long id) {
            return Optional.of(row(id));
        }

        @Override
        public List<EventRow> events(long id) {
            return List.of();
        }

        @Override
        public Optional<InputStream> raw(long id) {
            done.add("bytes");
            bookedWhileRead = memory.used();
            whileReading.run();
            throw new StoreUnavailable("away");
        }

        @Override
        public Optional<Refused> refused(String errorId) {
            return Optional.empty();
        }

        @Override
        public Optional<byte[]> refusedStart(String errorId) {
            return Optional.empty();
        }
    }
}
