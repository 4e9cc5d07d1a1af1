package org.itkserver.soap;

import static org.itkserver.soap.SigningPartners.CERTS;
import static org.itkserver.soap.SigningPartners.CHECKED;
import static org.itkserver.soap.SigningPartners.OTHERS;
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
import java.time.ZoneOffset;
import java.util.Set;
import javax.xml.crypto.dsig.DigestMethod;
import javax.xml.crypto.dsig.SignatureMethod;
import org.itkserver.directory.ClientCertificate;
import org.itkserver.directory.Signing;
import org.itkserver.envelope.Messages;
import org.itkserver.testing.Signed;
import org.junit.jupiter.api.Test;

/** Who signed, what is covered, and when: S-08 to S-13 and what a good partner may do. */
class SignatureCheckTest {
    @Test
    void aGoodPartnersSignatureIsTaken() {
        accepted(by("gp").sign(CHECKED.letter()), mustSignTheBody());
        accepted(by("old").sign(CHECKED.letter()), allMay(Signing.Require.BODY));
        accepted(by("gp").prefixes("soap", "itk").sign(CHECKED.letter()), mustSignTheBody());
        accepted(
                by("gp").parts("Timestamp", "Body", "To", "Action", "MessageID", "UsernameToken")
                        .sign(CHECKED.letter()),
                mustSignTheBody());
        accepted(
                by("old")
                        .method(SignatureMethod.RSA_SHA512)
                        .digest(DigestMethod.SHA384)
                        .sign(CHECKED.letter()),
                allMay(Signing.Require.NONE));
    }

    @Test
    void theEncodingDoesNotMatter() {
        var message = by("gp").sign(CHECKED.letter());
        for (var charset : new java.nio.charset.Charset[] {StandardCharsets.UTF_16LE, StandardCharsets.UTF_16BE}) {
            var verdict = CHECKED.check("\uFEFF" + message, mustSignTheBody(), charset);
            assertTrue(verdict.accepted(), verdict::toString);
        }
        accepted(
                message.replace("><", ">\n<!-- seen on the way --><").replace("\n<!-- seen on the way -->", ""),
                mustSignTheBody());
        accepted(message.replace("<soap:Body", "<!-- not part of what is signed --><soap:Body"), mustSignTheBody());
    }

    /** What the original testbench sends. */
    @Test
    void theTimestampAloneWithSha1() {
        var today = CHECKED.now().atZone(ZoneOffset.UTC).toLocalDate();
        var message = by("old")
                .method(SignatureMethod.RSA_SHA1)
                .digest(DigestMethod.SHA1)
                .parts("Timestamp")
                .sign(CHECKED.letter());
        accepted(message, signing(Signing.Require.TIMESTAMP, today, "old"));
        denied("does not cover the Body", message, signing(Signing.Require.NONE, today, "old"));
    }

    /** Two documents of one message, or one that was copied. */
    @Test
    void anIdOccursOnceAnywhere() {
        for (var id : new String[] {"ID=\"x\"", "Id=\"x\"", "xml:id=\"x\"", "wsu:Id=\"x\""}) {
            var once = CHECKED.letter().replace("<recordTarget>", "<recordTarget " + id + ">");
            accepted(by("gp").sign(once), mustSignTheBody());
            var twice = once.replace("<patientRole>", "<patientRole ID=\"x\">");
            invalid("the id \"x\"", by("gp").sign(twice), mustSignTheBody());
            accepted(twice, Signing.NONE);
        }
        var lower = CHECKED.letter().replace("<recordTarget>", "<recordTarget id=\"" + Signed.BODY_ID + "\">");
        denied("is there twice", by("gp").sign(lower), mustSignTheBody());
    }

    @Test
    void aQueueRequestIsHeldToTheSame() {
        var body = "<q:QueueMessage xmlns:q=\"urn:nhs-itk:ns:201005\"><q:QueueName>gp</q:QueueName></q:QueueMessage>";
        var request = CHECKED.letter()
                .replaceAll("(?s)<itk:DistributionEnvelope>.*</itk:DistributionEnvelope>", body)
                .replace(Messages.SERVICE, CheckedMessages.GET)
                .replace(CheckedMessages.PATH, CheckedMessages.QUEUE);
        denied("it is not signed", request, mustSignTheBody());
        accepted(by("gp").sign(request), mustSignTheBody());
        denied("what it covers was changed", by("gp").sign(request).replace("Name>gp<", "Name>xx<"), mustSignTheBody());
    }

    @Test
    void anUnsignedMessageIsTakenOnlyWhereNothingIsRequired() {
        accepted(CHECKED.letter(), Signing.NONE);
        denied("it is not signed", CHECKED.letter(), allMay(Signing.Require.TIMESTAMP));
        denied("it is not signed", CHECKED.letter(), mustSignTheBody());
    }

    @Test
    void whatMustBeCoveredMustBeCovered() {
        var timestamp = by("gp").parts("Timestamp").sign(CHECKED.letter());
        var body = by("gp").parts("Body").sign(CHECKED.letter());
        accepted(timestamp, allMay(Signing.Require.TIMESTAMP));
        denied("does not cover the Body", timestamp, mustSignTheBody());
        denied("does not cover the Body", timestamp, allMay(Signing.Require.NONE));
        for (var require : Signing.Require.values()) {
            denied("does not cover the Timestamp", body, allMay(require));
            denied(
                    "does not cover the Timestamp",
                    by("gp").parts("UsernameToken").sign(CHECKED.letter()),
                    allMay(require));
        }
    }

    @Test
    void aBadSignatureIsRefusedWhereNoneIsRequired() {
        var none = allMay(Signing.Require.NONE);
        var good = by("gp").sign(CHECKED.letter());
        denied("what it covers was changed", good.replace("9990000018", "9990000026"), none);
        denied(
                "what it covers was changed",
                good.replace(
                        CHECKED.now().plusSeconds(570).toString(),
                        CHECKED.now().plusSeconds(571).toString()),
                none);
        denied("its value is not of this key", good.replaceAll("(<ds:SignatureValue>)....", "$1AAAA"), none);
        denied(
                "its value is not of this key",
                Signed.by(CERTS.key("other"), certificate(CERTS, "gp")).sign(CHECKED.letter()),
                none);
    }

    @Test
    void whoSignedMustBeThePartner() {
        var none = allMay(Signing.Require.NONE);
        denied("is not one that the partner signs with", by("other").sign(CHECKED.letter()), none);
        // same names, another authority
        denied(
                "is not one that the partner signs with",
                Signed.by(OTHERS.key("gp"), certificate(OTHERS, "gp")).sign(CHECKED.letter()),
                none);
        var bySubject = new Signing(
                Signing.Require.NONE,
                null,
                Set.of(ClientCertificate.of(certificate(OTHERS, "gp")).subject()),
                false);
        accepted(by("gp").sign(CHECKED.letter()), bySubject);
        denied("is ", Signed.by(OTHERS.key("gp"), certificate(OTHERS, "gp")).sign(CHECKED.letter()), bySubject);
        denied("is REVOKED", by("leaver").sign(CHECKED.letter()), none);
        denied("is not one that the partner signs with", by("gp").sign(CHECKED.letter()), Signing.NONE);
        denied("RSA key has 1024 bits", by("weak").sign(CHECKED.letter()), none);
    }

    @Test
    void withoutATruststoreNoSignatureIsGood() {
        var verdict = new CheckedMessages(null, 1 << 20).check(by("gp").sign(CHECKED.letter()), mustSignTheBody());
        assertEquals("3000", verdict.code());
        assertTrue(String.valueOf(verdict.reason()).contains("no truststore"));
    }

    @Test
    void sha1IsTakenWhileTheExceptionLasts() {
        var today = CHECKED.now().atZone(ZoneOffset.UTC).toLocalDate();
        var both = by("old")
                .method(SignatureMethod.RSA_SHA1)
                .digest(DigestMethod.SHA1)
                .sign(CHECKED.letter());
        var digest = by("old").digest(DigestMethod.SHA1).sign(CHECKED.letter());
        var method = by("old").method(SignatureMethod.RSA_SHA1).sign(CHECKED.letter());
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

    @Test
    void aLargerOneThanAllowedIsRefusedByItsSize() {
        var small = SigningPartners.checked(4000);
        var message = by("gp").sign(CHECKED.letter());
        assertEquals("413", small.check(message, mustSignTheBody()).code());
        assertTrue(small.check(CHECKED.letter(), Signing.NONE).accepted());
    }

    /** The scan takes it, a tree does not. */
    @Test
    void aNameThatNoTreeCanHoldIsRefused() {
        var odd = by("gp").sign(CHECKED.letter()).replace("<text ", "<text \uD800\uDC00=\"x\" ");

        var verdict = CHECKED.check(odd, mustSignTheBody());

        assertEquals("1000", verdict.code(), verdict::toString);
    }

    @Test
    void aSignatureElsewhereIsNone() {
        var good = by("gp").sign(CHECKED.letter());
        int from = good.indexOf("<ds:Signature ");
        int to = good.indexOf("</ds:Signature>") + 15;
        var signature = good.substring(from, to);
        var without = good.replace(signature, "");
        denied("it is not signed", without, mustSignTheBody());
        denied(
                "it is not signed",
                without.replace("<wsse:Security>", signature + "<wsse:Security>"),
                mustSignTheBody());
        denied(
                "it is not signed",
                without.replace("</ClinicalDocument>", signature + "</ClinicalDocument>"),
                mustSignTheBody());
        denied(
                "it is not signed",
                without.replace(
                        "<wsse:Security>",
                        "<wsse:Security soap:actor=\"urn:somebody-else\">" + signature
                                + "</wsse:Security><wsse:Security>"),
                mustSignTheBody());
    }
}
