package org.itkserver.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Stream;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Every sample of the project against the bootable JAR that Arquillian runs, on the embedded database. */
@ExtendWith(ArquillianExtension.class)
@RunAsClient
@Tag("alone")
class SamplesIT {
    private static final String BASE = "http://127.0.0.1:" + System.getProperty("itk.test.http.port", "18080");
    private static final Set<String> RESPONSES =
            Set.of("get-nhs-number", "get-patient-details-by-nhs-number", "verify-nhs-number");

    @Test
    void everySampleGetsTheAnswerItsPatternDemands() throws IOException {
        int sent = 0;
        for (var name : names()) {
            var sample = Sample.of(name);
            var reply = sample.send(BASE, Sample.uuid());
            var about = name + ": " + reply.body();
            if (name.startsWith("send-recv")) {
                assertEquals("2200", reply.errorCode(), about);
            } else if (RESPONSES.contains(name)) {
                assertEquals(200, reply.status(), about);
                assertTrue(reply.body().contains(sample.action() + "Response"), about);
                assertTrue(reply.body().contains("SMSP-0000"), about);
            } else if (sample.action().endsWith(":sendDistEnvelope")) {
                assertEquals(202, reply.status(), about);
                assertEquals("", reply.body(), about);
            } else {
                assertEquals(200, reply.status(), about);
                assertEquals("OK", reply.text("SimpleMessageResponse"), about);
                assertEquals(sample.action() + "Response", reply.text("Action"), about);
            }
            sent++;
        }
        assertTrue(sent >= 12, "samples: " + sent);
    }

    private static Iterable<String> names() throws IOException {
        try (Stream<Path> files = Files.list(Path.of(System.getProperty("itk.basedir", "."), "samples"))) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".xml"))
                    .map(name -> name.substring(0, name.length() - 4))
                    .sorted()
                    .toList();
        }
    }

    @Test
    void anAnswerIsNamedAfterItsRequest() {
        var sample = Sample.of("send-cda-discharge");
        var message = sample.fill(BASE + sample.path(), Sample.uuid());
        var reply = sample.post(BASE, message);
        var messageId = message.replaceAll("(?s).*<wsa:MessageID[^>]*>([^<]*)<.*", "$1");

        assertEquals(messageId, reply.text("RelatesTo"));
        assertTrue(reply.text("MessageID").matches("[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}"));
    }
}
