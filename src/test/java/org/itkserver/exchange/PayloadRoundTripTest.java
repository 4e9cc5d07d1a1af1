package org.itkserver.exchange;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.itkserver.connector.FolderHandler;
import org.itkserver.connector.HttpHandler;
import org.itkserver.directory.HandlerSettings;
import org.itkserver.envelope.EnvelopeRejected;
import org.itkserver.envelope.HopEnvelope;
import org.itkserver.envelope.Ids;
import org.itkserver.envelope.MessageBody;
import org.itkserver.envelope.Messages;
import org.itkserver.envelope.Namespaces;
import org.itkserver.envelope.QueueAnswerWriter;
import org.itkserver.envelope.QueuedMessage;
import org.itkserver.envelope.RequestHead;
import org.itkserver.envelope.ScannedMessage;
import org.itkserver.envelope.Sha256;
import org.itkserver.envelope.SoapRequestWriter;
import org.itkserver.envelope.SoapVersion;
import org.itkserver.handler.HandledMessage;
import org.itkserver.handler.Outcome;
import org.itkserver.testing.GeneratedEncoding;
import org.itkserver.testing.GeneratedPayload;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** H6: what goes out is what came in, at every exit, or the sender is told that it was not taken. */
class PayloadRoundTripTest {
    private static final int PAYLOADS = 2_000;
    private static final int OF_ONE_WORLD = 100;
    private static final Map<String, String> INHERITED = Map.of(
            "soap", SoapVersion.SOAP_11.namespace(),
            "wsa", Namespaces.WSA,
            "wsse", Namespaces.WSSE,
            "wsu", Namespaces.WSU,
            "itk", Namespaces.ITK,
            "xsi", Namespaces.XSI);

    @TempDir
    Path folder;

    private World world = new World();

    @Test
    void everyExitGivesTheBytesThatCameIn() throws Exception {
        var received = new AtomicReference<Received>();
        var backEnd = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        backEnd.createContext("/", exchange -> {
            received.set(new Received(
                    exchange.getRequestHeaders().getFirst("Content-Length"),
                    exchange.getRequestHeaders().getFirst("Content-Digest"),
                    exchange.getRequestBody().readAllBytes()));
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        backEnd.start();
        try {
            var http = new HttpHandler(
                    HttpClient.newHttpClient(),
                    new HandlerSettings.Http(
                            "application",
                            URI.create(
                                    "http://127.0.0.1:" + backEnd.getAddress().getPort() + "/"),
                            Duration.ofSeconds(30)),
                    1 << 20,
                    folder);
            for (int seed = 0; seed < PAYLOADS; seed++) {
                world = seed % OF_ONE_WORLD == 0 ? new World() : world;
                var payload = GeneratedPayload.of(seed);
                incoming(payload, GeneratedPayload.random(seed), "seed " + seed, http, received);
                outgoing(payload, "seed " + seed);
            }
        } finally {
            backEnd.stop(0);
        }
    }

    /** What a back end got. */
    private record Received(String length, String digest, byte[] bytes) {}

    private void incoming(
            GeneratedPayload payload, Random random, String seed, HttpHandler http, AtomicReference<Received> received)
            throws IOException {
        var message = Messages.cda()
                .replace("mimetype=\"text/xml\"", "mimetype=\"" + payload.mimeType() + "\"" + payload.flags())
                .replaceFirst("<ClinicalDocument.*</ClinicalDocument>", "PAYLOAD")
                .replace("PAYLOAD", payload.xml());
        var bytes = GeneratedEncoding.of(random).bytes(message);
        try (var body = new MessageBody(folder, 1 << 24, -1)) {
            var scanned = world.scanner.scan(new InPieces(bytes, random), body);
            var envelope = new StoredEnvelope(scanned, body);
            var wanted = payload.content(INHERITED);
            if (wanted == null) {
                var refused = assertThrows(EnvelopeRejected.class, () -> world.streams.check(scanned, body), seed);
                assertEquals("1000", refused.error().code().code(), seed);
                return;
            }
            world.streams.check(scanned, body);
            assertTrue(payload.isContent(wanted), seed);
            assertArrayEquals(wanted, read(envelope), seed);
            var handled = envelope.forHandler(world.directory(), world.streams, 1);
            assertArrayEquals(wanted, folder(handled), seed + ", folder");
            assertTrue(http.handle(handled) instanceof Outcome.Done, seed);
            assertArrayEquals(wanted, received.get().bytes(), seed + ", http");
            assertEquals(String.valueOf(wanted.length), received.get().length(), seed);
            assertEquals(
                    "sha-256=:" + Base64.getEncoder().encodeToString(Sha256.of(wanted)) + ":",
                    received.get().digest(),
                    seed);
            assertArrayEquals(wanted, read(again(forwarded(scanned, body))), seed + ", forward");
            queue(scanned, body, seed);
        }
    }

    private byte[] read(StoredEnvelope envelope) throws IOException {
        try (var in = envelope.payloads(world.streams).get(0).open()) {
            return in.readAllBytes();
        }
    }

    private StoredEnvelope again(byte[] message) throws IOException {
        var body = new MessageBody(folder, 1 << 24, -1);
        return new StoredEnvelope(world.scanner.scan(new ByteArrayInputStream(message), body), body);
    }

    private byte[] folder(HandledMessage message) throws IOException {
        assertTrue(new FolderHandler(folder, true).handle(message) instanceof Outcome.Done);
        try (Stream<Path> files = Files.list(folder)) {
            for (var file : files.toList()) {
                var content = Files.readAllBytes(file);
                Files.delete(file);
                if (!file.toString().endsWith(".json")) {
                    Files.deleteIfExists(folder.resolve(message.trackingId().value() + ".json"));
                    return content;
                }
            }
        }
        throw new AssertionError("no file");
    }

    /** As it goes to a next hop, with one of its two addresses left out. */
    private byte[] forwarded(ScannedMessage scanned, MessageBody body) throws IOException {
        var head = new RequestHead(
                SoapVersion.SOAP_11,
                Messages.SERVICE,
                "http://127.0.0.1/x",
                null,
                "us",
                World.START,
                Duration.ofMinutes(1),
                scanned.charset());
        var request = new SoapRequestWriter(Ids.random()).around(head, scanned.inherited());
        var out = new ByteArrayOutputStream();
        try (var hop = HopEnvelope.of(scanned, body, "0", folder);
                var in = hop.body().open(hop.range().start(), hop.range().end())) {
            out.writeBytes(request.before());
            in.transferTo(out);
            out.writeBytes(request.after());
        }
        return out.toByteArray();
    }

    private void queue(ScannedMessage scanned, MessageBody body, String seed) throws IOException {
        var range = scanned.requiredEnvelope();
        var envelope = body.bytes(range.start(), range.end());
        var text = new String(envelope, scanned.charset());
        var answer = new QueueAnswerWriter()
                .write(List.of(new QueuedMessage("CDA", "1-1", null, text, scanned.inherited())));
        var sent = new String(answer.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
        int from = sent.indexOf(":MessagePayload");
        from = sent.indexOf('>', from) + 1;
        var taken = sent.substring(from, sent.lastIndexOf("</itk:MessagePayload>"));
        assertArrayEquals(envelope, taken.getBytes(scanned.charset()), seed + ", queue");
    }

    /** What an application submits, and what a back end answers. */
    private void outgoing(GeneratedPayload payload, String seed) throws IOException {
        var content = payload.content();
        if (content == null) {
            return;
        }
        var trackingId = world.submissions.submit(new Submissions.Submission(
                null,
                "SendCDADocument-v2-0",
                World.GP,
                List.of(),
                null,
                false,
                false,
                List.of(new Submissions.Content(payload.mimeType(), World.PROFILE, content)),
                "app",
                null));
        var text = world.text(world.store.byTrackingId(trackingId).get(0));
        same(payload, again(Messages.utf8(text)), seed + ", submission");

        var reply = new Outcome.Reply(payload.mimeType(), Optional.empty(), content);
        var current = world.directory();
        var request = again(Messages.utf8(Messages.cda())).header();
        var response = world.responses.envelope(
                current, current.serviceOf(Messages.SERVICE).orElseThrow(), request, reply);
        same(payload, again(wrapped(response.xml())), seed + ", answer");
    }

    private static byte[] wrapped(String envelope) {
        return Messages.utf8("<s:Envelope xmlns:s=\"" + SoapVersion.SOAP_11.namespace() + "\"><s:Body>" + envelope
                + "</s:Body></s:Envelope>");
    }

    private void same(GeneratedPayload payload, StoredEnvelope envelope, String seed) throws IOException {
        var inherited = new HashMap<>(envelope.message().inherited());
        inherited.put("itk", Namespaces.ITK);
        assertArrayEquals(payload.content(inherited), read(envelope), seed);
    }

    /** Bytes as a network brings them. */
    private static final class InPieces extends InputStream {
        private final byte[] bytes;
        private final Random random;
        private int at;

        InPieces(byte[] bytes, Random random) {
            this.bytes = bytes;
            this.random = random;
        }

        @Override
        public int read() {
            return at < bytes.length ? bytes[at++] & 0xff : -1;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) {
            if (at == bytes.length) {
                return -1;
            }
            int count = Math.min(Math.min(length, bytes.length - at), 1 + random.nextInt(4096));
            System.arraycopy(bytes, at, buffer, offset, count);
            at += count;
            return count;
        }

        @Override
        public String toString() {
            return Arrays.toString(bytes);
        }
    }
}
