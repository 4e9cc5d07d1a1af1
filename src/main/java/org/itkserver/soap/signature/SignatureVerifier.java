package org.itkserver.soap.signature;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.Security;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import javax.xml.crypto.MarshalException;
import javax.xml.crypto.dsig.XMLSignatureException;
import javax.xml.crypto.dsig.XMLSignatureFactory;
import javax.xml.crypto.dsig.dom.DOMValidateContext;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamException;
import org.itkserver.directory.Partner;
import org.itkserver.directory.Signing;
import org.itkserver.envelope.EnvelopeRejected;
import org.itkserver.envelope.MessageBody;
import org.itkserver.envelope.ScannedMessage;
import org.itkserver.io.MemoryBudget;
import org.itkserver.tls.TlsFiles;
import org.jspecify.annotations.Nullable;
import org.w3c.dom.Element;

/**
 * Verifies the signature of a message that the scanner has read. What is signed must be what is used: the Body and the
 * Timestamp are found by where they stand, and the signature must refer to these very elements. Thread-safe.
 */
public final class SignatureVerifier {
    private static final int BYTES_A_NODE = 8;
    private static final long LEAST_NODES = 2000;

    private final XMLInputFactory factory;
    private final @Nullable TlsFiles files;
    private final long mostBytes;
    private final TreeMemory memory;
    private final Map<String, X509Certificate> signers = new ConcurrentHashMap<>();

    /**
     * @param factory a Woodstox factory for this object alone
     * @param files the authorities and revocation lists that signers are judged by; without them every signature is bad
     * @param mostBytes largest signed message
     * @param memory what the trees of messages take their bytes from
     * @param wait longest wait for it
     */
    public SignatureVerifier(
            XMLInputFactory factory,
            @Nullable TlsFiles files,
            long mostBytes,
            MemoryBudget.Share memory,
            Duration wait) {
        this.factory = TreeReader.configured(factory);
        this.files = files;
        this.mostBytes = mostBytes;
        this.memory = new TreeMemory(memory, wait);
    }

    /** Largest signed message, in bytes. */
    public long mostBytes() {
        return mostBytes;
    }

    /**
     * A signed message.
     *
     * @param partner whom the message comes from, if its signature is good
     * @param shown the certificate that the partner showed last on a connection, null when it showed none
     */
    public record Signed(
            MessageBody body, ScannedMessage message, Partner partner, @Nullable X509Certificate shown, Instant now) {}

    /**
     * Why the signature is not good.
     *
     * @return one clause for the audit trail, which the sender is not told; empty when the signature is good
     * @throws EnvelopeRejected 1000 for what is no signature of ours to judge, 2100 when too many are being verified
     */
    public Optional<String> objection(Signed in) {
        if (files == null) {
            return Optional.of("there is no truststore to judge a signature by");
        }
        if (in.body().size() > mostBytes) {
            throw new IllegalArgumentException("larger than " + mostBytes + " bytes");
        }
        try (var booked = memory.book(in.body().size())) {
            verify(in, files);
            return Optional.empty();
        } catch (Bad e) {
            return Optional.of(e.reason());
        } catch (XMLStreamException e) {
            throw EnvelopeRejected.invalid("The message is not well-formed XML.");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void verify(Signed in, TlsFiles trust) throws XMLStreamException, IOException {
        var version = in.message().version();
        if (version == null) {
            throw new IllegalStateException("checked before");
        }
        long nodes = LEAST_NODES + in.body().size() / BYTES_A_NODE;
        var tree = TreeReader.read(factory, in.body().characters(), nodes);
        var parts = Parts.of(tree, version);
        var signature = parts.signature();
        var signing = in.partner().signing();
        boolean sha1 = signing.allowsSha1(in.now());
        var shape = Shape.of(signature, sha1);
        var certificate =
                Signer.certificate(shape.key(), parts, tree, Signer.known(in.shown(), signing.known(), trust));
        Signer.judge(certificate, in.partner(), trust, in.now());
        Algorithms.key(certificate.getPublicKey(), shape.method());
        var covered = covered(shape, parts, tree);
        required(covered, parts, signing.require());
        SameView.check(parts, in.message());
        engine(signature, certificate, sha1, covered);
        signers.put(in.partner().id(), certificate);
    }

    /** The certificate that each partner's newest good signature was made with, by the partner's id. */
    public Map<String, X509Certificate> signers() {
        return Map.copyOf(signers);
    }

    /** The elements that are referred to, by their ids; each is one that is used. */
    private static Map<Element, String> covered(Shape shape, Parts parts, TreeReader.Tree tree) {
        var out = new IdentityHashMap<Element, String>();
        for (var id : shape.references()) {
            var element = parts.signable().get(id);
            if (element == null || !tree.isUnique(id)) {
                throw new Bad("it refers to something that is not used, or is there twice");
            }
            if (out.put(element, id) != null) {
                throw new Bad("it refers to the same element twice");
            }
        }
        return out;
    }

    private static void required(Map<Element, String> covered, Parts parts, Signing.Require require) {
        var missing = new ArrayList<String>();
        if (!covered.containsKey(parts.timestamp())) {
            missing.add("Timestamp");
        }
        if (require != Signing.Require.TIMESTAMP && !covered.containsKey(parts.body())) {
            missing.add("Body");
        }
        if (!missing.isEmpty()) {
            throw new Bad("it does not cover the " + String.join(" and the ", missing));
        }
    }

    private static void engine(
            Element signature, X509Certificate certificate, boolean sha1, Map<Element, String> covered) {
        var context = new DOMValidateContext(certificate.getPublicKey(), signature);
        // the JDK's own list of what is too weak has SHA-1 on it; everything else on it was refused before
        context.setProperty("org.jcp.xml.dsig.secureValidation", !sha1);
        try {
            var found = engine().unmarshalXMLSignature(context);
            covered.forEach((element, id) -> {
                if (signature.getOwnerDocument().getElementById(id) != element) {
                    throw new Bad("an id means another element to the signature engine");
                }
            });
            if (!found.validate(context)) {
                boolean value = found.getSignatureValue().validate(context);
                throw new Bad(value ? "what it covers was changed" : "its value is not of this key");
            }
        } catch (MarshalException | XMLSignatureException e) {
            throw new Bad("it cannot be read");
        }
    }

    /** The JDK's, whatever other providers there are. */
    static XMLSignatureFactory engine() {
        return XMLSignatureFactory.getInstance("DOM", Security.getProvider("XMLDSig"));
    }
}
