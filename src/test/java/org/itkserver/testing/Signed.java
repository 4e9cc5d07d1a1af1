package org.itkserver.testing;

import java.io.ByteArrayInputStream;
import java.io.StringReader;
import java.io.StringWriter;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.xml.crypto.dom.DOMStructure;
import javax.xml.crypto.dsig.CanonicalizationMethod;
import javax.xml.crypto.dsig.DigestMethod;
import javax.xml.crypto.dsig.Reference;
import javax.xml.crypto.dsig.SignatureMethod;
import javax.xml.crypto.dsig.Transform;
import javax.xml.crypto.dsig.XMLSignatureFactory;
import javax.xml.crypto.dsig.dom.DOMSignContext;
import javax.xml.crypto.dsig.spec.C14NMethodParameterSpec;
import javax.xml.crypto.dsig.spec.ExcC14NParameterSpec;
import javax.xml.crypto.dsig.spec.TransformParameterSpec;
import javax.xml.crypto.dsig.spec.XPathFilter2ParameterSpec;
import javax.xml.crypto.dsig.spec.XPathFilterParameterSpec;
import javax.xml.crypto.dsig.spec.XPathType;
import javax.xml.crypto.dsig.spec.XSLTTransformParameterSpec;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.transform.OutputKeys;
import javax.xml.transform.TransformerFactory;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamResult;
import org.jspecify.annotations.Nullable;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.xml.sax.InputSource;

/**
 * Signs a message as a partner would, in every way a test wants, good or bad. Written with the JDK's document builder and
 * serializer, so that it shares nothing with the code it tests but the algorithms.
 */
public final class Signed {
    public static final String WSSE =
            "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
    public static final String WSU =
            "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";
    public static final String X509 =
            "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#X509v3";
    public static final String BASE64 =
            "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary";
    public static final String WSS11 = "http://docs.oasis-open.org/wss/oasis-wss-soap-message-security-1.1#";
    public static final String BODY_ID = "uuid_BODY-0001";
    public static final String TOKEN_ID = "uuid_TOKEN-0001";

    private static final String STYLESHEET =
            """
            <xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">\
            <xsl:template match="/"><xsl:copy-of select="*"/></xsl:template></xsl:stylesheet>""";

    /** How the signature names its key. */
    public enum Key {
        TOKEN,
        ISSUER_SERIAL,
        KEY_VALUE,
        X509_DATA,
        NAME,
        IDENTIFIER,
        EMBEDDED,
        SUBJECT_KEY,
        THUMBPRINT_SHA1,
        THUMBPRINT_SHA256,
        CERTIFICATE_DATA,
        ALL_DATA,
        RETRIEVAL,
        RECURSIVE,
        NONE
    }

    private final PrivateKey key;
    private final X509Certificate certificate;
    private String token;
    private String tokenType = X509;
    private String method;
    private String digest = DigestMethod.SHA256;
    private String canonicalization = CanonicalizationMethod.EXCLUSIVE;
    private List<String> transforms = List.of(CanonicalizationMethod.EXCLUSIVE);
    private List<String> prefixes = List.of();
    private List<String> parts = List.of("Timestamp", "Body");
    private List<String> uris = List.of();
    private Key keyInfo = Key.TOKEN;

    private Signed(PrivateKey key, X509Certificate certificate) {
        this.key = key;
        this.certificate = certificate;
        this.method = key == null || key.getAlgorithm().equals("RSA")
                ? SignatureMethod.RSA_SHA256
                : SignatureMethod.ECDSA_SHA256;
        try {
            this.token = Base64.getMimeEncoder()
                    .encodeToString(certificate.getEncoded())
                    .replace("\r", "");
        } catch (java.security.cert.CertificateEncodingException e) {
            throw new AssertionError(e);
        }
    }

    public static Signed by(PrivateKey key, X509Certificate certificate) {
        return new Signed(key, certificate);
    }

    public Signed method(String uri) {
        method = uri;
        return this;
    }

    public Signed digest(String uri) {
        digest = uri;
        return this;
    }

    public Signed canonicalization(String uri) {
        canonicalization = uri;
        return this;
    }

    public Signed transforms(String... uris) {
        transforms = List.of(uris);
        return this;
    }

    /** The InclusiveNamespaces of each transform and the canonicalization. */
    public Signed prefixes(String... names) {
        prefixes = List.of(names);
        return this;
    }

    /** Local names of the elements that are signed; each gets a wsu:Id if it has none. */
    public Signed parts(String... names) {
        parts = List.of(names);
        return this;
    }

    /** More references, by URIs that are no ids of elements; none is read from outside. */
    public Signed uris(String... more) {
        uris = List.of(more);
        return this;
    }

    public Signed token(String text, String type) {
        token = text;
        tokenType = type;
        return this;
    }

    public Signed keyInfo(Key how) {
        keyInfo = how;
        return this;
    }

    /** The message with the signature at the end of its Security header. */
    public String sign(String message) {
        try {
            var document = parse(message);
            var security = first(document, "Security");
            var references = new ArrayList<Reference>();
            var factory = XMLSignatureFactory.getInstance("DOM");
            for (var part : parts) {
                references.add(reference(factory, "#" + identified(first(document, part), part)));
            }
            for (var uri : uris) {
                references.add(reference(factory, uri));
            }
            tokenElement(document, security);
            var parameters = prefixes.isEmpty() ? null : new ExcC14NParameterSpec(prefixes);
            var info = factory.newSignedInfo(
                    factory.newCanonicalizationMethod(canonicalization, (C14NMethodParameterSpec) parameters),
                    factory.newSignatureMethod(method, null),
                    references);
            var context = new DOMSignContext(
                    method.contains("hmac")
                            ? new javax.crypto.spec.SecretKeySpec(
                                    certificate.getPublicKey().getEncoded(), "HmacSHA256")
                            : key,
                    security);
            context.setProperty("org.jcp.xml.dsig.secureValidation", false);
            context.setDefaultNamespacePrefix("ds");
            factory.newXMLSignature(info, keyInfo(factory, document)).sign(context);
            return text(document);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private Reference reference(XMLSignatureFactory factory, String uri) throws Exception {
        var steps = new ArrayList<Transform>();
        for (var transform : transforms) {
            steps.add(factory.newTransform(transform, parameters(transform)));
        }
        return factory.newReference(uri, factory.newDigestMethod(digest, null), steps, null, null);
    }

    /** Such that the transform leaves something of what it is given. */
    private @Nullable TransformParameterSpec parameters(String transform) {
        return switch (transform) {
            case Transform.XPATH -> new XPathFilterParameterSpec("here() or true()");
            case Transform.XPATH2 ->
                new XPathFilter2ParameterSpec(
                        List.of(new XPathType("//*[local-name()='Body']", XPathType.Filter.INTERSECT)));
            case Transform.XSLT ->
                new XSLTTransformParameterSpec(
                        new DOMStructure(parse(STYLESHEET).getDocumentElement()));
            default -> prefixes.isEmpty() ? null : new ExcC14NParameterSpec(prefixes);
        };
    }

    private void tokenElement(Document document, Element security) {
        if (keyInfo != Key.TOKEN && keyInfo != Key.RECURSIVE) {
            return;
        }
        var out = document.createElementNS(WSSE, "wsse:BinarySecurityToken");
        out.setAttributeNS(null, "EncodingType", BASE64);
        out.setAttributeNS(null, "ValueType", tokenType);
        out.setAttributeNS("http://www.w3.org/2000/xmlns/", "xmlns:wsu", WSU);
        out.setAttributeNS(WSU, "wsu:Id", TOKEN_ID);
        out.setTextContent(token);
        security.appendChild(out);
    }

    private javax.xml.crypto.dsig.keyinfo.KeyInfo keyInfo(XMLSignatureFactory factory, Document document)
            throws Exception {
        var keys = factory.getKeyInfoFactory();
        PublicKey open = certificate.getPublicKey();
        return switch (keyInfo) {
            case NONE -> null;
            case KEY_VALUE -> keys.newKeyInfo(List.of(keys.newKeyValue(open)));
            case X509_DATA -> keys.newKeyInfo(List.of(keys.newX509Data(List.of(certificate))));
            case NAME ->
                keys.newKeyInfo(List.of(
                        keys.newKeyName(certificate.getSubjectX500Principal().getName())));
            case RETRIEVAL -> keys.newKeyInfo(List.of(keys.newRetrievalMethod("http://127.0.0.1:7777/canary")));
            default -> keys.newKeyInfo(List.of(new DOMStructure(tokenReference(document))));
        };
    }

    private Element tokenReference(Document document) {
        var out = document.createElementNS(WSSE, "wsse:SecurityTokenReference");
        var ds = "http://www.w3.org/2000/09/xmldsig#";
        switch (keyInfo) {
            case ISSUER_SERIAL, CERTIFICATE_DATA, ALL_DATA -> {
                var data = document.createElementNS(ds, "ds:X509Data");
                var pair = document.createElementNS(ds, "ds:X509IssuerSerial");
                var issuer = document.createElementNS(ds, "ds:X509IssuerName");
                issuer.setTextContent(certificate.getIssuerX500Principal().getName());
                var serial = document.createElementNS(ds, "ds:X509SerialNumber");
                serial.setTextContent(certificate.getSerialNumber().toString());
                pair.appendChild(issuer);
                pair.appendChild(serial);
                if (keyInfo != Key.CERTIFICATE_DATA) {
                    data.appendChild(pair);
                }
                if (keyInfo != Key.ISSUER_SERIAL) {
                    var whole = document.createElementNS(ds, "ds:X509Certificate");
                    whole.setTextContent(token);
                    data.appendChild(whole);
                }
                out.appendChild(data);
            }
            case EMBEDDED -> out.appendChild(identifier(document, X509, token));
            case SUBJECT_KEY -> {
                var extension = certificate.getExtensionValue("2.5.29.14");
                var octets = java.util.Arrays.copyOfRange(extension, 4, extension.length);
                out.appendChild(identifier(document, X509.replace("X509v3", "X509SubjectKeyIdentifier"), octets));
            }
            case THUMBPRINT_SHA1 ->
                out.appendChild(identifier(document, WSS11 + "ThumbprintSHA1", thumbprint("SHA-1")));
            case THUMBPRINT_SHA256 ->
                out.appendChild(identifier(document, WSS11 + "ThumbprintSHA256", thumbprint("SHA-256")));
            case IDENTIFIER -> {
                var identifier = document.createElementNS(WSSE, "wsse:KeyIdentifier");
                identifier.setTextContent("AAAA");
                out.appendChild(identifier);
            }
            case RECURSIVE -> {
                out.setAttributeNS("http://www.w3.org/2000/xmlns/", "xmlns:wsu", WSU);
                out.setAttributeNS(WSU, "wsu:Id", "uuid_STR");
                out.appendChild(pointer(document, "#uuid_STR"));
            }
            default -> out.appendChild(pointer(document, "#" + TOKEN_ID));
        }
        return out;
    }

    private static Element identifier(Document document, String type, byte[] value) {
        return identifier(document, type, Base64.getEncoder().encodeToString(value));
    }

    private static Element identifier(Document document, String type, String text) {
        var out = document.createElementNS(WSSE, "wsse:KeyIdentifier");
        out.setAttributeNS(null, "ValueType", type);
        out.setAttributeNS(null, "EncodingType", BASE64);
        out.setTextContent(text);
        return out;
    }

    private byte[] thumbprint(String algorithm) {
        try {
            return java.security.MessageDigest.getInstance(algorithm).digest(certificate.getEncoded());
        } catch (java.security.GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private static Element pointer(Document document, String uri) {
        var reference = document.createElementNS(WSSE, "wsse:Reference");
        reference.setAttributeNS(null, "URI", uri);
        reference.setAttributeNS(null, "ValueType", X509);
        return reference;
    }

    private static String identified(Element element, String part) {
        var id = element.getAttributeNS(WSU, "Id");
        if (id.isEmpty()) {
            id = part.equals("Body") ? BODY_ID : "uuid_" + part;
            element.setAttributeNS("http://www.w3.org/2000/xmlns/", "xmlns:wsu", WSU);
            element.setAttributeNS(WSU, "wsu:Id", id);
        }
        element.setIdAttributeNS(WSU, "Id", true);
        return id;
    }

    public static Element first(Document document, String name) {
        return (Element) document.getElementsByTagNameNS("*", name).item(0);
    }

    public static Document parse(String message) {
        try {
            var factory = DocumentBuilderFactory.newInstance();
            factory.setNamespaceAware(true);
            return factory.newDocumentBuilder().parse(new InputSource(new StringReader(message)));
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    public static Document parse(byte[] message) {
        try {
            var factory = DocumentBuilderFactory.newInstance();
            factory.setNamespaceAware(true);
            return factory.newDocumentBuilder().parse(new ByteArrayInputStream(message));
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    public static String text(Document document) {
        try {
            var out = new StringWriter();
            var writer = TransformerFactory.newInstance().newTransformer();
            writer.setOutputProperty(OutputKeys.OMIT_XML_DECLARATION, "yes");
            writer.transform(new DOMSource(document), new StreamResult(out));
            return out.toString();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
