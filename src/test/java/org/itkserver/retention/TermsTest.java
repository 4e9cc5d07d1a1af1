package org.itkserver.retention;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.time.Period;
import java.time.temporal.TemporalAmount;
import org.itkserver.audit.MerkleTree;
import org.itkserver.audit.PurgeLeaf;
import org.itkserver.directory.Catalogue;
import org.itkserver.directory.Retention;
import org.itkserver.testing.Directories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TermsTest {
    private static final Instant END = Instant.parse("2024-02-29T12:00:00.000001Z");

    private static Terms terms(TemporalAmount payload, TemporalAmount metadata, Instant now) {
        var services = Catalogue.services().stream()
                .map(service -> service.name().equals("SendCDADocument-v2-0")
                        ? service.withRetention(new Retention(Duration.ZERO, Duration.ZERO))
                        : service)
                .toList();
        return new Terms(Directories.keeping(new Retention(payload, metadata), services), now);
    }

    private static Candidate ended(String service) {
        return new Candidate(1, new byte[32], service, END, END, false, 10);
    }

    @ParameterizedTest
    @CsvSource({
        "P30D, P8Y, CONTENT, 2024-03-30T12:00:00.000001Z",
        "P30D, P8Y, RECORD, 2032-02-29T12:00:00.000001Z",
        "P1M, P1M, CONTENT, 2024-03-29T12:00:00.000001Z",
        "P0D, P1Y, CONTENT, 2024-02-29T12:00:00.000001Z"
    })
    void isDueExactlyAtItsTime(Period payload, Period metadata, Purge kind, Instant due) {
        assertTrue(terms(payload, metadata, due).isDue(kind, ended("s")));
        assertFalse(terms(payload, metadata, due.minusNanos(1000)).isDue(kind, ended("s")));
    }

    @Test
    void aServiceMayHavePeriodsOfItsOwn() {
        var terms = terms(Period.ofDays(30), Period.ofYears(8), END);
        assertTrue(terms.isDue(Purge.RECORD, ended("SendCDADocument-v2-0")));
        assertFalse(terms.isDue(Purge.CONTENT, ended("SendDocument-v1-0")));
        assertEquals(END, terms.latest(Purge.CONTENT));
    }

    @Test
    void neverDestroysTheRowBeforeTheBytes() {
        assertThrows(IllegalArgumentException.class, () -> new Retention(Period.ofMonths(1), Duration.ofDays(30)));
        new Retention(Period.ofMonths(1), Duration.ofDays(31));
    }

    @Test
    void theEventOfABatchHoldsItsRootAndNamesItsServices() {
        var tree = new MerkleTree();
        tree.add(PurgeLeaf.hash(1, new byte[32]));
        var services = "s".repeat(300) + " t";
        var batch = new PurgeStore.Batch(7, Purge.RECORD, 1, 99, services, END, END, tree.root(), END);
        var event = Purger.event(batch);
        assertTrue(event.detail()
                .startsWith("record batch 7: 1 messages, 99 bytes, received 2024-02-29T12:00:00.000001Z"));
        assertTrue(event.detail().endsWith("..."), event.detail());
        assertEquals(32, event.digest().length);
        assertEquals(END, event.at());
    }
}
