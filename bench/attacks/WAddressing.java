package attacks;

import java.nio.charset.StandardCharsets;
import java.util.List;

/** Attacks on WS-Addressing, SOAPAction and routing. */
final class WAddressing {
    private static final String OTHER = Letter.SERVICES + "SendDocument-v1-0";

    private final Suite suite;
    private final Bed bed;

    private WAddressing(Suite suite) {
        this.suite = suite;
        this.bed = suite.bed;
    }

    static void run(Suite suite) throws Exception {
        var family = new WAddressing(suite);
        family.callbacks();
        family.acknowledgements();
        family.actions();
        family.headers();
        family.addresses();
    }

    private void invalid(String id, String sent, Letter letter) {
        suite.letter(id, sent, Expect.invalid(), letter);
    }

    private Letter letter() {
        return bed.letter();
    }

    private static String endpoint(String name, String address) {
        return "<wsa:" + name + "><wsa:Address>" + address + "</wsa:Address></wsa:" + name + ">";
    }

    private void callbacks() {
        int port = bed.canary.port;
        var all = List.of(bed.canary.url(), "http://169.254.169.254/latest/meta-data", "file://" + bed.canary.file,
                "jar:file:///etc/hostname!/", "gopher://127.0.0.1:" + port + "/", "ldap://127.0.0.1:" + port + "/x",
                "http://[::1]:" + port + "/", "http://2130706433:" + port + "/", "http://0x7f.1:" + port + "/",
                "http://127.0.0.1:9990/management", "http://127.0.0.1:9@127.0.0.1:" + port + "/gp", "HTTP://127.0.0.1:9/gp",
                "http://127.0.0.1.:9/gp", "http://127.0.0.1:9/gp/../other", "http://127.0.0.1:9/gp?x=1");
        for (var address : all) {
            invalid("W-01", "ReplyTo " + address, Letter.query(bed.base).block(endpoint("ReplyTo", address)));
            invalid("W-02", "FaultTo " + address, Letter.query(bed.base)
                    .block(endpoint("ReplyTo", "http://127.0.0.1:9/gp")).block(endpoint("FaultTo", address)));
        }
        invalid("W-01", "ReplyTo the canary, where no reply is due", letter().block(endpoint("ReplyTo", bed.canary.url())));
        invalid("W-02", "FaultTo the canary on a message with a fault",
                letter().block(endpoint("FaultTo", bed.canary.url())).text("wsa:MessageID", "none"));
        invalid("W-03", "ReplyTo the callback of another partner",
                Letter.query(bed.base).block(endpoint("ReplyTo", "http://127.0.0.1:9/other")));
        suite.elsewhere("W-01", "redirects and addresses that change", "SoapClientTest; bench/faults/run f08 (redirect:CANARY)");
    }

    private void acknowledgements() {
        for (var kind : List.of("Infrastructure", "Business")) {
            var ack = Letter.sample(bed.base, "send-" + kind.toLowerCase() + "-ack", "Send" + kind + "Ack-v1-0");
            if (!ack.text.contains("handlingSpecification")) {
                ack.swap("</itk:header>", "<itk:handlingSpecification>"
                        + "<itk:spec key=\"urn:nhs-itk:ns:201005:infackrequested\" value=\"true\"/>"
                        + "<itk:spec key=\"urn:nhs-itk:ns:201005:ackrequested\" value=\"true\"/>"
                        + "</itk:handlingSpecification></itk:header>");
            }
            suite.letter("W-04", kind + " acknowledgement of nothing that asks for both acknowledgements",
                    Expect.accepted().due("accepted", "ack-unmatched"), ack);
            suite.look("W-04", "what was sent for it", "no acknowledgement", () -> bed.count(
                    "select count(*) from audit_event where type = 'acknowledging' and (tracking_id = ? or detail like ?)",
                    ack.trackingId(), "%" + ack.trackingId() + "%") == 0 ? "" : "an acknowledgement of it is to be sent");
            suite.letter("W-04", kind + " acknowledgement with ReplyTo ourselves", Expect.invalid(),
                    Letter.sample(bed.base, "send-" + kind.toLowerCase() + "-ack", "Send" + kind + "Ack-v1-0")
                            .block(endpoint("ReplyTo", bed.base + "/itk")));
        }
        invalid("W-05", "ReplyTo ourselves", Letter.query(bed.base).block(endpoint("ReplyTo", bed.base + "/itk")));
        invalid("W-05", "ReplyTo our public address", Letter.query(bed.base).block(endpoint("ReplyTo", bed.secureBase + "/itk")));
        suite.elsewhere("W-05", "an endpoint of the directory that is ourselves", "bench/faults/run f04, two nodes: each hop"
                + " is refused the second time, because its tracking id is there already (H9)");
        suite.letter("W-08", "acknowledgement of another partner's message", Expect.accepted().due("accepted", "ack-unmatched"),
                Letter.sample(bed.base, "send-infrastructure-ack", "SendInfrastructureAck-v1-0").from("other-1", "X1111"));
        suite.elsewhere("W-08", "the same for a message that waits for it", "AckMatchingTest, AcknowledgementsIT");
    }

    /** W-06: HTTP SOAPAction, wsa:Action, the envelope's service and the address, each wrong in turn. */
    private void actions() {
        var ours = Letter.SERVICES + "SendCDADocument-v2-0";
        for (int wrong = 1; wrong < 16; wrong++) {
            var letter = letter();
            letter.path = (wrong & 8) == 0 ? letter.path : "/itk/services/SendDocument-v1-0";
            letter.soapActions.set(0, '"' + ((wrong & 1) == 0 ? ours : OTHER) + '"');
            letter.text("wsa:Action", (wrong & 2) == 0 ? ours : OTHER);
            letter.attribute("service", (wrong & 4) == 0 ? ours : OTHER);
            var which = ((wrong & 1) == 0 ? "" : " SOAPAction") + ((wrong & 2) == 0 ? "" : " Action")
                    + ((wrong & 4) == 0 ? "" : " service") + ((wrong & 8) == 0 ? "" : " address");
            invalid("W-06", "of another service:" + which, letter);
        }
        var none = letter();
        none.soapActions.clear();
        invalid("W-06", "no SOAPAction", none);
        var empty = letter();
        empty.soapActions.set(0, "\"\"");
        invalid("W-06", "empty SOAPAction", empty);
        var unquoted = letter();
        unquoted.soapActions.set(0, ours);
        suite.letter("W-06", "SOAPAction without quotes", Expect.accepted().because("many clients send it so"), unquoted);
        for (var second : List.of(ours, OTHER)) {
            var two = letter();
            two.soapActions.add('"' + second + '"');
            invalid("W-06", "two SOAPAction headers, " + (second.equals(ours) ? "the same" : "different"), two);
        }
        suite.letter("W-06", "a service the partner may not call under the SOAPAction of one it may", Expect.denied(),
                with(letter().from("limited-1", "L1111"), '"' + OTHER + '"'));
    }

    private static Letter with(Letter letter, String soapAction) {
        letter.soapActions.set(0, soapAction);
        return letter;
    }

    private void headers() {
        suite.letter("W-07", "unknown block that must be understood", Expect.fault("MustUnderstand", "1000"),
                letter().block("<x:a xmlns:x=\"urn:x\" soap:mustUnderstand=\"1\"/>"));
        suite.letter("W-07", "100 unknown blocks that must be understood, names of 250", Expect.fault("MustUnderstand", "1000"),
                letter().block(("<x:" + "n".repeat(250) + " xmlns:x=\"urn:x\" soap:mustUnderstand=\"1\"/>").repeat(100)));
        suite.letter("W-07", "a block for another actor that must be understood", Expect.accepted().because("none of our business, H3"),
                letter().block("<x:a xmlns:x=\"urn:x\" soap:actor=\"urn:other\" soap:mustUnderstand=\"1\"/>"));
        suite.letter("W-07", "a block for the next actor that must be understood", Expect.fault("MustUnderstand", "1000"),
                letter().block("<x:a xmlns:x=\"urn:x\" soap:actor=\"http://schemas.xmlsoap.org/soap/actor/next\""
                        + " soap:mustUnderstand=\"1\"/>"));
        suite.letter("W-07", "1,000 unknown blocks", Expect.accepted().because("33 KB, below the limit of 64 KB"),
                letter().block("<x:a xmlns:x=\"urn:x\">1</x:a>".repeat(1000)));
        invalid("W-07", "3,000 unknown blocks", letter().block("<x:a xmlns:x=\"urn:x\">1</x:a>".repeat(3000)));
        invalid("W-09", "To another host", letter().text("wsa:To", "http://other.example/itk/services/SendCDADocument-v2-0"));
        var host = letter().text("wsa:To", "http://other.example/itk/services/SendCDADocument-v2-0");
        host.host = "other.example";
        invalid("W-09", "To and Host another host", host);
        invalid("W-09", "anonymous To", letter().text("wsa:To", "http://www.w3.org/2005/08/addressing/anonymous"));
        invalid("W-09", "reference parameters in From", letter().swap("</wsa:Address></wsa:From>", "</wsa:Address>"
                + "<wsa:ReferenceParameters><evil xmlns=\"urn:x\"/></wsa:ReferenceParameters></wsa:From>"));
        invalid("W-09", "reference parameters in ReplyTo", Letter.query(bed.base).block(endpoint("ReplyTo", "http://127.0.0.1:9/gp")
                .replace("</wsa:ReplyTo>", "<wsa:ReferenceParameters><evil xmlns=\"urn:x\"/></wsa:ReferenceParameters></wsa:ReplyTo>")));
        for (var id : List.of("x".repeat(1_000_000), "A&#10;B", "&lt;script&gt;alert(1)&lt;/script&gt;", "urn:isbn:0451450523",
                "' or 1=1 --", "urn:uuid:" + Letter.uuid() + "-1")) {
            invalid("W-10", "MessageID " + id.substring(0, Math.min(40, id.length())), letter().text("wsa:MessageID", id));
        }
        var first = letter();
        suite.letter("W-10", "a MessageID", Expect.accepted(), first);
        var id = first.text.replaceAll("(?s).*<wsa:MessageID>([^<]*)<.*", "$1");
        suite.letter("W-10", "the same MessageID with another tracking id", Expect.accepted()
                .because("the tracking id is the key, H9; nothing is looked up by MessageID alone"), letter().text("wsa:MessageID", id));
        invalid("W-12", "line break and header in ReplyTo", Letter.query(bed.base)
                .block(endpoint("ReplyTo", "http://127.0.0.1:9/gp&#13;&#10;X-Evil: y")));
        invalid("W-12", "line break and header in Action", letter().text("wsa:Action", Letter.SERVICES
                + "SendCDADocument-v2-0&#13;&#10;X-Evil: y"));
    }

    /** W-11 */
    private void addresses() {
        get("?xsd=../../WEB-INF/web.xml", "404 or 400", 400, 404, 500);
        get("?xsd=file:///etc/passwd", "404 or 400", 400, 404, 500);
        get("?wsdl=../../../../etc/passwd", "404 or 400", 400, 404, 500);
        get("?mex", "405", 405);
        for (var path : List.of("/itk/services", "/itk/services/", "/services", "/itk/../WEB-INF/web.xml", "/itk/..%2fWEB-INF/web.xml",
                "/WEB-INF/web.xml", "/META-INF/MANIFEST.MF", "/wsdl/../WEB-INF/web.xml", "/wsdl/..;/WEB-INF/web.xml", "/xsd/%2e%2e/",
                "/itk//services/SendCDADocument-v2-0", "/wildfly-services", "/console", "/management", "/jolokia", "/actuator")) {
            request("W-11", "GET " + path, "4xx, or 303 to the console", "GET " + path, 303, 400, 404, 405);
        }
        for (var method : List.of("OPTIONS", "TRACE", "PUT", "DELETE", "PATCH", "PROPFIND", "FOO")) {
            request("W-11", method, "405 or 501", method + " /itk/services/SendCDADocument-v2-0", 405, 501);
        }
        request("W-11", "OPTIONS *", "4xx, or 200 without a word", "OPTIONS *", 200, 400, 404, 405);
        request("W-11", "TRACE of the console", "405", "TRACE /admin/login", 405, 501);
    }

    private void get(String query, String expected, int... statuses) {
        request("W-11", "GET " + query, expected, "GET /itk/services/SendCDADocument-v2-0" + query, statuses);
    }

    private void request(String id, String sent, String expected, String line, int... statuses) {
        suite.attack(id, sent, Expect.that(expected, r -> java.util.Arrays.stream(statuses).anyMatch(s -> s == r.status())
                && !r.head().matches("(?is).*(^|\n)(server|x-powered-by):.*") && !r.body().contains("127.0.0.1")
                && !r.body().contains("root:") && !r.body().contains("<web-app")), source -> {
            try (var connection = bed.line(source)) {
                return connection.exchange((line + " HTTP/1.1\r\nHost: 127.0.0.1:" + bed.plain + "\r\nX-Planted: 1\r\n"
                        + "Connection: close\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            }
        });
    }
}
