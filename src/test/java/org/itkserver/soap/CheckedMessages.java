package org.itkserver.soap;

import com.ctc.wstx.stax.WstxInputFactory;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Set;
import org.itkserver.directory.Catalogue;
import org.itkserver.directory.ClientCertificate;
import org.itkserver.directory.Partner;
import org.itkserver.directory.Signing;
import org.itkserver.envelope.EnvelopeRejected;
import org.itkserver.envelope.EnvelopeScanner;
import org.itkserver.envelope.MessageBody;
import org.itkserver.envelope.Messages;
import org.itkserver.envelope.ScanLimits;
import org.itkserver.envelope.ScannedMessage;
import org.itkserver.io.MemoryBudget;
import org.itkserver.soap.signature.SignatureVerifier;
import org.itkserver.testing.Directories;
import org.itkserver.testing.Partners;
import org.itkserver.tls.TlsFiles;
import org.jspecify.annotations.Nullable;

/** Scan and every check of the chain, up to where a message would be accepted. */
final class CheckedMessages {
    static final String TO = "http://127.0.0.1:8080";
    static final String QUEUE = "/itk/queue";
    static final String GET = "urn:nhs-itk:services:201005:GetMessages-v1-0";
    static final String PATH = "/itk/services/SendCDADocument-v2-0";

    private final EnvelopeScanner scanner = new EnvelopeScanner(new WstxInputFactory(), ScanLimits.DEFAULT);
    /** A certificate is revoked from the second after its revocation on. */
    private final Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS).plusSeconds(1);

    private final @Nullable TlsFiles files;
    private final SignatureVerifier verifier;

    CheckedMessages(@Nullable TlsFiles files, long mostSigned) {
        this.files = files;
        this.verifier = new SignatureVerifier(
                new WstxInputFactory(),
                files,
                mostSigned,
                MemoryBudget.single("signatures", 8 * mostSigned),
                Duration.ZERO);
    }

    /**
     * What became of a message.
     *
     * @param code toolkit error code, "" when it would be accepted
     * @param text what the sender is told; the warnings when it would be accepted
     * @param reason what the audit trail is told besides
     */
    record Verdict(String code, String text, @Nullable String reason, @Nullable ScannedMessage message) {
        boolean accepted() {
            return code.isEmpty();
        }

        @Override
        public String toString() {
            return code + " " + text + " / " + reason;
        }
    }

    /** A good message of {@code gp-system}, of now. */
    String letter() {
        return Messages.cda()
                .replace("2026-11-22T10:00:00Z", now.minusSeconds(30).toString())
                .replace("2026-11-22T10:10:00Z", now.plusSeconds(570).toString());
    }

    Instant now() {
        return now;
    }

    Verdict check(String message, Signing signing) {
        return check(message, signing, StandardCharsets.UTF_8);
    }

    Verdict check(String message, Signing signing, Charset charset) {
        return check(message.getBytes(charset), signing, null);
    }

    /** @param shown the certificate that the connection showed, which is then the partner's; null for plain HTTP */
    Verdict check(byte[] message, Signing signing, @Nullable X509Certificate shown) {
        Set<String> certificates =
                shown == null ? Set.of() : Set.of(ClientCertificate.of(shown).fingerprint());
        var partner =
                Partners.of("gp-system", "Y9999").signs(signing, certificates).build();
        var peers = new Peers(files, Proxies.NONE);
        var directory = Directories.of(List.of(partner), Catalogue.services(), List.of());
        var peer = shown == null
                ? Peer.UNPROVEN
                : peers.of(new X509Certificate[] {shown}, name -> List.of(), directory, now);
        return check(message, partner, peers, peer, new Request(PATH, List.of(Messages.SERVICE), List.of(TO)));
    }

    /** How a message is posted. */
    record Request(String path, List<String> soapActions, List<String> bases) {}

    Verdict check(byte[] message, Partner partner, Peer peer, Request request) {
        return check(message, partner, new Peers(files, Proxies.NONE), peer, request);
    }

    private Verdict check(byte[] message, Partner partner, Peers peers, Peer peer, Request request) {
        var directory = Directories.of(List.of(partner), Catalogue.services(), List.of());
        var soap = new SoapChecks(new OwnAddresses(null, List.of()));
        var identity = new IdentityChecks(Duration.ofMinutes(5));
        var signature = new SignatureCheck(verifier, peers);
        Arrival arrival = null;
        ScannedMessage scanned = null;
        try (var body = new MessageBody(Path.of("target"), 1 << 26, -1)) {
            scanned = scanner.scan(new ByteArrayInputStream(message), body);
            boolean queue = CheckedMessages.GET.equals(scanned.addressing().action());
            var address = SoapAddress.of(queue ? QUEUE : request.path());
            var head = new HttpHead(address.version(), queue ? List.of(GET) : request.soapActions(), null);
            arrival = new Arrival(address, peer, head, request.bases(), scanned, body, directory, now);
            var checks = queue
                    ? QueueDesk.checks(soap, identity, signature)
                    : CheckOrder.ofMessages(soap, identity, new Rates(System::nanoTime), signature);
            for (var check : checks) {
                check.accept(arrival);
            }
            return new Verdict("", String.join("; ", arrival.warnings()), null, scanned);
        } catch (EnvelopeRejected e) {
            var reason = arrival == null ? null : arrival.objection();
            return new Verdict(e.error().code().code(), e.error().diagnostic(), reason, scanned);
        } catch (HttpRefused e) {
            return new Verdict(Integer.toString(e.status()), String.valueOf(e.getMessage()), null, scanned);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
