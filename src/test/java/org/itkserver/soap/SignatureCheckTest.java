package org.itkserver.soap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Base64;
import java.util.Set;
import javax.xml.crypto.dsig.CanonicalizationMethod;
import javax.xml.crypto.dsig.DigestMethod;
import javax.xml.crypto.dsig.SignatureMethod;
import javax.xml.crypto.dsig.Transform;
import org.itkserver.directory.ClientCertificate;
import org.itkserver.directory.Signing;
import org.itkserver.envelope.Messages;
import org.itkserver.testing.BentCertificate;
import org.itkserver.testing.DevCerts;
import org.itkserver.testing.Signed;
import org.itkserver.tls.TlsFiles;
import org.itkserver.tls.TlsSettings;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every rule of a signature: S-08 to S-13 and what a good partner may do. */
class SignatureCheckTest {
    private static final String DENIED = "The sender is not known or not allowed to do this.";

    @TempDir
    static Path folder;

    private static DevCerts certs;
    private static DevCerts others;
    private static CheckedMessages checked;

    @BeforeAll
    static void certify() {
        certs = new DevCerts(folder.resolve("certs"), "gp", "other", "leaver");
        certs.rsa("old", 2048);
        certs.rsa("weak", 1024);
        certs.revoke("leaver");
        others = new DevCerts(folder.resolve("others"), "gp");
        checked = checked(certs, 1 << 23);
    }

    private static CheckedMessages checked(DevCerts of, long most) {
        return new CheckedMessages(new TlsFiles(TlsSettings.of(of.settings()).orElseThrow(), System::nanoTime), most);
    }

    private static Signed by(String name) {
        return Signed.by(certs.key(name), certificate(certs, name));
    }

    private static X509Certificate certificate(DevCerts of, String name) {
        try {
            return of.certificate(name);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static Signing signing(Signing.Require require, @Nullable LocalDate sha1Until, String... names) {
        var set = new java.util.HashSet<String>();
        for (var name : names) {
            set.add(ClientCertificate.of(certificate(certs, name)).fingerprint());
        }
        return new Signing(require, sha1Until, set, false);
    }

    private static final class Policy {
        static Signing body() {
            return signing(Signing.Require.BODY, null, "gp");
        }

        static Signing all(Signing.Require require) {
            return signing(require, null, "gp", "old", "weak", "leaver");
        }
    }

    private static void accepted(String message, Signing signing) {
        var verdict = checked.check(message, signing);
        assertTrue(verdict.accepted(), verdict::toString);
    }

    /** 3000 with the one text, and what the trail is told. */
    private static void denied(String reason, String message, Signing signing) {
        var verdict = checked.check(message, signing);
        assertEquals("3000", verdict.code(), verdict::toString);
        assertEquals(DENIED, verdict.text());
        assertTrue(String.valueOf(verdict.reason()).contains(reason), verdict::toString);
    }

    private static void invalid(String text, String message, Signing signing) {
        var verdict = checked.check(message, signing);
        assertEquals("1000", verdict.code(), verdict::toString);
        assertTrue(verdict.text().contains(text), verdict::toString);
    }

    @Test
    void aGoodPartnersSignatureIsTaken() {
        accepted(by("gp").sign(checked.letter()), Policy.body());
        accepted(by("old").sign(checked.letter()), Policy.all(Signing.Require.BODY));
        accepted(by("gp").prefixes("soap", "itk").sign(checked.letter()), Policy.body());
        accepted(
                by("gp").parts("Timestamp", "Body", "To", "Action", "MessageID", "UsernameToken")
                        .sign(checked.letter()),
                Policy.body());
        accepted(
                by("old")
                        .method(SignatureMethod.RSA_SHA512)
                        .digest(DigestMethod.SHA384)
                        .sign(checked.letter()),
                Policy.all(Signing.Require.NONE));
    }

    @Test
    void theEncodingDoesNotMatter() {
        var message = by("gp").sign(checked.letter());
        for (var charset : new java.nio.charset.Charset[] {StandardCharsets.UTF_16LE, StandardCharsets.UTF_16BE}) {
            var verdict = checked.check("\uFEFF" + message, Policy.body(), charset);
            assertTrue(verdict.accepted(), verdict::toString);
        }
        accepted(
                message.replace("><", ">\n<!-- seen on the way --><").replace("\n<!-- seen on the way -->", ""),
                Policy.body());
        accepted(message.replace("<soap:Body", "<!-- not part of what is signed --><soap:Body"), Policy.body());
    }

    /** What the original testbench sends. */
    @Test
    void theTimestampAloneWithSha1() {
        var today = checked.now().atZone(ZoneOffset.UTC).toLocalDate();
        var message = by("old")
                .method(SignatureMethod.RSA_SHA1)
                .digest(DigestMethod.SHA1)
                .parts("Timestamp")
                .sign(checked.letter());
        accepted(message, signing(Signing.Require.TIMESTAMP, today, "old"));
        denied("does not cover the Body", message, signing(Signing.Require.NONE, today, "old"));
    }

    /** Two documents of one message, or one that was copied. */
    @Test
    void anIdOccursOnceAnywhere() {
        for (var id : new String[] {"ID=\"x\"", "Id=\"x\"", "xml:id=\"x\"", "wsu:Id=\"x\""}) {
            var once = checked.letter().replace("<recordTarget>", "<recordTarget " + id + ">");
            accepted(by("gp").sign(once), Policy.body());
            var twice = once.replace("<patientRole>", "<patientRole ID=\"x\">");
            invalid("the id \"x\"", by("gp").sign(twice), Policy.body());
            accepted(twice, Signing.NONE);
        }
        var lower = checked.letter().replace("<recordTarget>", "<recordTarget id=\"" + Signed.BODY_ID + "\">");
        denied("is there twice", by("gp").sign(lower), Policy.body());
    }

    @Test
    void aQueueRequestIsHeldToTheSame() {
        var body = "<q:QueueMessage xmlns:q=\"urn:nhs-itk:ns:201005\"><q:QueueName>gp</q:QueueName></q:QueueMessage>";
        var request = checked.letter()
                .replaceAll("(?s)<itk:DistributionEnvelope>.*</itk:DistributionEnvelope>", body)
                .replace(Messages.SERVICE, CheckedMessages.GET)
                .replace(CheckedMessages.PATH, CheckedMessages.QUEUE);
        denied("it is not signed", request, Policy.body());
        accepted(by("gp").sign(request), Policy.body());
        denied("what it covers was changed", by("gp").sign(request).replace("Name>gp<", "Name>xx<"), Policy.body());
    }

    @Test
    void anUnsignedMessageIsTakenOnlyWhereNothingIsRequired() {
        accepted(checked.letter(), Signing.NONE);
        denied("it is not signed", checked.letter(), Policy.all(Signing.Require.TIMESTAMP));
        denied("it is not signed", checked.letter(), Policy.body());
    }

    @Test
    void whatMustBeCoveredMustBeCovered() {
        var timestamp = by("gp").parts("Timestamp").sign(checked.letter());
        var body = by("gp").parts("Body").sign(checked.letter());
        accepted(timestamp, Policy.all(Signing.Require.TIMESTAMP));
        denied("does not cover the Body", timestamp, Policy.body());
        denied("does not cover the Body", timestamp, Policy.all(Signing.Require.NONE));
        for (var require : Signing.Require.values()) {
            denied("does not cover the Timestamp", body, Policy.all(require));
            denied(
                    "does not cover the Timestamp",
                    by("gp").parts("UsernameToken").sign(checked.letter()),
                    Policy.all(require));
        }
    }

    @Test
    void aBadSignatureIsRefusedWhereNoneIsRequired() {
        var none = Policy.all(Signing.Require.NONE);
        var good = by("gp").sign(checked.letter());
        denied("what it covers was changed", good.replace("9990000018", "9990000026"), none);
        denied(
                "what it covers was changed",
                good.replace(
                        checked.now().plusSeconds(570).toString(),
                        checked.now().plusSeconds(571).toString()),
                none);
        denied("its value is not of this key", good.replaceAll("(<ds:SignatureValue>)....", "$1AAAA"), none);
        denied(
                "its value is not of this key",
                Signed.by(certs.key("other"), certificate(certs, "gp")).sign(checked.letter()),
                none);
    }

    @Test
    void whoSignedMustBeThePartner() {
        var none = Policy.all(Signing.Require.NONE);
        denied("is not one that the partner signs with", by("other").sign(checked.letter()), none);
        // same names, another authority
        denied(
                "is not one that the partner signs with",
                Signed.by(others.key("gp"), certificate(others, "gp")).sign(checked.letter()),
                none);
        var bySubject = new Signing(
                Signing.Require.NONE,
                null,
                Set.of(ClientCertificate.of(certificate(others, "gp")).subject()),
                false);
        accepted(by("gp").sign(checked.letter()), bySubject);
        denied("is ", Signed.by(others.key("gp"), certificate(others, "gp")).sign(checked.letter()), bySubject);
        denied("is REVOKED", by("leaver").sign(checked.letter()), none);
        denied("is not one that the partner signs with", by("gp").sign(checked.letter()), Signing.NONE);
        denied("RSA key has 1024 bits", by("weak").sign(checked.letter()), none);
    }

    @Test
    void withoutATruststoreNoSignatureIsGood() {
        var verdict = new CheckedMessages(null, 1 << 20).check(by("gp").sign(checked.letter()), Policy.body());
        assertEquals("3000", verdict.code());
        assertTrue(String.valueOf(verdict.reason()).contains("no truststore"));
    }

    @Test
    void sha1IsTakenWhileTheExceptionLasts() {
        var today = checked.now().atZone(ZoneOffset.UTC).toLocalDate();
        var both = by("old")
                .method(SignatureMethod.RSA_SHA1)
                .digest(DigestMethod.SHA1)
                .sign(checked.letter());
        var digest = by("old").digest(DigestMethod.SHA1).sign(checked.letter());
        var method = by("old").method(SignatureMethod.RSA_SHA1).sign(checked.letter());
        for (var message : new String[] {both, digest, method}) {
            accepted(message, signing(Signing.Require.BODY, today, "old"));
            denied("with SHA-1", message, signing(Signing.Require.BODY, today.minusDays(1), "old"));
            denied("with SHA-1", message, signing(Signing.Require.BODY, null, "old"));
        }
        denied(
                "its value is not of this key",
                both.replaceAll("(<ds:SignatureValue>)....", "$1AAAA"),
                signing(Signing.Require.BODY, today, "old"));
        denied(
                "what it covers was changed",
                both.replace("9990000018", "9990000026"),
                signing(Signing.Require.BODY, today, "old"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                CanonicalizationMethod.INCLUSIVE,
                CanonicalizationMethod.INCLUSIVE_WITH_COMMENTS,
                CanonicalizationMethod.EXCLUSIVE_WITH_COMMENTS
            })
    void onlyExclusiveCanonicalization(String uri) {
        denied("canonicalizes", by("gp").canonicalization(uri).sign(checked.letter()), Policy.body());
        denied("canonicalizes", by("gp").transforms(uri).sign(checked.letter()), Policy.body());
        denied("canonicalizes", by("gp").transforms(Algorithms.EXCLUSIVE, uri).sign(checked.letter()), Policy.body());
    }

    private static final class Algorithms {
        static final String EXCLUSIVE = CanonicalizationMethod.EXCLUSIVE;
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
        var good = by("gp").sign(checked.letter());
        var first = "<ds:Transform Algorithm=\"" + CanonicalizationMethod.EXCLUSIVE + "\"/>";
        assertTrue(good.contains(first), good);
        var other = "<ds:Transform Algorithm=\"" + uri + "\"><x xmlns=\"\">true()</x></ds:Transform>";
        for (var message :
                new String[] {good.replace(first, other), good.replace(first, first + other), good.replace(first, "")
                }) {
            var verdict = checked.check(message, Policy.body());
            assertTrue(
                    verdict.code().equals(uri.isEmpty() && message.contains("Algorithm=\"\"") ? "1000" : "3000"),
                    verdict::toString);
        }
    }

    @Test
    void noWeakAlgorithm() {
        denied(
                "neither RSA nor ECDSA",
                by("gp").method(SignatureMethod.HMAC_SHA256).sign(checked.letter()),
                Policy.body());
        var good = by("gp").sign(checked.letter());
        for (var weak : new String[] {
            SignatureMethod.HMAC_SHA1,
            SignatureMethod.DSA_SHA1,
            SignatureMethod.ECDSA_SHA1,
            "http://www.w3.org/2001/04/xmldsig-more#rsa-md5",
            "http://www.w3.org/2007/05/xmldsig-more#sha1-rsa-MGF1"
        }) {
            denied("neither RSA nor ECDSA", good.replace(SignatureMethod.ECDSA_SHA256, weak), Policy.body());
        }
        for (var weak : new String[] {
            "http://www.w3.org/2001/04/xmldsig-more#md5",
            DigestMethod.RIPEMD160,
            "http://www.w3.org/2001/04/xmldsig-more#sha224"
        }) {
            denied("digest is not", good.replace(DigestMethod.SHA256, weak), Policy.body());
        }
        denied(
                "its algorithm is not",
                good.replace(SignatureMethod.ECDSA_SHA256, SignatureMethod.RSA_SHA256),
                Policy.body());
        denied(
                "its algorithm is not",
                by("old").sign(checked.letter()).replace(SignatureMethod.RSA_SHA256, SignatureMethod.ECDSA_SHA256),
                Policy.all(Signing.Require.BODY));
    }

    @ParameterizedTest
    @EnumSource(Signed.Key.class)
    void theKeyIsATokenOfTheMessage(Signed.Key how) {
        var verdict = checked.check(by("gp").keyInfo(how).sign(checked.letter()), Policy.body());
        var code =
                switch (how) {
                    case TOKEN -> "";
                    case RETRIEVAL, RECURSIVE, IDENTIFIER, KEY_VALUE, X509_DATA, NAME -> "1000";
                    case ISSUER_SERIAL, NONE -> "3000";
                };
        assertEquals(code, verdict.code(), verdict::toString);
    }

    @Test
    void issuerAndSerialAreEnoughForACertificateThatIsKnownHere() {
        // one that signs for itself and is in the truststore
        var itself = Signed.by(certs.key("ca"), certificate(certs, "ca")).keyInfo(Signed.Key.ISSUER_SERIAL);
        denied("is not one that the partner signs with", itself.sign(checked.letter()), Policy.body());
        denied("not for signatures", itself.sign(checked.letter()), signing(Signing.Require.BODY, null, "ca"));
        denied(
                "of no certificate that is known",
                by("gp").keyInfo(Signed.Key.ISSUER_SERIAL).sign(checked.letter()),
                Policy.body());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", "#", "##uuid_BODY-0001", "#xpointer(/)", "#xpointer(id('uuid_BODY-0001'))",
                        "http://127.0.0.1:7777/canary",
                "file:///etc/hostname", "#uuid_TOKEN-0001", "#nobody", "uuid_BODY-0001", "cid:x", "#uuid_BODY-0001 "
            })
    void aReferenceIsTheIdOfAnElementThatIsUsed(String uri) {
        var good = by("gp").sign(checked.letter());
        var verdict =
                checked.check(good.replace("URI=\"#" + Signed.BODY_ID + '"', "URI=\"" + uri + '"'), Policy.body());
        assertEquals(uri.isEmpty() ? "1000" : "3000", verdict.code(), verdict::toString);
    }

    @Test
    void whatWantsToCostUsIsInvalid() {
        var good = by("gp").sign(checked.letter());
        int from = good.indexOf("<ds:Reference");
        var reference = good.substring(from, good.indexOf("</ds:Reference>") + 15);
        invalid("more than 16 references", good.replace(reference, reference.repeat(20)), Policy.body());
        invalid("longer than", good.replace(reference, reference.repeat(1000)), Policy.body());
        denied("the same element twice", good.replace(reference, reference.repeat(2)), Policy.body());
        denied("refers to nothing", good.replaceAll("(?s)<ds:Reference .*</ds:Reference>", ""), Policy.body());
        denied("alone", good.replace("</ds:Signature>", "<ds:Object><x/></ds:Object></ds:Signature>"), Policy.body());
        invalid(
                "occurs again: Signature",
                good.replaceAll("(?s)(<ds:Signature .*</ds:Signature>)", "$1$1"),
                Policy.body());
        invalid(
                "occurs again: BinarySecurityToken",
                good.replace("<ds:Signature ", "<wsse:BinarySecurityToken>AA</wsse:BinarySecurityToken><ds:Signature "),
                Policy.body());
        accepted(by("gp").prefixes(prefixes(64)).sign(checked.letter()), Policy.body());
        invalid("more than 64 prefixes", by("gp").prefixes(prefixes(65)).sign(checked.letter()), Policy.body());
        invalid(
                "too many elements",
                good.replace("<ClinicalDocument ", "<ClinicalDocument a=\"b\" ")
                        .replace("</ClinicalDocument>", "<a/>".repeat(30_000) + "</ClinicalDocument>"),
                Policy.body());
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
                by("gp").sign(checked.letter()).replace("<ds:Signature ", token + "<ds:Signature "),
                Policy.body());
    }

    @Test
    void norOneWithoutASignature() {
        var kerberos = "http://docs.oasis-open.org/wss/oasis-wss-kerberos-token-profile-1.1#GSS_Kerberosv5_AP_REQ";
        var token = "<wsse:BinarySecurityToken ValueType=\"" + kerberos + "\">YIIB</wsse:BinarySecurityToken>";
        invalid(
                "BinarySecurityToken is not an X.509 certificate",
                checked.letter().replace("<wsse:UsernameToken>", token + "<wsse:UsernameToken>"),
                Policy.all(Signing.Require.NONE));
    }

    @Test
    void onlySmallCertificatesWithTrueLengthsAreRead() {
        var der = encoded("gp");
        refused(token(Arrays.copyOf(der, der.length - 1)));
        refused(token(Arrays.copyOf(der, der.length + 1)));
        refused(token("nothing".getBytes(StandardCharsets.US_ASCII)));
        refused(token(new byte[9000]));
        refused(token(new byte[0]));
        invalid("longer than", token(new byte[1 << 20]).sign(checked.letter()), Policy.body());
        refused(by("gp").token("%%%%", Signed.X509));
        refused(by("gp").token(
                        Base64.getEncoder().encodeToString(der), Signed.X509.replace("X509v3", "X509PKIPathv1")));
        refused(by("gp").token(Base64.getEncoder().encodeToString(der), Signed.X509.replace("X509v3", "PKCS7")));
        // the length of the key identifier's octets inside its extension, far beyond the end
        refused(token(BentCertificate.keyIdentifier(der)));
        // every byte made a long length, one after the other
        var good = by("gp").token(Base64.getEncoder().encodeToString(der), Signed.X509)
                .sign(checked.letter());
        for (int i = 1; i < der.length; i++) {
            var bent = der.clone();
            bent[i] = (byte) 0x84;
            var verdict = checked.check(
                    good.replace(
                            Base64.getEncoder().encodeToString(der),
                            Base64.getEncoder().encodeToString(bent)),
                    Policy.body());
            assertTrue(!verdict.accepted() || Arrays.equals(bent, der), i + " " + verdict);
        }
    }

    private static Signed token(byte[] der) {
        return by("gp").token(Base64.getEncoder().encodeToString(der), Signed.X509);
    }

    private static byte[] encoded(String name) {
        try {
            return certificate(certs, name).getEncoded();
        } catch (java.security.cert.CertificateEncodingException e) {
            throw new AssertionError(e);
        }
    }

    private static void refused(Signed signed) {
        invalid("BinarySecurityToken is not an X.509 certificate", signed.sign(checked.letter()), Policy.body());
    }

    @Test
    void aLargerOneThanAllowedIsRefusedByItsSize() {
        var small = checked(certs, 4000);
        var message = by("gp").sign(checked.letter());
        assertEquals("413", small.check(message, Policy.body()).code());
        assertTrue(small.check(checked.letter(), Signing.NONE).accepted());
    }

    /** The scan takes it, a tree does not. */
    @Test
    void aNameThatNoTreeCanHoldIsRefused() {
        var odd = by("gp").sign(checked.letter()).replace("<text ", "<text \uD800\uDC00=\"x\" ");

        var verdict = checked.check(odd, Policy.body());

        assertEquals("1000", verdict.code(), verdict::toString);
    }

    @Test
    void aSignatureElsewhereIsNone() {
        var good = by("gp").sign(checked.letter());
        int from = good.indexOf("<ds:Signature ");
        int to = good.indexOf("</ds:Signature>") + 15;
        var signature = good.substring(from, to);
        var without = good.replace(signature, "");
        denied("it is not signed", without, Policy.body());
        denied("it is not signed", without.replace("<wsse:Security>", signature + "<wsse:Security>"), Policy.body());
        denied(
                "it is not signed",
                without.replace("</ClinicalDocument>", signature + "</ClinicalDocument>"),
                Policy.body());
        denied(
                "it is not signed",
                without.replace(
                        "<wsse:Security>",
                        "<wsse:Security soap:actor=\"urn:somebody-else\">" + signature
                                + "</wsse:Security><wsse:Security>"),
                Policy.body());
    }
}
