package attacks;

import java.io.IOException;
import java.util.Arrays;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Attacks on who a sender is: TLS, certificate, Username. */
final class SIdentity {
    static final String EC = "EC -groupname secp256r1";
    private static final int TIMED = 300;
    private static final String TOKEN = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#";

    private final Suite suite;
    private final Bed bed;

    private SIdentity(Suite suite) {
        this.suite = suite;
        this.bed = suite.bed;
    }

    static void run(Suite suite) throws Exception {
        var family = new SIdentity(suite);
        family.usernames();
        family.passwords();
        family.headers();
        family.authority();
        family.handshakes();
        family.timing();
    }

    private Letter a() {
        return bed.letter("tls-a", "A1111");
    }

    private Reply secure(String source, String certificate, Letter letter) throws IOException {
        try (var line = bed.secure(source, certificate)) {
            return line.exchange(letter.request());
        }
    }

    private void usernames() {
        suite.attack("S-14", "A's certificate and Username", Expect.accepted(), source -> secure(source, "tls-a", a()));
        for (var name : List.of("tls-b-1", "TLS-A-1", "tls-a-1\u00a0", "tls\u2010a\u20101", "tls-\u0430-1", "gp-system-1", "tls-a-1;tls-b-1",
                "tls-a-1&#0;", "", "nobody")) {
            var expect = name.contains("&#0;") ? Expect.invalid() : Expect.denied();
            suite.attack("S-14", "A's certificate, Username \"" + name + "\"", expect,
                    source -> secure(source, "tls-a", a().text("wsse:Username", name)));
        }
        suite.attack("S-14", "A's certificate, B's letter", Expect.denied(),
                source -> secure(source, "tls-a", bed.letter("tls-b", "B1111")));
        for (var split : List.of("tls-<!-- -->a-1", "<![CDATA[tls-a-1]]>", "tls-<b/>a-1", "tls-<?p?>a-1")) {
            suite.attack("S-14", "Username " + split, Expect.invalid(), source -> secure(source, "tls-a", a().text("wsse:Username", split)));
        }
        suite.attack("S-14", "two Usernames, B's and A's", Expect.invalid(), source -> secure(source, "tls-a",
                a().swap("<wsse:Username>", "<wsse:Username>tls-b-1</wsse:Username><wsse:Username>")));
        suite.look("S-14", "what the trail says of A as B", "partner tls-a, its fingerprint, an alert", () -> {
            var detail = bed.value("select detail from audit_event where type = 'refused' and partner = 'tls-a' and actor = 'tls-b-1'"
                    + " order by seq desc limit 1");
            return detail.contains("Certificate ") && bed.count("select count(*) from alert where kind = 'identity'") > 0
                    ? "" : "the trail says: " + detail;
        });
        suite.letter("S-14", "a partner with a certificate, over plain HTTP", Expect.denied(),
                Letter.discharge(bed.base).from("tls-a-1", "A1111"));
    }

    private void passwords() {
        for (var password : List.of("<wsse:Password Type=\"" + TOKEN + "PasswordText\">secret-planted</wsse:Password>",
                "<wsse:Password Type=\"" + TOKEN + "PasswordDigest\">c2VjcmV0LXBsYW50ZWQ=</wsse:Password>")) {
            suite.attack("S-16", password.replaceAll(".*#(\\w+).*", "$1") + " beside the Username",
                    Expect.accepted().because("ignored, H17"),
                    source -> secure(source, "tls-a", a().swap("</wsse:Username>", "</wsse:Username>" + password)));
        }
        suite.attack("S-16", "password of 1 MB", Expect.invalid(), source -> secure(source, "tls-a",
                a().swap("</wsse:Username>", "</wsse:Username><wsse:Password>" + "p".repeat(1_000_000) + "</wsse:Password>")));
        suite.look("S-16", "the password in log and trail", "nowhere", () -> java.nio.file.Files.readString(bed.log)
                .contains("secret-planted") || bed.count("select count(*) from audit_event where detail like '%secret-planted%'") > 0
                ? "it is there" : "");
        suite.elsewhere("S-16", "guessing", "a Username has no password, and a certificate cannot be guessed; the console's passwords:"
                + " ConsoleSecurityIT.guessingIsSlowedDownAndTellsNothing");
    }

    private void headers() {
        for (var header : List.of("X-SSL-Client-Cert: ", "X-Forwarded-Client-Cert: ", "SSL_CLIENT_CERT: ", "X-Client-Cert: ",
                "X-ARR-ClientCert: ")) {
            suite.attack("S-18", header + "A's certificate, over the console's port", Expect.denied(), source -> {
                var letter = a();
                letter.headers.add(header + pem());
                letter.headers.add("X-Forwarded-Proto: https");
                try (var line = new Line(source, bed.console, bed.context(null))) {
                    return line.exchange(letter.request());
                }
            });
            var plain = Letter.discharge(bed.base).from("tls-a-1", "A1111");
            plain.headers.add(header + pem());
            plain.headers.add("X-Forwarded-Proto: https");
            suite.letter("S-18", header + "A's certificate, over plain HTTP", Expect.denied(), plain);
        }
        suite.attack("S-18", "X-Forwarded-For and Forwarded", Expect.accepted(), source -> {
            var letter = a();
            letter.headers.addAll(List.of("X-Forwarded-For: 10.1.1.1", "Forwarded: for=10.1.1.1", "X-Real-IP: 10.1.1.1"));
            return secure(source, "tls-a", letter);
        });
    }

    private String pem() {
        try {
            var text = java.nio.file.Files.readString(bed.certs.resolve("tls-a.pem"));
            return text.replaceAll("-----[^-]*-----|\\s", "");
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private void authority() {
        suite.attack("S-19", "A with the sender address of B", Expect.denied(), source -> secure(source, "tls-a",
                a().swap("urn:nhs-uk:addressing:ods:A1111", "urn:nhs-uk:addressing:ods:B1111")));
        suite.attack("S-19", "A with the audit identity of B", Expect.denied(), source -> secure(source, "tls-a",
                a().swap("urn:nhs-uk:identity:ods:A1111", "urn:nhs-uk:identity:ods:B1111")));
        suite.attack("S-19", "a second audit identity, of B", Expect.denied(), source -> secure(source, "tls-a",
                a().swap("</itk:auditIdentity>", "<itk:id uri=\"urn:nhs-uk:identity:ods:B1111:x\"/></itk:auditIdentity>")));
        suite.attack("S-19", "a service that C may not call", Expect.denied(),
                source -> secure(source, "tls-limited", bed.letter("tls-limited", "C1111")));
        suite.attack("S-19", "an organisation that starts like A's", Expect.denied(), source -> secure(source, "tls-a",
                a().swap("urn:nhs-uk:addressing:ods:A1111", "urn:nhs-uk:addressing:ods:A11112")));
    }

    /** S-17 */
    private void handshakes() throws Exception {
        var closed = Expect.that("no connection", r -> r.status() == 0).due();
        suite.attack("S-17", "no certificate", closed, source -> refused(source, null));
        suite.attack("S-17", "a revoked certificate", closed, source -> refused(source, "leaver"));
        suite.attack("S-17", "a certificate of another authority", closed, source -> refused(source, "../impostor/tls-a"));
        suite.attack("S-17", "a certificate that has expired", closed, source -> refused(source, bed.made("expired", "tls-a", EC,
                "-startdate", "-400d", "-validity", "30", "-ext", "ExtendedKeyUsage=clientAuth")));
        suite.attack("S-17", "a certificate that is not valid yet", closed, source -> refused(source, bed.made("early", "tls-a", EC,
                "-startdate", "+10d", "-validity", "30", "-ext", "ExtendedKeyUsage=clientAuth")));
        suite.attack("S-17", "a certificate for servers only", closed, source -> refused(source, bed.made("usage", "tls-a", EC,
                "-validity", "30", "-ext", "ExtendedKeyUsage=serverAuth")));
        suite.attack("S-17", "a good certificate that no partner entry names", Expect.denied(), source -> secure(source, "stranger", a()));
        for (var options : List.of("-tls1", "-tls1_1", "-tls1_2 -cipher AES128-SHA", "-tls1_2 -cipher ECDHE-ECDSA-AES128-SHA256",
                "-tls1_2 -cipher NULL", "-tls1_2 -cipher aNULL", "-tls1_2 -cipher AES256-GCM-SHA384")) {
            for (int port : new int[] {bed.https, bed.console}) {
                suite.look("S-17", "openssl s_client " + options + (port == bed.console ? ", console" : ""), "no connection",
                        () -> openssl(port, options).contains("Cipher is (NONE)") || openssl(port, options).contains("rror") ? "" : "connected");
            }
        }
        suite.look("S-17", "renegotiation by the client", "refused", () -> {
            var out = shell("printf 'R\\n' | timeout 5 openssl s_client -connect 127.0.0.1:" + bed.console + " -tls1_2 2>&1");
            return out.contains("RENEGOTIATING") && !out.contains("error") && !out.contains("closed") ? "renegotiated" : "";
        });
        suite.look("S-17", "another name in SNI", "the server's own certificate, and no other", () -> shell("echo | timeout 5 openssl"
                + " s_client -connect 127.0.0.1:" + bed.console + " -servername evil.example 2>&1").contains("CN = server")
                || shell("echo | timeout 5 openssl s_client -connect 127.0.0.1:" + bed.console + " -servername evil.example 2>&1")
                .contains("CN=server") ? "" : "another certificate");
        suite.elsewhere("S-17", "a session resumed after its certificate was revoked", "MutualTlsIT.aRevokedCertificateIsRefusedOnNewAndOnOldConnections");
        for (int port : new int[] {bed.https, bed.console}) {
            suite.look("S-17", "sslscan" + (port == bed.console ? ", console" : ""), "TLS 1.2 and 1.3, no weak suite", () -> sslscan(port));
        }
    }

    private Reply refused(String source, String certificate) {
        try (var line = bed.secure(source, certificate)) {
            return line.exchange(a().request());
        } catch (IOException e) {
            return Reply.nothing(0);
        }
    }

    private static String openssl(int port, String options) throws Exception {
        return shell("echo | timeout 5 openssl s_client -connect 127.0.0.1:" + port + " " + options + " 2>&1");
    }

    static String shell(String command) throws Exception {
        var process = new ProcessBuilder("bash", "-c", command).redirectErrorStream(true).start();
        var out = new String(process.getInputStream().readAllBytes());
        process.waitFor(60, TimeUnit.SECONDS);
        return out;
    }

    private static String sslscan(int port) throws Exception {
        var out = shell("timeout 60 sslscan --no-colour 127.0.0.1:" + port + " 2>&1");
        var bad = new ArrayList<String>();
        for (var line : out.lines().toList()) {
            if (line.matches("(SSLv\\d|TLSv1\\.[01]) +enabled") || line.contains("vulnerable to") && !line.contains("not vulnerable")
                    || line.matches("(Accepted|Preferred).*(CBC|RC4|3DES|NULL|EXP|MD5|-SHA |ADH|AECDH|TLSv1\\.[01]).*")
                    || line.matches("(Insecure|Client) .*(enabled|supported).*") && !line.contains("not")) {
                bad.add(line.strip());
            }
        }
        return out.contains("TLSv1.3   enabled") ? String.join("; ", bad) : "sslscan said: " + out.strip();
    }

    /** S-15: what is said, and how fast, does not tell who exists. */
    private void timing() {
        suite.look("S-15", TIMED + " each of unknown, other partner's and not allowed, in turn", "one text, one size, one time", () -> {
            var millis = new double[3][TIMED];
            var texts = new java.util.TreeSet<String>();
            try (var line = bed.secure(bed.source(), "tls-a"); var limited = bed.secure(bed.source(), "tls-limited")) {
                for (int i = -20; i < TIMED; i++) {
                    for (int kind = 0; kind < 3; kind++) {
                        var letter = kind == 0 ? a().text("wsse:Username", "tls-x-1") : kind == 1
                                ? a().text("wsse:Username", "tls-b-1") : bed.letter("tls-limited", "C1111");
                        var request = letter.request();
                        long start = System.nanoTime();
                        var on = kind == 2 ? limited : line;
                        on.write(request);
                        var reply = on.answer();
                        if (i >= 0) {
                            millis[kind][i] = (System.nanoTime() - start) / 1e6;
                        }
                        texts.add(reply.status() + " " + reply.body().length() + " " + reply.body().replaceAll(
                                "[0-9A-Fa-f]{8}-[0-9A-Fa-f-]{27}|20\\d\\d-[0-9T:.-]+Z?", ""));
                    }
                }
            }
            for (var each : millis) {
                Arrays.sort(each);
            }
            System.out.printf("          medians: unknown %.3f, another's %.3f, not allowed %.3f ms%n", millis[0][TIMED / 2],
                    millis[1][TIMED / 2], millis[2][TIMED / 2]);
            double between = Math.abs(millis[0][TIMED / 2] - millis[1][TIMED / 2]);
            double spread = millis[0][TIMED * 3 / 4] - millis[0][TIMED / 4];
            return texts.size() > 1 ? texts.size() + " texts" : between > Math.max(0.1, spread) ? "medians differ by " + between + " ms" : "";
        });
    }
}
