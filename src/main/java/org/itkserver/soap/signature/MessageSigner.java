package org.itkserver.soap.signature;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.SequenceInputStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.Charset;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateEncodingException;
import java.time.Duration;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import javax.xml.crypto.MarshalException;
import javax.xml.crypto.dom.DOMStructure;
import javax.xml.crypto.dsig.DigestMethod;
import javax.xml.crypto.dsig.Reference;
import javax.xml.crypto.dsig.XMLSignatureException;
import javax.xml.crypto.dsig.dom.DOMSignContext;
import javax.xml.crypto.dsig.spec.C14NMethodParameterSpec;
import javax.xml.crypto.dsig.spec.TransformParameterSpec;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.transform.OutputKeys;
import javax.xml.transform.TransformerException;
import javax.xml.transform.TransformerFactory;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamResult;
import org.itkserver.envelope.MessageBody;
import org.itkserver.envelope.Namespaces;
import org.itkserver.envelope.ScannedMessage;
import org.itkserver.envelope.SoapRequest;
import org.itkserver.envelope.SoapVersion;
import org.itkserver.io.MemoryBudget;
import org.itkserver.tls.TlsFiles;
import org.jspecify.annotations.Nullable;
import org.w3c.dom.Element;

/**
 * Signs Timestamp and Body of what we send, with the key we show on connections. The message's bytes stay as they are; the
 * signature is put between them. Thread-safe.
 */
public final class MessageSigner {
    private static final Duration WAIT = Duration.ofSeconds(10);
    private static final int BYTES_A_NODE = 4;
    private static final long LEAST_NODES = 2000;

    private final XMLInputFactory factory;
    private final @Nullable TlsFiles files;
    private final long mostBytes;
    private final Predicate<URI> wanted;
    private final TreeMemory memory;

    /**
     * @param factory a Woodstox factory for this object alone
     * @param files our key, null when there is none
     * @param mostBytes largest message that is signed
     * @param memory what the trees of messages take their bytes from
     * @param wanted whether what goes to an address is signed
     */
    public MessageSigner(
            XMLInputFactory factory,
            @Nullable TlsFiles files,
            long mostBytes,
            MemoryBudget.Share memory,
            Predicate<URI> wanted) {
        this.factory = TreeReader.configured(factory);
        this.files = files;
        this.mostBytes = mostBytes;
        this.wanted = wanted;
        this.memory = new TreeMemory(memory, WAIT);
    }

    /** Whether what goes to this address is signed. */
    public boolean signs(URI endpoint) {
        return wanted.test(endpoint);
    }

    /** Largest message that is signed, in bytes. */
    public long mostBytes() {
        return mostBytes;
    }

    /** Our key and certificate, empty when TLS is off. */
    public Optional<TlsFiles.Identity> identity() {
        return Optional.ofNullable(files).map(TlsFiles::identity);
    }

    /** The certificate as the request's token. */
    public static String token(TlsFiles.Identity identity) {
        try {
            return Base64.getEncoder().encodeToString(identity.certificate().getEncoded());
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * The request with a signature over its Timestamp and its Body.
     *
     * @param request holds the identity's token ({@link org.itkserver.envelope.RequestHead#signable})
     * @param body what stands in its Body
     * @throws org.itkserver.envelope.EnvelopeRejected 1000 when what is sent cannot be signed, 2100 when it cannot be now
     */
    public SoapRequest sign(
            SoapRequest request,
            SoapVersion version,
            Charset charset,
            MessageBody body,
            ScannedMessage.Range content,
            TlsFiles.Identity identity) {
        long size = request.length(content.end() - content.start());
        try (var booked = memory.book(size);
                var whole = whole(request, body, content)) {
            var tree = TreeReader.read(factory, whole.characters(), LEAST_NODES + size / BYTES_A_NODE);
            var parts = Parts.of(tree, version);
            var signature = signature(parts, identity);
            return request.signed(text(signature).getBytes(charset));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (XMLStreamException | GeneralSecurityException | MarshalException | XMLSignatureException e) {
            throw new IllegalStateException(e);
        }
    }

    private MessageBody whole(SoapRequest request, MessageBody body, ScannedMessage.Range content) throws IOException {
        try (var in = new SequenceInputStream(Collections.enumeration(List.of(
                new ByteArrayInputStream(request.before()),
                body.open(content.start(), content.end()),
                new ByteArrayInputStream(request.after()))))) {
            return MessageBody.of(in.readAllBytes());
        }
    }

    private static Element signature(Parts parts, TlsFiles.Identity identity)
            throws GeneralSecurityException, MarshalException, XMLSignatureException {
        var engine = SignatureVerifier.engine();
        var exclusive = engine.newCanonicalizationMethod(Algorithms.EXCLUSIVE, (C14NMethodParameterSpec) null);
        var method =
                engine.newSignatureMethod(Algorithms.ours(identity.certificate().getPublicKey()), null);
        var info =
                engine.newSignedInfo(exclusive, method, List.of(reference(parts.timestamp()), reference(parts.body())));
        var keys = engine.getKeyInfoFactory();
        var key = keys.newKeyInfo(List.of(new DOMStructure(tokenReference(parts))));
        var context = new DOMSignContext(identity.key(), parts.security());
        context.setDefaultNamespacePrefix("ds");
        engine.newXMLSignature(info, key).sign(context);
        var signature = parts.signature();
        var value = Xml.children(signature, Namespaces.DS, "SignatureValue").get(0);
        // the engine breaks its lines with carriage returns
        value.setTextContent(value.getTextContent().replaceAll("\\s", ""));
        return signature;
    }

    private static Reference reference(Element element) throws GeneralSecurityException {
        var engine = SignatureVerifier.engine();
        return engine.newReference(
                "#" + Parts.id(element),
                engine.newDigestMethod(DigestMethod.SHA256, null),
                List.of(engine.newTransform(Algorithms.EXCLUSIVE, (TransformParameterSpec) null)),
                null,
                null);
    }

    private static Element tokenReference(Parts parts) {
        var token = Xml.children(parts.security(), Namespaces.WSSE, "BinarySecurityToken")
                .get(0);
        var document = parts.security().getOwnerDocument();
        var out = document.createElementNS(Namespaces.WSSE, "wsse:SecurityTokenReference");
        var reference = document.createElementNS(Namespaces.WSSE, "wsse:Reference");
        reference.setAttributeNS(null, "URI", "#" + Parts.id(token));
        reference.setAttributeNS(null, "ValueType", Namespaces.X509_V3);
        out.appendChild(reference);
        return out;
    }

    private static String text(Element signature) {
        var out = new StringWriter();
        try {
            var writer = TransformerFactory.newDefaultInstance().newTransformer();
            writer.setOutputProperty(OutputKeys.OMIT_XML_DECLARATION, "yes");
            writer.transform(new DOMSource(signature), new StreamResult(out));
        } catch (TransformerException e) {
            throw new IllegalStateException(e);
        }
        return out.toString();
    }
}
