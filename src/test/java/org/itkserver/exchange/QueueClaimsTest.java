package org.itkserver.exchange;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.ctc.wstx.stax.WstxInputFactory;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.itkserver.audit.StoreUnavailable;
import org.itkserver.directory.Partner;
import org.itkserver.envelope.EnvelopeRejected;
import org.itkserver.envelope.EnvelopeScanner;
import org.itkserver.envelope.QueueRequest;
import org.itkserver.envelope.QueuedMessage;
import org.itkserver.envelope.ScanLimits;
import org.itkserver.envelope.TypedUri;
import org.itkserver.io.MemoryBudget;
import org.itkserver.testing.Partners;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whatever goes wrong while messages are collected, they are there for the next request. */
class QueueClaimsTest {
    private final World world = new World();

    private Partner clinic() {
        world.with(Partners.of("clinic", "C1").queue("c1").endpoints("queue:c1", "queue:c1"));
        for (int i = 0; i < 3; i++) {
            world.submit("clinic", "C1");
        }
        return world.partner("clinic");
    }

    /** The world's store, but a method fails at its n-th call. */
    private MessageStore failing(String method, int at, Throwable fault) {
        int[] calls = {0};
        return (MessageStore) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {MessageStore.class}, (proxy, called, arguments) -> {
                    if (called.getName().equals(method) && ++calls[0] == at) {
                        throw fault;
                    }
                    try {
                        return called.invoke(world.store, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private List<QueuedMessage> collect(MessageStore store, Partner partner, MemoryBudget.Share memory) {
        var queues = new QueueCollection(
                store,
                world.store,
                new EnvelopeScanner(new WstxInputFactory(), ScanLimits.DEFAULT),
                Path.of("target"),
                world.clock,
                Duration.ofMinutes(10));
        try (var booked = memory.open()) {
            return queues.collect(partner, new QueueRequest.Collect("c1", null, 9), "10.0.0.7", booked);
        }
    }

    @ParameterizedTest
    @CsvSource({"message, 1", "message, 2", "message, 3", "raw, 2", "apply, 1"})
    void aFailureGivesTheClaimsBack(String method, int at) {
        var partner = clinic();
        var memory = MemoryBudget.single("test", 1 << 30);
        for (var fault : List.of(new StoreUnavailable("planned"), new IllegalStateException("planned"))) {
            try {
                // content that is away ends an answer early; the rest fails the request
                int first = collect(failing(method, at, fault), partner, memory).size();
                assertTrue(method.equals("raw") && fault instanceof StoreUnavailable && first == 1);
                world.forward(Duration.ofMinutes(11));
            } catch (StoreUnavailable | IllegalStateException e) {
                assertEquals("planned", e.getMessage());
            }
            var again = collect(world.store, partner, memory);
            assertEquals(3, again.size());
            assertEquals(0, memory.used());
            world.forward(Duration.ofMinutes(11));
        }
    }

    @Test
    void anAnswerTakesWhatMemoryIsFreeAndTheRestStays() {
        var partner = clinic();
        var memory = MemoryBudget.single("test", 10_000);
        int first = collect(world.store, partner, memory).size();
        assertTrue(first >= 1 && first < 3, "first " + first);
        assertEquals(
                3 - first,
                collect(world.store, partner, MemoryBudget.single("test", 1 << 30))
                        .size());
    }

    @Test
    void withoutMemoryForOneMessageTheRequestIsToBeRepeated() {
        var partner = clinic();
        var memory = MemoryBudget.single("test", 10_000);
        try (var all = memory.book(10_000, Duration.ZERO)) {
            assertThrows(EnvelopeRejected.class, () -> collect(world.store, partner, memory));
        }
        assertEquals(
                3,
                collect(world.store, partner, MemoryBudget.single("test", 1 << 30))
                        .size());
    }

    @Test
    void addressesAreStoredWholeHoweverManyThereAre() {
        var many = IntStream.range(0, 500)
                .mapToObj(i -> new TypedUri(null, "urn:nhs-uk:addressing:ods:Y" + i))
                .toList();
        assertEquals(many.stream().map(TypedUri::uri).collect(Collectors.joining(" ")), Outbound.addresses(many));
    }
}
