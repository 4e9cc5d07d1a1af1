package org.itkserver.boot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Period;
import org.itkserver.directory.Directory;
import org.itkserver.directory.Retention;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The periods in {@code directory.yaml}. */
class RetentionEntryTest {
    private static final String FILE =
            """
            organisation: { ods: Z9999, address: "urn:nhs-uk:addressing:ods:Z9999", auditIdentity: "urn:nhs-uk:identity:ods:Z9999:itk", username: itk-z9999 }
            retention: { %s }
            services:
              - { name: SendCDADocument-v2-0, retention: { %s } }
              - { name: Local-v1-0 }
            """;

    private static Directory read(String top, String service) {
        return DirectoryFile.read(FILE.formatted(top, service), true, uri -> false);
    }

    @Test
    void aServiceTakesWhatItDoesNotSayFromTheTop() {
        var directory = read("payload: P7D, metadata: P2Y", "payload: PT0S");
        assertEquals(new Retention(Duration.ZERO, Period.ofYears(2)), directory.retention("SendCDADocument-v2-0"));
        assertEquals(new Retention(Period.ofDays(7), Period.ofYears(2)), directory.retention("Local-v1-0"));
        assertEquals(directory.retention(), directory.retention("a service of long ago"));
    }

    @Test
    void withoutAnEntryEverythingIsKeptAsLongAsUsual() {
        var directory = DirectoryFile.read(
                FILE.lines().filter(line -> !line.contains("retention")).reduce("", (a, b) -> a + b + "\n"),
                true,
                uri -> false);
        assertEquals(Retention.DEFAULT, directory.retention("SendCDADocument-v2-0"));
        assertEquals(new Retention(Period.ofDays(30), Period.ofYears(8)), Retention.DEFAULT);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "payload: P30D | payload: PT12H | ok",
                "payload: P1M, metadata: P31D | | ok",
                "payload: PT0S, metadata: PT0S | | ok",
                "payload: P2Y, metadata: P1Y | | line 2: retention.metadata must not be shorter than payload",
                "payload: P9Y | | line 2: retention must not be shorter than payload",
                "metadata: P1D | | line 2: retention.metadata must not be shorter than payload",
                "payload: P30D | payload: P10Y | line 4: services[0].retention must not be shorter than payload",
                "payload: 30d | | line 2: retention.payload must be a period such as P30D",
                "payload: P-1D | | line 2: retention.payload must be a period such as P30D",
                "payload: PT-1S | | line 2: retention.payload must be a period such as P30D",
                "payload: P1M-40D | | line 2: retention.payload must be a period such as P30D",
                "payload: P101Y | | line 2: retention.payload must be a period such as P30D",
                "metadata: P2147483647Y | | line 2: retention.metadata must be a period such as P30D",
                "content: P30D | | line 2: retention.content is not a key that is known here",
                "payload: P30D | meta: P1Y | line 4: services[0].retention.meta is not a key that is known here"
            })
    void wrongPeriodsAreRefusedWithLineAndName(String top, String service, String outcome) {
        var inner = service == null ? "" : service;
        if (outcome.equals("ok")) {
            read(top, inner);
            return;
        }
        var refused = assertThrows(IllegalArgumentException.class, () -> read(top, inner));
        assertTrue(
                refused.getMessage().startsWith(outcome.replace("retention must", "retention.metadata must")),
                refused.getMessage());
    }
}
