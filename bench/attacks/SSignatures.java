package attacks;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import javax.xml.crypto.dsig.CanonicalizationMethod;
import javax.xml.crypto.dsig.DigestMethod;
import javax.xml.crypto.dsig.SignatureMethod;
import javax.xml.crypto.dsig.Transform;
import org.itkserver.testing.BentCertificate;
import org.itkserver.testing.Signed;
import org.itkserver.testing.WrappingVariants;

/**
 * Attacks on signatures: wrapping, leaving out, faking, and what wants to cost us. What is denied must be denied for the reason
 * that is meant, by the trail, and nothing of it may be stored.
 */
final class SSignatures {
    private static final String EXCLUSIVE = CanonicalizationMethod.EXCLUSIVE;
    private static final String DSIG = "xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"";
    private static final String TOKEN_PROFILE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#";
    private static final String KERBEROS = "http://docs.oasis-open.org/wss/oasis-wss-kerberos-token-profile-1.1#GSS_Kerberosv5_AP_REQ";
    private static final String ACTION = "<wsa:Action>" + Letter.SERVICES + "SendCDADocument-v2-0";
    private static final String OTHER_TRANSFORM = "in another way than exclusive canonicalization";
    private static final String NOT_COVERED = "it does not cover the ";
    private static final String UNSIGNED = "(it is not signed)";
    private static final String NOT_USED = "refers to something that is not used";
    private static final String CHANGED = "what it covers was changed";
    private static final String NOT_THE_PARTNERS = "is not one that the partner signs with";
    private static final String NO_ID = "other than an id of the message";
    private static final String NO_CERTIFICATE = "is not an X.509 certificate";
    private static final int MB = 1_000_000;

    private final Suite suite;
    private final Bed bed;

    private SSignatures(Suite suite) {
        this.suite = suite;
        this.bed = suite.bed;
    }

    static void run(Suite suite) throws Exception {
        var family = new SSignatures(suite);
        family.good();
        family.wrapping("Body");
        family.wrapping("Timestamp");
        family.headers();
        family.ids();
        family.exclusion();
        family.strangers();
        family.algorithms();
        family.references();
        family.permitted();
        family.dear();
        family.keys();
        family.tokens();
        family.certificates();
        family.otherTokens();
    }

    // -- letters and who signs them

    private Letter plain(String partner, String ods) {
        return Letter.discharge(bed.base).from(partner + "-1", ods);
    }

    private Letter unsigned() {
        return plain("signer", "E1111");
    }

    private Signed by(String store) {
        try {
            var keys = bed.store(store);
            var alias = store.substring(store.lastIndexOf('/') + 1);
            return Signed.by((PrivateKey) keys.getKey(alias, Bed.PASSWORD), (X509Certificate) keys.getCertificate(alias));
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(store, e);
        }
    }

    private Signed by() {
        return by("signer");
    }

    private byte[] certificate(String store) throws Exception {
        return bed.store(store).getCertificate(store).getEncoded();
    }

    private static Letter signed(Signed how, Letter letter) {
        letter.text = how.sign(letter.text);
        return letter;
    }

    private Letter signed(Signed how) {
        return signed(how, unsigned());
    }

    private Letter signed() {
        return signed(by());
    }

    /** Puts tokens or other elements first into Security. */
    private static Letter token(Letter letter, String xml) {
        return letter.swap("<wsse:UsernameToken>", xml + "<wsse:UsernameToken>");
    }

    private static Letter edit(Letter letter, UnaryOperator<String> how) {
        var text = how.apply(letter.text);
        if (text.equals(letter.text)) {
            throw new IllegalArgumentException("nothing is changed");
        }
        letter.text = text;
        return letter;
    }

    // -- what is expected

    private void accepted(String id, String sent, Letter letter) {
        suite.letter(id, sent, Expect.accepted(), letter);
    }

    private void denied(String id, String sent, String why, Letter letter) {
        refused(id, sent, Expect.denied(), why, letter, source -> bed.send(source, letter));
    }

    private void invalid(String id, String sent, String why, Letter letter) {
        refused(id, sent, Expect.invalid(), why, letter, source -> bed.send(source, letter));
    }

    /** @param why part of what the trail says */
    private void refused(String id, String sent, Expect expect, String why, Letter letter, Suite.Attack attack) {
        suite.attack(id, sent, expect, letter.text, source -> {
            var reply = attack.send(source);
            var told = "";
            for (int i = 0; i < 40 && told.isEmpty(); i++) {
                told = bed.value("select detail from audit_event where type = 'refused' and source = ?", source);
                Health.pause(told.isEmpty() ? 50 : 0);
            }
            if (!told.contains(why)) {
                throw new AssertionError(reply.brief() + ", and the trail says: " + told);
            }
            if (stored(letter.trackingId()) != 0) {
                throw new AssertionError("it was stored");
            }
            return reply;
        });
    }

    private long stored(String trackingId) throws Exception {
        return bed.count("select count(*) from message where tracking_id = ?", trackingId);
    }

    // -- what a partner may do

    private void good() throws Exception {
        accepted("S-00", "Body and Timestamp signed", signed());
        accepted("S-00", "the addressing headers signed too", signed(by().parts("Timestamp", "Body", "To", "Action", "MessageID")));
        bed.made("named", "named", "RSA -keysize 2048");
        accepted("S-00", "RSA, known by its subject", signed(by("named"), plain("named", "F1111")));
        suite.attack("S-00", "the Timestamp alone, over mutual TLS", Expect.accepted(),
                source -> dated(source, signed(by("dated").parts("Timestamp"), bed.letter("dated", "G1111"))));
        bed.made("sha", "sha", "RSA -keysize 2048");
        accepted("S-00", "SHA-1, where it is allowed", signed(sha1("sha"), plain("sha", "H1111")));
    }

    private Signed sha1(String store) {
        return by(store).method(SignatureMethod.RSA_SHA1).digest(DigestMethod.SHA1);
    }

    private Reply dated(String source, Letter letter) throws IOException {
        try (var line = bed.secure(source, "dated")) {
            return line.exchange(letter.request());
        }
    }

    // -- S-01 to S-08

    private void wrapping(String part) throws Exception {
        var letter = signed();
        var good = letter.text;
        boolean body = part.equals("Body");
        int at = good.indexOf("<wsu:Expires>") + 13;
        var expires = good.substring(at, good.indexOf('<', at));
        var variants = WrappingVariants.of(good, part, body ? Bed.PATIENT.get(0) : expires,
                body ? "9990000026" : Instant.parse(expires).plus(30, ChronoUnit.MINUTES).toString());
        Map<String, List<String>> shapes = new LinkedHashMap<>();
        for (var shape : List.of("XSW1", "XSW2", "XSW3", "XSW4", "XSW5", "XSW7", "XSW8")) {
            shapes.put(shape, new ArrayList<>());
        }
        for (var each : variants) {
            int name = each.name().indexOf("XSW");
            var shape = each.name().contains("SAME_WSU") ? "XSW2" : each.name().substring(name, name + 4);
            shapes.get(shape).add(each.message());
        }
        var expect = Expect.fault("Client", "1000|3000").because("1000 where no message may look like that");
        for (var shape : shapes.entrySet()) {
            var id = body ? shape.getKey().replace("XSW", "S-0") : "S-06";
            int count = shape.getValue().size();
            suite.letters(id, shape.getKey() + ", " + part + ": " + count + " variants",
                    count > 0 ? expect : Expect.that("some variants", r -> false), letter, shape.getValue());
        }
        suite.look(id(body), "what is stored of " + variants.size() + " variants with another " + part, "nothing",
                () -> stored(letter.trackingId()) == 0 ? "" : "something");
        letter.text = good;
        accepted(id(body), "the letter itself, after its variants", letter);
        suite.elsewhere(id(body), "that the variants are good letters but for their signature",
                "SignatureWrappingTest.withoutTheSignatureManyWouldBeTaken");
    }

    private static String id(boolean body) {
        return body ? "S-01" : "S-06";
    }

    private void headers() {
        denied("S-07", "only the Body signed", NOT_COVERED + "Timestamp", signed(by().parts("Body")));
        denied("S-07", "another NHS number in the Body", CHANGED, signed().swap(Bed.PATIENT.get(0), "9990000026"));
        var other = signed();
        denied("S-07", "the signature of another letter", CHANGED, edit(other, t -> t.replace(other.trackingId(), Letter.uuid())));
        invalid("S-07", "another Action, not signed", "", signed().swap(ACTION, "<wsa:Action>" + Letter.SERVICES + "SendDocument-v1-0"));
        var moved = signed().swap(ACTION, "<wsa:Action>" + Letter.SERVICES + "SendDocument-v1-0");
        moved.path = "/itk/services/SendDocument-v1-0";
        moved.soapActions.set(0, '"' + Letter.SERVICES + "SendDocument-v1-0\"");
        moved.text("wsa:To", bed.base + moved.path);
        invalid("S-07", "Action, To and address of another service", "", moved);
        invalid("S-07", "To somebody else, not signed", "", signed().text("wsa:To", "http://elsewhere.example/itk"));
        invalid("S-07", "ReplyTo the canary", "",
                signed().block("<wsa:ReplyTo><wsa:Address>" + bed.canary.url() + "</wsa:Address></wsa:ReplyTo>"));
        denied("S-07", "Username of another partner", "", signed().text("wsse:Username", "gp-system-1"));
        var all = by().parts("Timestamp", "Body", "To", "Action", "MessageID", "UsernameToken");
        denied("S-07", "another MessageID, signed", CHANGED, edit(signed(all), t -> t.replaceFirst("(<wsa:MessageID[^>]*>)[^<]*", "$1" + Letter.uuid())));
        var letter = signed();
        accepted("S-07", "a letter, to be sent again under another MessageID", letter);
        suite.letter("S-07", "the same under another MessageID, not signed",
                Expect.accepted().due("duplicate").because("copies are known by the tracking id in the Body"), letter.freshMessageId());
        suite.look("S-07", "what is stored of both", "one message",
                () -> stored(letter.trackingId()) == 1 ? "" : stored(letter.trackingId()) + " messages");
    }

    private void ids() {
        var uri = "URI=\"#" + Signed.BODY_ID + "\"";
        for (var by : List.of("#xpointer(/)", "#xpointer(id('" + Signed.BODY_ID + "'))")) {
            denied("S-08", "a signed Reference " + by, NO_ID, signed(by().uris(by)));
        }
        refused("S-08", "a signed Reference to the whole document, enveloped", Expect.invalid().because("URI may not be empty"),
                "\"URI\" is empty", signed(by().parts("Timestamp").transforms(Transform.ENVELOPED, EXCLUSIVE).uris("")));
        for (var id : List.of("#", "##" + Signed.BODY_ID, "#nobody", Signed.BODY_ID, "#" + Signed.BODY_ID + " ", "cid:x")) {
            denied("S-08", "Reference " + id, "signature: it refers to ", signed().swap(uri, "URI=\"" + id + "\""));
        }
        for (var name : List.of("Id", "ID", "xml:id")) {
            denied("S-08", "the Body's id in " + name, NOT_USED, signed().swap("wsu:Id=\"" + Signed.BODY_ID, name + "=\"" + Signed.BODY_ID));
            invalid("S-08", "the Body's id again in " + name + " in the payload", "the id ",
                    signed(by(), unsigned().swap("<ClinicalDocument ", "<ClinicalDocument " + name + "=\"" + Signed.BODY_ID + "\" ")));
        }
        denied("S-08", "the Body's id again in id in the payload", "is there twice",
                signed(by(), unsigned().swap("<ClinicalDocument ", "<ClinicalDocument id=\"" + Signed.BODY_ID + "\" ")));
        denied("S-08", "the prefix wsu bound to another namespace at the Body", NOT_USED,
                edit(signed(), t -> t.replaceFirst("(<soap:Body[^>]*xmlns:wsu=\")[^\"]*", "$1urn:evil")));
        for (var transform : List.of(Transform.XPATH, Transform.XPATH2)) {
            invalid("S-08", "transform " + transform + ", signed", OTHER_TRANSFORM, signed(by().transforms(transform, EXCLUSIVE)));
        }
        invalid("S-08", "a prefix injected into an XPath", OTHER_TRANSFORM, signed().swap("<ds:Transform Algorithm=\"" + EXCLUSIVE + "\"/>",
                "<ds:Transform Algorithm=\"" + Transform.XPATH2 + "\"><dsx:XPath xmlns:dsx=\"http://www.w3.org/2002/06/xmldsig-filter2\""
                        + " xmlns:a=\"urn:a' or '1'='1\" Filter=\"intersect\">//*[namespace-uri()='a']</dsx:XPath></ds:Transform>"));
        for (var other : List.of(CanonicalizationMethod.INCLUSIVE, CanonicalizationMethod.EXCLUSIVE_WITH_COMMENTS)) {
            invalid("S-08", "canonicalization " + other + ", signed", OTHER_TRANSFORM, signed(by().canonicalization(other)));
        }
    }

    // -- S-09

    private void exclusion() {
        denied("S-09", "no Signature", UNSIGNED, unsigned());
        for (var kind : List.of("Infrastructure", "Business")) {
            denied("S-09", "no Signature, acknowledgement: " + kind, UNSIGNED,
                    Letter.sample(bed.base, "send-" + kind.toLowerCase() + "-ack", "Send" + kind + "Ack-v1-0").from("signer-1", "E1111"));
        }
        var gone = unsigned();
        gone.text = gone.text.replaceAll("(?s)<wsse:Security.*</wsse:Security>", "");
        refused("S-09", "no Security", Expect.invalid().because("no Timestamp, R5"), "", gone, source -> bed.send(source, gone));
        denied("S-09", "an empty Signature", "SignatureValue and KeyInfo alone", token(unsigned(), "<ds:Signature " + DSIG + "/>"));
        denied("S-09", "an empty SignedInfo", "refers to nothing",
                edit(signed(), t -> t.replaceAll("(?s)<ds:SignedInfo>.*</ds:SignedInfo>", "<ds:SignedInfo/>")));
        denied("S-09", "no Reference", "refers to nothing",
                edit(signed(), t -> t.replaceAll("(?s)<ds:Reference .*</ds:Reference>", "")));
        denied("S-09", "only To signed", NOT_COVERED, signed(by().parts("To")));
        denied("S-09", "only the token's user signed", NOT_COVERED, signed(by().parts("UsernameToken")));
        denied("S-09", "only the Timestamp signed", NOT_COVERED + "Body", signed(by().parts("Timestamp")));
        var both = signed(by("tls-a").parts("Timestamp"), bed.letter("tls-a", "A1111"));
        refused("S-09", "only the Timestamp signed, by a partner that need not sign", Expect.denied(), NOT_COVERED + "Body", both,
                source -> {
                    try (var line = bed.secure(source, "tls-a")) {
                        return line.exchange(both.request());
                    }
                });
        var none = bed.letter("dated", "G1111");
        refused("S-09", "no Signature, over mutual TLS", Expect.denied(), UNSIGNED, none, source -> dated(source, none));
        var body = signed(by("dated").parts("Body"), bed.letter("dated", "G1111"));
        refused("S-09", "only the Body signed, over mutual TLS", Expect.denied(), NOT_COVERED + "Timestamp", body,
                source -> dated(source, body));
        denied("S-09", "the Signature beside Security", UNSIGNED, misplaced("<wsse:Security", true));
        denied("S-09", "the Signature in the payload", UNSIGNED, misplaced("</ClinicalDocument>", true));
        denied("S-09", "the Signature in another role's Security", UNSIGNED, misplaced("<wsse:Security", false));
    }

    /** A letter whose good signature stands before this. */
    private Letter misplaced(String before, boolean bare) {
        return edit(signed(), whole -> {
            var text = whole.replaceFirst("<ds:Signature ", "<ds:Signature xmlns:wsse=\"" + Signed.WSSE + "\" ");
            int from = text.indexOf("<ds:Signature ");
            int to = text.indexOf("</ds:Signature>") + 15;
            var signature = text.substring(from, to);
            var put = bare ? signature : "<wsse:Security soap:actor=\"urn:somebody-else\" xmlns:wsse=\"" + Signed.WSSE + "\">" + signature
                    + "</wsse:Security>";
            return (text.substring(0, from) + text.substring(to)).replaceFirst(before, put + before);
        });
    }

    // -- S-10

    private void strangers() throws Exception {
        denied("S-10", "another authority's certificate of the same names, for a fingerprint", NOT_THE_PARTNERS,
                signed(by("../impostor/signer")));
        denied("S-10", "another authority's certificate of the same names, for a subject", "is ",
                signed(by("../impostor/named"), plain("named", "F1111")));
        denied("S-10", "the partner's certificate, another's key", "its value is not of this key", signed(by("tls-b").token(
                Base64.getEncoder().encodeToString(certificate("signer")), Signed.X509)));
        denied("S-10", "a good certificate of another partner", NOT_THE_PARTNERS, signed(by("tls-b")));
        denied("S-10", "a good certificate that no partner entry names", NOT_THE_PARTNERS, signed(by("stranger")));
        denied("S-10", "revoked", "is REVOKED", signed(by("leaver"), plain("named", "F1111")));
        bed.made("signer-expired", "named", SIdentity.EC, "-startdate", "-400d", "-validity", "30");
        denied("S-10", "expired", "is EXPIRED", signed(by("signer-expired"), plain("named", "F1111")));
        bed.made("signer-early", "named", SIdentity.EC, "-startdate", "+10d", "-validity", "30");
        denied("S-10", "not valid yet", "is NOT_YET_VALID", signed(by("signer-early"), plain("named", "F1111")));
        bed.made("signer-usage", "named", SIdentity.EC, "-validity", "30", "-ext", "KeyUsage:critical=keyEncipherment");
        denied("S-10", "a certificate that is not for signatures", "is ", signed(by("signer-usage"), plain("named", "F1111")));
        bed.made("signer-weak", "named", "RSA -keysize 1024", "-validity", "30");
        denied("S-10", "RSA of 1024 bits", "", signed(by("signer-weak"), plain("named", "F1111")));
    }

    private void algorithms() throws Exception {
        var weak = "neither RSA nor ECDSA with SHA-2";
        invalid("S-10", "HMAC with the certificate's public key", weak, signed(by().method(SignatureMethod.HMAC_SHA256)));
        invalid("S-10", "HMAC-SHA-1 with the public key", weak, signed(by().method(SignatureMethod.HMAC_SHA1)));
        invalid("S-10", "HMAC of 0 bits", weak, signed(by().method(SignatureMethod.HMAC_SHA256)).swap(
                "<ds:SignatureMethod Algorithm=\"" + SignatureMethod.HMAC_SHA256 + "\"/>", "<ds:SignatureMethod Algorithm=\""
                        + SignatureMethod.HMAC_SHA256 + "\"><ds:HMACOutputLength>0</ds:HMACOutputLength></ds:SignatureMethod>"));
        for (var method : List.of("http://www.w3.org/2001/04/xmldsig-more#rsa-md5", SignatureMethod.DSA_SHA1, SignatureMethod.ECDSA_SHA1)) {
            invalid("S-10", "method " + method, weak, signed().swap(SignatureMethod.ECDSA_SHA256, method));
        }
        invalid("S-10", "no method", "\"Algorithm\" is empty", signed().swap(SignatureMethod.ECDSA_SHA256, ""));
        for (var digest : List.of("http://www.w3.org/2001/04/xmldsig-more#md5", DigestMethod.RIPEMD160)) {
            invalid("S-10", "digest " + digest, "is not SHA-256, 384 or 512", signed().swap("<ds:DigestMethod Algorithm=\"" + DigestMethod.SHA256,
                    "<ds:DigestMethod Algorithm=\"" + digest));
        }
        denied("S-10", "RSA said of an elliptic key", "its algorithm is not", signed().swap(SignatureMethod.ECDSA_SHA256,
                SignatureMethod.RSA_SHA256));
        denied("S-10", "SHA-1 digests without permission", "digests with SHA-1", signed(by().digest(DigestMethod.SHA1)));
        denied("S-10", "SHA-1 signature without permission", "signs with SHA-1",
                signed(by("named").method(SignatureMethod.RSA_SHA1), plain("named", "F1111")));
        bed.made("sha-late", "sha-late", "RSA -keysize 2048");
        denied("S-10", "SHA-1 after its day", "with SHA-1", signed(sha1("sha-late"), plain("sha-late", "J1111")));
        invalid("S-10", "MD5 where SHA-1 is allowed", "is not SHA-256, 384 or 512", signed(sha1("sha"), plain("sha", "H1111"))
                .swap("Algorithm=\"" + DigestMethod.SHA1, "Algorithm=\"http://www.w3.org/2001/04/xmldsig-more#md5"));
        denied("S-10", "a signature value of zeros", "its value is not of this key", edit(signed(), SSignatures::badValue));
    }

    // -- S-11

    private void references() {
        for (int count : new int[] {17, 100, 1000}) {
            invalid("S-11", count + " References", count > 100 ? "is longer than" : "more than 16 references", repeated(count));
        }
        denied("S-11", "2 References to one element", "the same element twice", repeated(2));
        var uri = "URI=\"#" + Signed.BODY_ID + "\"";
        for (var out : List.of(bed.canary.url(), bed.canary.file.toUri().toString(), bed.canary.file.toString(),
                "jar:" + bed.canary.url() + "!/x", "ftp://127.0.0.1:" + bed.canary.port + "/")) {
            refused("S-11", "Reference " + out, Expect.denied().because("as in S-08"), NO_ID, signed().swap(uri, "URI=\"" + out + "\""));
        }
        refused("S-11", "transform XSLT, signed", Expect.invalid().because("as in S-08"), OTHER_TRANSFORM,
                signed(by().transforms(Transform.XSLT, EXCLUSIVE)));
        var fetching = "<xsl:stylesheet xmlns:xsl=\"http://www.w3.org/1999/XSL/Transform\" version=\"1.0\"><xsl:include href=\""
                + bed.canary.url() + "\"/><xsl:template match=\"/\"><xsl:copy-of select=\"document('" + bed.canary.file.toUri()
                + "')\"/></xsl:template></xsl:stylesheet>";
        for (var transform : List.of("<ds:Transform Algorithm=\"" + Transform.XSLT + "\">" + fetching + "</ds:Transform>",
                "<ds:Transform Algorithm=\"" + Transform.XPATH + "\"><ds:XPath>count(here()/ancestor::*) = count(//*//*//*//*)</ds:XPath>"
                        + "</ds:Transform>", "<ds:Transform Algorithm=\"" + Transform.BASE64 + "\"/>")) {
            refused("S-11", "transform " + transform.replaceAll(".*Algorithm=\"([^\"]*).*", "$1") + ", added",
                    Expect.invalid().because("as in S-08"), OTHER_TRANSFORM, signed().swap("<ds:Transforms>", "<ds:Transforms>" + transform));
        }
    }

    private void refused(String id, String sent, Expect expect, String why, Letter letter) {
        refused(id, sent, expect, why, letter, source -> bed.send(source, letter));
    }

    /** Refers to the Timestamp so many times. */
    private Letter repeated(int count) {
        return edit(signed(), text -> {
            int from = text.indexOf("<ds:Reference ");
            int to = text.indexOf("</ds:Reference>") + 15;
            return text.substring(0, from) + text.substring(from, to).repeat(count) + text.substring(to);
        });
    }

    /** Where SHA-1 is allowed the engine's own list of what is weak is off, and only ours is left. */
    private void permitted() {
        invalid("S-11", "transform XSLT, signed, of a partner with SHA-1", OTHER_TRANSFORM,
                signed(sha1("sha").transforms(Transform.XSLT, EXCLUSIVE), plain("sha", "H1111")));
        denied("S-11", "Reference " + bed.canary.url() + ", of a partner with SHA-1", NO_ID, signed(sha1("sha"), plain("sha", "H1111"))
                .swap("URI=\"#" + Signed.BODY_ID + "\"", "URI=\"" + bed.canary.url() + "\""));
        invalid("S-11", "RetrievalMethod " + bed.canary.url() + ", of a partner with SHA-1", "RetrievalMethod", signed(sha1("sha")
                .keyInfo(Signed.Key.RETRIEVAL), plain("sha", "H1111")).swap("http://127.0.0.1:7777/canary", bed.canary.url()));
        invalid("S-10", "HMAC-SHA-1, of a partner with SHA-1", "neither RSA nor ECDSA", signed(by("sha").method(SignatureMethod.HMAC_SHA1)
                .digest(DigestMethod.SHA1), plain("sha", "H1111")));
        denied("S-07", "another NHS number, of a partner with SHA-1", CHANGED,
                signed(sha1("sha"), plain("sha", "H1111")).swap(Bed.PATIENT.get(0), "9990000026"));
    }

    /** What is dear to canonicalize, with a good signature and with a bad one; and more of it at once than there is room for. */
    private void dear() {
        var elements = "<e123456/>".repeat(700_000);
        accepted("S-11", "700,000 elements and 64 prefixes, signed", signed(by().prefixes(prefixes(64)), unsigned().payload(elements)));
        denied("S-11", "the same with a bad signature value", "its value is not of this key", edit(signed(by()
                .prefixes(prefixes(64)), unsigned().payload(elements)), SSignatures::badValue));
        invalid("S-11", "700,000 elements and 1,500 prefixes, signed", "more than 64 prefixes",
                signed(by().prefixes(prefixes(1500)), unsigned().payload(elements)));
        var large = signed(by(), unsigned().payload(elements));
        suite.attack("S-11", "8 letters of 7 MB and 700,000 elements at once", Expect.that("200, or Server 2100 where there is no room",
                r -> r.status() == 200 || r.errorCode().equals("2100")), source -> {
            var all = new ArrayList<CompletableFuture<Reply>>();
            for (int i = 0; i < 8; i++) {
                all.add(CompletableFuture.supplyAsync(() -> {
                    try {
                        return bed.send(source, large);
                    } catch (IOException e) {
                        throw new java.io.UncheckedIOException(e);
                    }
                }));
            }
            var replies = all.stream().map(CompletableFuture::join).toList();
            if (stored(large.trackingId()) != 1) {
                throw new AssertionError("stored: " + stored(large.trackingId()));
            }
            return replies.stream().filter(r -> r.status() != 200 && !r.errorCode().equals("2100")).findFirst()
                    .orElse(replies.stream().max(java.util.Comparator.comparing(Reply::millis)).orElseThrow());
        });
    }

    private static String[] prefixes(int count) {
        return IntStream.range(0, count).mapToObj(i -> "p" + i).toArray(String[]::new);
    }

    private static String badValue(String text) {
        return text.replaceAll("(?s)(<ds:SignatureValue>).*?(</)", "$1" + "A".repeat(86) + "==$2");
    }

    private void keys() {
        for (var key : List.of(Signed.Key.KEY_VALUE, Signed.Key.NAME, Signed.Key.X509_DATA)) {
            refused("S-10", key + " alone", Expect.invalid().because("a key named in another way, docs/security.md"),
                    "KeyInfo holds one SecurityTokenReference", signed(by().keyInfo(key)));
        }
        denied("S-10", "no KeyInfo", "KeyInfo alone", signed(by().keyInfo(Signed.Key.NONE)));
        denied("S-10", "issuer and serial number of a certificate that is not known here", "of no certificate that is known",
                signed(by().keyInfo(Signed.Key.ISSUER_SERIAL)));
        invalid("S-11", "a SecurityTokenReference to itself", "no X.509 BinarySecurityToken", signed(by().keyInfo(Signed.Key.RECURSIVE)));
        invalid("S-11", "a key identifier of no type", "The KeyIdentifier is not", signed(by().keyInfo(Signed.Key.IDENTIFIER)));
        for (var brought : List.of(Signed.Key.EMBEDDED, Signed.Key.CERTIFICATE_DATA, Signed.Key.ALL_DATA)) {
            accepted("S-10", brought + ", the partner's certificate", signed(by().keyInfo(brought)));
            denied("S-10", brought + ", a good certificate of another partner", NOT_THE_PARTNERS, signed(by("tls-b").keyInfo(brought)));
            denied("S-10", brought + ", a good certificate that no partner entry names", NOT_THE_PARTNERS, signed(by("stranger").keyInfo(brought)));
        }
        for (var named : List.of(Signed.Key.SUBJECT_KEY, Signed.Key.THUMBPRINT_SHA1, Signed.Key.THUMBPRINT_SHA256)) {
            denied("S-10", named + " of a certificate that is not known here", "of no certificate that is known", signed(by().keyInfo(named)));
        }
        for (var out : List.of(bed.canary.url(), bed.canary.file.toUri().toString(), "#" + Signed.TOKEN_ID)) {
            invalid("S-11", "RetrievalMethod " + out, "RetrievalMethod", signed(by().keyInfo(Signed.Key.RETRIEVAL))
                    .swap("http://127.0.0.1:7777/canary", out));
            if (!out.startsWith("#")) {
                invalid("S-11", "SecurityTokenReference to " + out, "no X.509 BinarySecurityToken", signed()
                        .swap("<wsse:Reference URI=\"#" + Signed.TOKEN_ID, "<wsse:Reference URI=\"" + out));
            }
        }
        var deep = "<wsse:SecurityTokenReference>".repeat(50) + "</wsse:SecurityTokenReference>".repeat(50);
        invalid("S-11", "50 SecurityTokenReferences in each other", "", edit(signed(), t -> t.replaceFirst(
                "(?s)(<wsse:SecurityTokenReference[^>]*>).*(</wsse:SecurityTokenReference>)", "$1" + deep + "$2")));
    }

    // -- S-12

    private void tokens() throws Exception {
        var der = certificate("signer");
        var header = "longer than";
        invalid("S-12", "a token of 1 MB", header, signed(bytes(new byte[MB])));
        invalid("S-12", "a token of 40 KB", NO_CERTIFICATE, signed(bytes(new byte[40_000])));
        invalid("S-12", "a token of 9 KB", NO_CERTIFICATE, signed(bytes(new byte[9000])));
        invalid("S-12", "no base64", NO_CERTIFICATE, signed(by().token("%%%%", Signed.X509)));
        invalid("S-12", "nothing", NO_CERTIFICATE, signed(by().token("", Signed.X509)));
        invalid("S-12", "PEM in base64", NO_CERTIFICATE, signed(bytes(("-----BEGIN CERTIFICATE-----\n"
                + Base64.getEncoder().encodeToString(der) + "\n-----END CERTIFICATE-----\n").getBytes())));
        invalid("S-12", "one byte too few", NO_CERTIFICATE, signed(bytes(java.util.Arrays.copyOf(der, der.length - 1))));
        invalid("S-12", "one byte too many", NO_CERTIFICATE, signed(bytes(java.util.Arrays.copyOf(der, der.length + 1))));
        var path = new byte[der.length * 500];
        for (int i = 0; i < 500; i++) {
            System.arraycopy(der, 0, path, i * der.length, der.length);
        }
        invalid("S-12", "PKIPath of 500 certificates", header, signed(typed(path, "X509PKIPathv1")));
        invalid("S-12", "PKIPath of 5 certificates", NO_CERTIFICATE,
                signed(typed(java.util.Arrays.copyOf(path, der.length * 5), "X509PKIPathv1")));
        invalid("S-12", "PKCS7", NO_CERTIFICATE, signed(typed(der, "PKCS7")));
        invalid("S-12", "elements in the token", "", signed().swap("</wsse:BinarySecurityToken>", "<x/></wsse:BinarySecurityToken>"));
        invalid("S-12", "two tokens", "occurs again: BinarySecurityToken", signed().swap("<ds:Signature ",
                "<wsse:BinarySecurityToken>AA</wsse:BinarySecurityToken><ds:Signature "));
        invalid("S-12", "two signatures", "occurs again: Signature",
                edit(signed(), t -> t.replaceAll("(?s)(<ds:Signature .*</ds:Signature>)", "$1$1")));
    }

    private Signed bytes(byte[] token) {
        return by().token(Base64.getEncoder().encodeToString(token), Signed.X509);
    }

    private Signed typed(byte[] token, String type) {
        return by().token(Base64.getEncoder().encodeToString(token), TOKEN_PROFILE + type);
    }

    private void certificates() throws Exception {
        var der = certificate("signer");
        invalid("S-12", "a key identifier of 0x7FFFFFFF bytes, CVE-2026-95616", NO_CERTIFICATE, signed(bytes(BentCertificate.keyIdentifier(der))));
        var letter = signed(bytes(der));
        var good = letter.text;
        var whole = Base64.getEncoder().encodeToString(der);
        var bent = new ArrayList<String>();
        for (int i = 1; i < der.length; i++) {
            var each = der.clone();
            each[i] = (byte) 0x84;
            if (each[i] != der[i]) {
                bent.add(good.replace(whole, Base64.getEncoder().encodeToString(each)));
            }
        }
        suite.letters("S-12", "a certificate, each of its " + bent.size() + " bytes made a length of four", Expect.fault("Client", "1000|3000"),
                letter, bent);
        letter.text = good;
        accepted("S-12", "the certificate as it was", letter);
        for (int digits : new int[] {65, 60_000, MB}) {
            var serial = signed(by().keyInfo(Signed.Key.ISSUER_SERIAL));
            invalid("S-12", "a serial number of " + digits + " digits", digits == MB ? "longer than" : "is not a name and a number",
                    serial.text("ds:X509SerialNumber", "9".repeat(digits)));
        }
        var name = signed(by().keyInfo(Signed.Key.ISSUER_SERIAL));
        invalid("S-12", "an issuer of 5,000 parts", "is not a name and a number",
                name.text("ds:X509IssuerName", "CN=a,".repeat(5000) + "=").text("ds:X509SerialNumber", "1"));
        invalid("S-12", "no name and no number", "is not a name and a number",
                signed(by().keyInfo(Signed.Key.ISSUER_SERIAL)).text("ds:X509IssuerName", "x").text("ds:X509SerialNumber", "0x10"));
    }

    // -- S-13

    private void otherTokens() {
        var tokens = new LinkedHashMap<String, String>();
        for (var token : List.of("<saml:Assertion xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\"/>",
                "<xenc:EncryptedKey xmlns:xenc=\"http://www.w3.org/2001/04/xmlenc#\"/>",
                "<xenc:EncryptedData xmlns:xenc=\"http://www.w3.org/2001/04/xmlenc#\"/>",
                "<wsc:DerivedKeyToken xmlns:wsc=\"http://schemas.xmlsoap.org/ws/2005/02/sc\"><wsc:Length>2147483647</wsc:Length>"
                        + "</wsc:DerivedKeyToken>",
                "<wsc:SecurityContextToken xmlns:wsc=\"http://schemas.xmlsoap.org/ws/2005/02/sc\"/>",
                "<wsse11:SignatureConfirmation xmlns:wsse11=\"http://docs.oasis-open.org/wss/oasis-wss-wssecurity-secext-1.1.xsd\""
                        + " Value=\"AAAA\"/>",
                "<wsse:SecurityTokenReference/>")) {
            tokens.put(token.replaceAll("[< ].*?:(\\w+).*", "$1"), token);
        }
        tokens.forEach((name, token) -> {
            var letter = token(bed.letter("tls-a", "A1111"), token);
            refused("S-13", name, Expect.invalid(), "is not supported", letter, source -> {
                try (var line = bed.secure(source, "tls-a")) {
                    return line.exchange(letter.request());
                }
            });
            invalid("S-13", name + " beside a good signature", "is not supported", token(signed(), token));
        });
        invalid("S-13", "a Kerberos token as the signature's key", NO_CERTIFICATE, signed(by().token("YIIB", KERBEROS)));
        var ticket = bed.letter("tls-a", "A1111");
        token(ticket, "<wsse:BinarySecurityToken ValueType=\"" + KERBEROS + "\">YIIB</wsse:BinarySecurityToken>");
        suite.attack("S-13", "a Kerberos token without a signature", Expect.invalid(), source -> {
            try (var line = bed.secure(source, "tls-a")) {
                return line.exchange(ticket.request());
            }
        });
        var empty = token(bed.letter("tls-a", "A1111"), "<ds:Signature " + DSIG + "/>");
        refused("S-13", "an empty signature of a partner that need not sign", Expect.denied().because("one that is there must be good"),
                "SignatureValue and KeyInfo alone", empty, source -> {
                    try (var line = bed.secure(source, "tls-a")) {
                        return line.exchange(empty.request());
                    }
                });
    }
}
