package org.itkserver.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.ctc.wstx.stax.WstxInputFactory;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.itkserver.admin.TrialMessage.Wishes;
import org.itkserver.envelope.EnvelopeScanner;
import org.itkserver.envelope.Ids;
import org.itkserver.envelope.MessageBody;
import org.itkserver.envelope.ScanLimits;
import org.itkserver.envelope.ScannedMessage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TrialMessageTest {
    private static final Instant NOW = Instant.parse("2026-11-22T10:00:00Z");
    private static final String BASE = "http://127.0.0.1:8080";

    static Stream<String> samples() {
        return TrialMessage.SAMPLES.stream();
    }

    private static TrialMessage message(String sample, Wishes wishes) {
        return TrialMessage.of(sample, wishes, BASE, Ids.random(), NOW).orElseThrow();
    }

    private static ScannedMessage scan(TrialMessage message) throws IOException {
        var bytes = message.text().getBytes(StandardCharsets.UTF_8);
        try (var body = new MessageBody(Path.of("none"), Long.MAX_VALUE, 1 << 20)) {
            return new EnvelopeScanner(new WstxInputFactory(), ScanLimits.DEFAULT)
                    .scan(new ByteArrayInputStream(bytes), body);
        }
    }

    @Test
    void everySampleCanBeTried() throws IOException {
        try (var files = Files.list(Path.of("samples"))) {
            var names = files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".xml"))
                    .map(name -> name.replace(".xml", ""))
                    .sorted()
                    .toList();
            assertEquals(names, TrialMessage.SAMPLES.stream().sorted().toList());
        }
        assertTrue(TrialMessage.of("../pom", new Wishes("", true, true), BASE, Ids.random(), NOW)
                .isEmpty());
    }

    @ParameterizedTest
    @MethodSource("samples")
    void whatIsWishedForIsInTheMessage(String sample) throws IOException {
        for (var wishes : List.of(new Wishes("urn:x:y", true, true), new Wishes("", false, false))) {
            var message = message(sample, wishes);
            var scanned = scan(message);

            var header = scanned.requiredHeader();
            assertEquals(message.trackingId(), header.trackingId());
            assertEquals(message.action(), scanned.addressing().action());
            assertEquals(BASE + message.path(), scanned.addressing().to());
            assertEquals(wishes.infAckRequested(), header.infAckRequested());
            assertEquals(wishes.ackRequested(), header.ackRequested());
            assertFalse(message.text().contains("{{"), message.text());
            if (!wishes.address().isEmpty()) {
                assertTrue(header.addresses().stream().allMatch(a -> a.uri().equals("urn:x:y")));
            }
        }
    }
}
