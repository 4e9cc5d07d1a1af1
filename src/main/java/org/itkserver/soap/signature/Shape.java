package org.itkserver.soap.signature;

import java.util.ArrayList;
import java.util.List;
import java.util.StringTokenizer;
import javax.xml.crypto.dsig.Transform;
import org.itkserver.envelope.EnvelopeRejected;
import org.itkserver.envelope.Namespaces;
import org.w3c.dom.Element;

/**
 * A signature's form, read before the engine sees it; everything that is not on this list is refused.
 *
 * @param method signature algorithm
 * @param references ids that are referred to
 * @param key the only child of the SecurityTokenReference
 */
record Shape(String method, List<String> references, Element key) {
    private static final String EXCLUSIVE = Algorithms.EXCLUSIVE;
    private static final int MOST_REFERENCES = 16;
    private static final int MOST_PREFIXES = 64;

    /**
     * @param sha1 whether SHA-1 is good enough
     * @throws Bad 3000
     * @throws EnvelopeRejected 1000 for an algorithm or transform that this server does not allow, and what only wants to cost us
     */
    static Shape of(Element signature, boolean sha1) {
        var parts = Xml.children(signature);
        if (parts.size() != 3
                || !Xml.is(parts.get(0), Namespaces.DS, "SignedInfo")
                || !Xml.is(parts.get(1), Namespaces.DS, "SignatureValue")
                || !Xml.is(parts.get(2), Namespaces.DS, "KeyInfo")) {
            throw new Bad("it is not SignedInfo, SignatureValue and KeyInfo alone");
        }
        var info = Xml.children(parts.get(0));
        if (info.size() < 3
                || !Xml.is(info.get(0), Namespaces.DS, "CanonicalizationMethod")
                || !Xml.is(info.get(1), Namespaces.DS, "SignatureMethod")) {
            throw new Bad("its SignedInfo refers to nothing");
        }
        exclusive(info.get(0));
        var method = algorithm(info.get(1));
        Algorithms.signature(method, sha1);
        parameterless(info.get(1));
        childless(parts.get(1));
        if (info.size() - 2 > MOST_REFERENCES) {
            throw EnvelopeRejected.invalid("The signature has more than " + MOST_REFERENCES + " references.");
        }
        var references = new ArrayList<String>();
        for (var reference : info.subList(2, info.size())) {
            references.add(reference(reference, sha1));
        }
        return new Shape(method, references, key(parts.get(2)));
    }

    private static String algorithm(Element method) {
        return method.getAttributeNS(null, "Algorithm");
    }

    private static void childless(Element element) {
        if (Xml.firstElement(element) != null) {
            throw new Bad("its " + element.getLocalName() + " holds elements");
        }
    }

    private static void parameterless(Element method) {
        if (Xml.firstElement(method) != null) {
            throw EnvelopeRejected.invalid("The signature's " + method.getLocalName() + " has parameters.");
        }
    }

    /** Exclusive canonicalization without comments, with or without a list of prefixes. */
    private static void exclusive(Element method) {
        var parameters = Xml.children(method);
        if (!algorithm(method).equals(EXCLUSIVE)
                || parameters.size() > 1
                || !parameters.stream().allMatch(p -> Xml.is(p, EXCLUSIVE, "InclusiveNamespaces"))) {
            throw otherTransform();
        }
        // each is looked for at each element of what is covered
        if (parameters.stream().anyMatch(p -> prefixes(p) > MOST_PREFIXES)) {
            throw EnvelopeRejected.invalid("InclusiveNamespaces names more than " + MOST_PREFIXES + " prefixes.");
        }
    }

    private static int prefixes(Element inclusive) {
        return new StringTokenizer(inclusive.getAttributeNS(null, "PrefixList")).countTokens();
    }

    private static String reference(Element reference, boolean sha1) {
        var uri = reference.getAttributeNS(null, "URI");
        if (!Xml.is(reference, Namespaces.DS, "Reference")
                || uri.length() < 2
                || uri.charAt(0) != '#'
                || uri.contains("(")) {
            throw new Bad("it refers to something other than an id of the message");
        }
        var parts = Xml.children(reference);
        if (parts.size() != 3
                || !Xml.is(parts.get(0), Namespaces.DS, "Transforms")
                || !Xml.is(parts.get(1), Namespaces.DS, "DigestMethod")
                || !Xml.is(parts.get(2), Namespaces.DS, "DigestValue")) {
            throw new Bad("a Reference is not Transforms, DigestMethod and DigestValue");
        }
        var transforms = Xml.children(parts.get(0));
        if (!transforms.stream().allMatch(t -> Xml.is(t, Namespaces.DS, "Transform"))) {
            throw otherTransform();
        }
        exclusive(last(transforms));
        Algorithms.digest(algorithm(parts.get(1)), sha1);
        parameterless(parts.get(1));
        childless(parts.get(2));
        return uri.substring(1);
    }

    /**
     * Exclusive canonicalization, at most behind the transform {@code enveloped-signature}: that leaves out the signature from what
     * holds it, and nothing that may be referred to does.
     */
    private static Element last(List<Element> transforms) {
        int size = transforms.size();
        boolean enveloped = size == 2
                && algorithm(transforms.get(0)).equals(Transform.ENVELOPED)
                && Xml.firstElement(transforms.get(0)) == null;
        if (size != 1 && !enveloped) {
            throw otherTransform();
        }
        return transforms.get(size - 1);
    }

    private static EnvelopeRejected otherTransform() {
        return EnvelopeRejected.invalid(
                "The signature canonicalizes or transforms in another way than exclusive canonicalization.");
    }

    private static Element key(Element keyInfo) {
        var keys = Xml.children(keyInfo);
        if (keys.stream().anyMatch(k -> Xml.is(k, Namespaces.DS, "RetrievalMethod"))) {
            throw EnvelopeRejected.invalid("A RetrievalMethod is not supported.");
        }
        if (keys.size() != 1 || !Xml.is(keys.get(0), Namespaces.WSSE, "SecurityTokenReference")) {
            throw EnvelopeRejected.invalid("KeyInfo holds one SecurityTokenReference.");
        }
        var inside = Xml.children(keys.get(0));
        boolean known = inside.size() == 1
                && (Xml.is(inside.get(0), Namespaces.WSSE, "Reference")
                        || Xml.is(inside.get(0), Namespaces.WSSE, "KeyIdentifier")
                        || Xml.is(inside.get(0), Namespaces.DS, "X509Data"));
        if (!known) {
            throw EnvelopeRejected.invalid(
                    "A SecurityTokenReference holds one Reference to a token, one KeyIdentifier or one X509Data.");
        }
        return inside.get(0);
    }
}
