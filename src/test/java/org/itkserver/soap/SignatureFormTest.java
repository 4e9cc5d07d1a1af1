package org.itkserver.soap;

import static org.itkserver.soap.SigningPartners.CERTS;
import static org.itkserver.soap.SigningPartners.CHECKED;
import static org.itkserver.soap.SigningPartners.accepted;
import static org.itkserver.soap.SigningPartners.allMay;
import static org.itkserver.soap.SigningPartners.by;
import static org.itkserver.soap.SigningPartners.certificate;
import static org.itkserver.soap.SigningPartners.denied;
import static org.itkserver.soap.SigningPartners.invalid;
import static org.itkserver.soap.SigningPartners.mustSignTheBody;
import static org.itkserver.soap.SigningPartners.signing;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import javax.xml.crypto.dsig.CanonicalizationMethod;
import javax.xml.crypto.dsig.DigestMethod;
import javax.xml.crypto.dsig.SignatureMethod;
import javax.xml.crypto.dsig.Transform;
import org.itkserver.directory.Signing;
import org.itkserver.testing.BentCertificate;
import org.itkserver.testing.Signed;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Algorithms, references, keys and tokens of a signature: nothing but what is expected, and nothing that costs much. */
class SignatureFormTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                CanonicalizationMethod.INCLUSIVE,
                CanonicalizationMethod.INCLUSIVE_WITH_COMMENTS,
                CanonicalizationMethod.EXCLUSIVE_WITH_COMMENTS
            })
    void onlyExclusiveCanonicalization(String uri) {
        invalid("canonicalizes", by("gp").canonicalization(uri).sign(CHECKED.letter()), mustSignTheBody());
        invalid("canonicalizes", by("gp").transforms(uri).sign(CHECKED.letter()), mustSignTheBody());
        invalid(
                "canonicalizes",
                by("gp").transforms(CanonicalizationMethod.EXCLUSIVE, uri).sign(CHECKED.letter()),
                mustSignTheBody());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                Transform.ENVELOPED,
                Transform.BASE64,
                Transform.XPATH,
                Transform.XPATH2,
                Transform.XSLT,
                "urn:unheard-of",
                ""
            })
    void noOtherTransform(String uri) {
        var good = by("gp").sign(CHECKED.letter());
        var first = "<ds:Transform Algorithm=\"" + CanonicalizationMethod.EXCLUSIVE + "\"/>";
        assertTrue(good.contains(first), good);
        var other = "<ds:Transform Algorithm=\"" + uri + "\"><x xmlns=\"\">true()</x></ds:Transform>";
        for (var message :
                new String[] {good.replace(first, other), good.replace(first, first + other), good.replace(first, "")
                }) {
            var verdict = CHECKED.check(message, mustSignTheBody());
            assertEquals("1000", verdict.code(), verdict::toString);
        }
    }

    @Test
    void noWeakAlgorithm() {
        invalid(
                "neither RSA nor ECDSA",
                by("gp").method(SignatureMethod.HMAC_SHA256).sign(CHECKED.letter()),
                mustSignTheBody());
        var good = by("gp").sign(CHECKED.letter());
        for (var weak : new String[] {
            SignatureMethod.HMAC_SHA1,
            SignatureMethod.DSA_SHA1,
            SignatureMethod.ECDSA_SHA1,
            "http://www.w3.org/2001/04/xmldsig-more#rsa-md5",
            "http://www.w3.org/2007/05/xmldsig-more#sha1-rsa-MGF1"
        }) {
            invalid("neither RSA nor ECDSA", good.replace(SignatureMethod.ECDSA_SHA256, weak), mustSignTheBody());
        }
        for (var weak : new String[] {
            "http://www.w3.org/2001/04/xmldsig-more#md5",
            DigestMethod.RIPEMD160,
            "http://www.w3.org/2001/04/xmldsig-more#sha224"
        }) {
            invalid("is not SHA-256, 384 or 512", good.replace(DigestMethod.SHA256, weak), mustSignTheBody());
        }
        denied(
                "its algorithm is not",
                good.replace(SignatureMethod.ECDSA_SHA256, SignatureMethod.RSA_SHA256),
                mustSignTheBody());
        denied(
                "its algorithm is not",
                by("old").sign(CHECKED.letter()).replace(SignatureMethod.RSA_SHA256, SignatureMethod.ECDSA_SHA256),
                allMay(Signing.Require.BODY));
    }

    @ParameterizedTest
    @EnumSource(Signed.Key.class)
    void theKeyIsATokenOfTheMessage(Signed.Key how) {
        var verdict = CHECKED.check(by("gp").keyInfo(how).sign(CHECKED.letter()), mustSignTheBody());
        var code =
                switch (how) {
                    case TOKEN, EMBEDDED, CERTIFICATE_DATA, ALL_DATA -> "";
                    case RETRIEVAL, RECURSIVE, IDENTIFIER, KEY_VALUE, X509_DATA, NAME -> "1000";
                    // nothing is known here that these could name
                    case ISSUER_SERIAL, SUBJECT_KEY, THUMBPRINT_SHA1, THUMBPRINT_SHA256, NONE -> "3000";
                };
        assertEquals(code, verdict.code(), verdict::toString);
    }

    private static final Set<Signed.Key> NAMES = EnumSet.of(
            Signed.Key.ISSUER_SERIAL, Signed.Key.SUBJECT_KEY, Signed.Key.THUMBPRINT_SHA1, Signed.Key.THUMBPRINT_SHA256);

    @Test
    void aCertificateOfTheEntryOrTheConnectionMayBeNamed() {
        for (var how : NAMES) {
            var message = by("gp").keyInfo(how).sign(CHECKED.letter());
            accepted(message, knowing("gp", "gp"));
            denied("is not one that the partner signs with", message, knowing("other", "gp"));
            var shown = CHECKED.check(
                    message.getBytes(StandardCharsets.UTF_8), mustSignTheBody(), certificate(CERTS, "gp"));
            assertTrue(shown.accepted(), how + " " + shown);
        }
        denied(
                "of no certificate that is known",
                by("gp").keyInfo(Signed.Key.SUBJECT_KEY).sign(CHECKED.letter()),
                knowing("gp", "old"));
    }

    /** @param allowed whose signatures are allowed */
    private static Signing knowing(String allowed, String known) {
        var signing = signing(Signing.Require.BODY, null, allowed);
        return new Signing(signing.require(), null, signing.certificates(), false, List.of(certificate(CERTS, known)));
    }

    @ParameterizedTest
    @EnumSource(
            value = Signed.Key.class,
            names = {"EMBEDDED", "CERTIFICATE_DATA", "ALL_DATA", "TOKEN"})
    void aCertificateThatAMessageBringsMustBeThePartners(Signed.Key how) {
        denied(
                "is not one that the partner signs with",
                by("other").keyInfo(how).sign(CHECKED.letter()),
                mustSignTheBody());
        denied(
                "its value is not of this key",
                Signed.by(CERTS.key("other"), certificate(CERTS, "gp"))
                        .keyInfo(how)
                        .sign(CHECKED.letter()),
                mustSignTheBody());
    }

    @Test
    void issuerAndSerialMustBeThoseOfTheCertificateBesideThem() {
        var good = by("gp").keyInfo(Signed.Key.ALL_DATA).sign(CHECKED.letter());
        var serial = certificate(CERTS, "gp").getSerialNumber();
        invalid("is not the X509Certificate beside it", good.replace(">" + serial + "<", ">1<"), mustSignTheBody());
        invalid(
                "X509Data holds one each",
                good.replaceFirst("(?s)(<ds:X509Certificate>.*</ds:X509Certificate>)", "$1$1"),
                mustSignTheBody());
        invalid(
                "not an X.509 certificate",
                good.replaceFirst(
                        "(?s)<ds:X509Certificate>.*</ds:X509Certificate>",
                        "<ds:X509Certificate>AAAA</ds:X509Certificate>"),
                mustSignTheBody());
    }

    @Test
    void x509DataMayHoldASubjectKeyIdentifierAndASubject() {
        var known = certificate(CERTS, "gp");
        var extension = known.getExtensionValue("2.5.29.14");
        var ski = "<ds:X509SKI>"
                + java.util.Base64.getEncoder()
                        .encodeToString(java.util.Arrays.copyOfRange(extension, 4, extension.length))
                + "</ds:X509SKI>";
        var subject = "<ds:X509SubjectName>" + known.getSubjectX500Principal().getName() + "</ds:X509SubjectName>";
        var good = by("gp").keyInfo(Signed.Key.ALL_DATA).sign(CHECKED.letter());
        accepted(good.replace("<ds:X509Certificate>", ski + subject + "<ds:X509Certificate>"), mustSignTheBody());
        accepted(dataOf(good, ski), knowing("gp", "gp"));
        accepted(dataOf(good, subject + ski), knowing("gp", "gp"));
        invalid("X509Data holds one each", dataOf(good, subject), knowing("gp", "gp"));
        invalid("X509Data holds one each", dataOf(good, ski + ski), knowing("gp", "gp"));
        invalid("X509Data holds one each", dataOf(good, ski + "<ds:X509CRL/>"), knowing("gp", "gp"));
        invalid(
                "is not the X509Certificate beside it",
                good.replace(
                        "<ds:X509Certificate>",
                        "<ds:X509SubjectName>CN=other</ds:X509SubjectName><ds:X509Certificate>"),
                mustSignTheBody());
    }

    /** The message with other content in its X509Data, which no signature covers. */
    private static String dataOf(String message, String content) {
        return message.replaceFirst("(?s)(<ds:X509Data[^>]*>).*</ds:X509Data>", "$1" + content + "</ds:X509Data>");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "%%%", "AAAA AAAA A", " "})
    void aKeyIdentifierIsBase64(String text) {
        var good = by("gp").keyInfo(Signed.Key.THUMBPRINT_SHA1).sign(CHECKED.letter());
        invalid(
                "The KeyIdentifier or X509SKI is not",
                good.replaceFirst("(<wsse:KeyIdentifier[^>]*>)[^<]*", "$1" + text),
                knowing("gp", "gp"));
        invalid(
                "The KeyIdentifier or X509SKI is not",
                good.replace("ThumbprintSHA1", "ThumbprintSHA512"),
                knowing("gp", "gp"));
    }

    @Test
    void theEnvelopedTransformBeforeExclusiveCanonicalizationChangesNothing() {
        var both = new String[] {Transform.ENVELOPED, CanonicalizationMethod.EXCLUSIVE};
        var good = by("gp").transforms(both).sign(CHECKED.letter());
        accepted(good, mustSignTheBody());
        denied("what it covers was changed", good.replace("caf\u00e9", "cafe"), mustSignTheBody());
        invalid(
                "canonicalizes",
                by("gp").transforms(CanonicalizationMethod.EXCLUSIVE, Transform.ENVELOPED)
                        .sign(CHECKED.letter()),
                mustSignTheBody());
        invalid(
                "canonicalizes",
                by("gp").transforms(Transform.ENVELOPED, Transform.ENVELOPED, CanonicalizationMethod.EXCLUSIVE)
                        .sign(CHECKED.letter()),
                mustSignTheBody());
    }

    @Test
    void issuerAndSerialAreEnoughForACertificateThatIsKnownHere() {
        // one that signs for itself and is in the truststore
        var itself = Signed.by(CERTS.key("ca"), certificate(CERTS, "ca")).keyInfo(Signed.Key.ISSUER_SERIAL);
        denied("is not one that the partner signs with", itself.sign(CHECKED.letter()), mustSignTheBody());
        denied("not for signatures", itself.sign(CHECKED.letter()), signing(Signing.Require.BODY, null, "ca"));
        denied(
                "of no certificate that is known",
                by("gp").keyInfo(Signed.Key.ISSUER_SERIAL).sign(CHECKED.letter()),
                mustSignTheBody());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", "#", "##uuid_BODY-0001", "#xpointer(/)", "#xpointer(id('uuid_BODY-0001'))",
                        "http://127.0.0.1:7777/canary",
                "file:///etc/hostname", "#uuid_TOKEN-0001", "#nobody", "uuid_BODY-0001", "cid:x", "#uuid_BODY-0001 "
            })
    void aReferenceIsTheIdOfAnElementThatIsUsed(String uri) {
        var good = by("gp").sign(CHECKED.letter());
        var verdict =
                CHECKED.check(good.replace("URI=\"#" + Signed.BODY_ID + '"', "URI=\"" + uri + '"'), mustSignTheBody());
        assertEquals(uri.isEmpty() ? "1000" : "3000", verdict.code(), verdict::toString);
    }

    @Test
    void whatWantsToCostUsIsInvalid() {
        var good = by("gp").sign(CHECKED.letter());
        int from = good.indexOf("<ds:Reference");
        var reference = good.substring(from, good.indexOf("</ds:Reference>") + 15);
        invalid("more than 16 references", good.replace(reference, reference.repeat(20)), mustSignTheBody());
        invalid("longer than", good.replace(reference, reference.repeat(1000)), mustSignTheBody());
        denied("the same element twice", good.replace(reference, reference.repeat(2)), mustSignTheBody());
        denied("refers to nothing", good.replaceAll("(?s)<ds:Reference .*</ds:Reference>", ""), mustSignTheBody());
        denied(
                "alone",
                good.replace("</ds:Signature>", "<ds:Object><x/></ds:Object></ds:Signature>"),
                mustSignTheBody());
        invalid(
                "occurs again: Signature",
                good.replaceAll("(?s)(<ds:Signature .*</ds:Signature>)", "$1$1"),
                mustSignTheBody());
        invalid(
                "occurs again: BinarySecurityToken",
                good.replace("<ds:Signature ", "<wsse:BinarySecurityToken>AA</wsse:BinarySecurityToken><ds:Signature "),
                mustSignTheBody());
        accepted(by("gp").prefixes(prefixes(64)).sign(CHECKED.letter()), mustSignTheBody());
        invalid("more than 64 prefixes", by("gp").prefixes(prefixes(65)).sign(CHECKED.letter()), mustSignTheBody());
        invalid(
                "too many elements",
                good.replace("<ClinicalDocument ", "<ClinicalDocument a=\"b\" ")
                        .replace("</ClinicalDocument>", "<a/>".repeat(30_000) + "</ClinicalDocument>"),
                mustSignTheBody());
    }

    private static String[] prefixes(int count) {
        return java.util.stream.IntStream.range(0, count).mapToObj(i -> "p" + i).toArray(String[]::new);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "xenc:EncryptedData",
                "xenc:EncryptedKey",
                "wsc:DerivedKeyToken",
                "saml:Assertion",
                "wsse11:EncryptedHeader",
                "wsc:SecurityContextToken",
                "wsse11:SignatureConfirmation",
                "wsse:SecurityTokenReference"
            })
    void noOtherToken(String name) {
        var prefix = name.substring(0, name.indexOf(':'));
        var uri = prefix.equals("wsse") ? Signed.WSSE : "urn:token:" + prefix;
        var token = "<" + name + " xmlns:" + prefix + "=\"" + uri + "\"/>";
        invalid(
                "is not supported",
                by("gp").sign(CHECKED.letter()).replace("<ds:Signature ", token + "<ds:Signature "),
                mustSignTheBody());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://docs.oasis-open.org/wss/oasis-wss-kerberos-token-profile-1.1#GSS_Kerberosv5_AP_REQ",
                "urn:of-somebody-else#X509v3"
            })
    void norOneWithoutASignature(String type) {
        var token = "<wsse:BinarySecurityToken ValueType=\"" + type + "\">YIIB</wsse:BinarySecurityToken>";
        invalid(
                "BinarySecurityToken is not an X.509 certificate",
                CHECKED.letter().replace("<wsse:UsernameToken>", token + "<wsse:UsernameToken>"),
                allMay(Signing.Require.NONE));
    }

    @Test
    void onlySmallCertificatesWithTrueLengthsAreRead() {
        var der = encoded("gp");
        refused(token(Arrays.copyOf(der, der.length - 1)));
        refused(token(Arrays.copyOf(der, der.length + 1)));
        refused(token("nothing".getBytes(StandardCharsets.US_ASCII)));
        refused(token(new byte[9000]));
        refused(token(new byte[0]));
        invalid("longer than", token(new byte[1 << 20]).sign(CHECKED.letter()), mustSignTheBody());
        refused(by("gp").token("%%%%", Signed.X509));
        refused(by("gp").token(
                        Base64.getEncoder().encodeToString(der), Signed.X509.replace("X509v3", "X509PKIPathv1")));
        refused(by("gp").token(Base64.getEncoder().encodeToString(der), Signed.X509.replace("X509v3", "PKCS7")));
        // the length of the key identifier's octets inside its extension, far beyond the end
        refused(token(BentCertificate.keyIdentifier(der)));
        // every byte made a long length, one after the other
        var good = by("gp").token(Base64.getEncoder().encodeToString(der), Signed.X509)
                .sign(CHECKED.letter());
        for (int i = 1; i < der.length; i++) {
            var bent = der.clone();
            bent[i] = (byte) 0x84;
            var verdict = CHECKED.check(
                    good.replace(
                            Base64.getEncoder().encodeToString(der),
                            Base64.getEncoder().encodeToString(bent)),
                    mustSignTheBody());
            assertTrue(!verdict.accepted() || Arrays.equals(bent, der), i + " " + verdict);
        }
    }

    private static Signed token(byte[] der) {
        return by("gp").token(Base64.getEncoder().encodeToString(der), Signed.X509);
    }

    private static byte[] encoded(String name) {
        try {
            return certificate(CERTS, name).getEncoded();
        } catch (java.security.cert.CertificateEncodingException e) {
            throw new AssertionError(e);
        }
    }

    private static void refused(Signed signed) {
        invalid("BinarySecurityToken is not an X.509 certificate", signed.sign(CHECKED.letter()), mustSignTheBody());
    }
}
