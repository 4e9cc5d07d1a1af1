package org.itkserver.soap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.itkserver.directory.Signing;
import org.itkserver.testing.DevCerts;
import org.itkserver.testing.Signed;
import org.itkserver.testing.WrappingVariants;
import org.itkserver.tls.TlsFiles;
import org.itkserver.tls.TlsSettings;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** S-01 to S-08: nothing that is used can be other than what was signed. */
class SignatureWrappingTest {
    @TempDir
    static Path folder;

    private static CheckedMessages checked;
    private static String good;
    private static Set<String> names;

    @BeforeAll
    static void sign() throws Exception {
        var certs = new DevCerts(folder.resolve("certs"), "gp");
        checked = new CheckedMessages(
                new TlsFiles(TlsSettings.of(certs.settings()).orElseThrow(), System::nanoTime), 1 << 23);
        good = Signed.by(certs.key("gp"), certs.certificate("gp")).sign(checked.letter());
        names = Set.of(certs.fingerprint("gp"));
    }

    private static List<WrappingVariants.Variant> bodies() {
        return WrappingVariants.of(good, "Body", "9990000018", "9990000026");
    }

    private static List<WrappingVariants.Variant> timestamps() {
        return WrappingVariants.of(
                good,
                "Timestamp",
                checked.now().plusSeconds(570).toString(),
                checked.now().plusSeconds(3000).toString());
    }

    private static void none(List<WrappingVariants.Variant> variants) {
        var codes = new TreeMap<String, Integer>();
        for (var require : Signing.Require.values()) {
            var signing = new Signing(require, null, names, false);
            for (var variant : variants) {
                var verdict = checked.check(variant.message(), signing);
                assertTrue(!verdict.accepted(), () -> require + ": " + variant.name());
                codes.merge(verdict.code(), 1, Integer::sum);
            }
        }
        // the signature rules themselves are what refuses many, not only the rules for every message
        assertTrue(codes.getOrDefault("3000", 0) > 200, codes::toString);
        assertEquals(Set.of("1000", "3000"), codes.keySet());
    }

    @Test
    void noBodyButTheSignedOneIsUsed() {
        var variants = bodies();
        assertTrue(variants.size() > 500, () -> variants.size() + " variants");
        none(variants);
    }

    @Test
    void noTimestampButTheSignedOneIsUsed() {
        var variants = timestamps();
        assertTrue(variants.size() > 500, () -> variants.size() + " variants");
        none(variants);
    }

    /** The variants are good messages but for their signature, or the test would prove nothing. */
    @Test
    void withoutTheSignatureManyWouldBeTaken() {
        var taken = new ArrayList<String>();
        var all = new ArrayList<>(bodies());
        all.addAll(timestamps());
        for (var variant : all) {
            var unsigned = variant.message().replaceAll("(?s)<ds:Signature .*</ds:Signature>", "");
            assertNotEquals(variant.message(), unsigned);
            if (checked.check(unsigned, Signing.NONE).accepted()) {
                taken.add(variant.name());
            }
        }
        assertTrue(taken.size() > 200, () -> taken.size() + " of " + all.size() + ": " + taken);
    }

    @Test
    void theMessageItselfIsTaken() {
        var signing = new Signing(Signing.Require.BODY, null, names, false);
        var verdict = checked.check(Signed.text(Signed.parse(good)), signing);
        assertTrue(verdict.accepted(), verdict::toString);
    }

    /** S-07: what is used of the headers is bound to the signed Body or to the partner's entry. */
    @Test
    void headersOutsideTheSignatureOpenNothing() {
        var signing = new Signing(Signing.Require.BODY, null, names, false);
        for (var changed : List.of(
                good.replace(
                        "<wsa:Action>urn:nhs-itk:services:201005:SendCDADocument-v2-0",
                        "<wsa:Action>urn:nhs-itk:services:201005:SendDocument-v1-0"),
                good.replace(
                        "</wsa:To>",
                        "</wsa:To><wsa:ReplyTo><wsa:Address>http://evil.example/</wsa:Address></wsa:ReplyTo>"),
                good.replace("<wsse:Username>gp-system-1", "<wsse:Username>other"))) {
            assertNotEquals(good, changed);
            assertTrue(!checked.check(changed, signing).accepted());
        }
    }
}
