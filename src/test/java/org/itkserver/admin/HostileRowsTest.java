package org.itkserver.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.itkserver.admin.PeopleViews.Clients;
import org.itkserver.admin.PeopleViews.NewPassword;
import org.itkserver.admin.PeopleViews.OneClient;
import org.itkserver.admin.PeopleViews.OnePerson;
import org.itkserver.admin.PeopleViews.Own;
import org.itkserver.admin.PeopleViews.People;
import org.itkserver.admin.PeopleViews.Secret;
import org.itkserver.admin.StoredContent.PayloadView;
import org.itkserver.audit.Account;
import org.itkserver.audit.Accounts.Client;
import org.itkserver.audit.AlertKind;
import org.itkserver.audit.AuditQuery.MessageRow;
import org.itkserver.audit.AuditSearch;
import org.itkserver.audit.ClientLimit;
import org.itkserver.audit.MessageSearch.Waiting;
import org.itkserver.audit.Role;
import org.itkserver.audit.Seal;
import org.itkserver.audit.TrailQuery;
import org.itkserver.audit.TrailQuery.TrailEvent;
import org.itkserver.delivery.Lane;
import org.itkserver.envelope.Addressing;
import org.itkserver.envelope.EnvelopeHeader;
import org.itkserver.envelope.ManifestItem;
import org.itkserver.envelope.ScannedMessage;
import org.itkserver.envelope.Security;
import org.itkserver.envelope.SoapVersion;
import org.itkserver.envelope.TypedUri;
import org.itkserver.exchange.BulkJobs;
import org.itkserver.exchange.BulkResends;
import org.itkserver.exchange.Repairs;
import org.itkserver.watch.Alert;
import org.itkserver.watch.Figures;
import org.itkserver.watch.Tally;
import org.itkserver.watch.TrafficKind;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.w3c.dom.Element;
import org.w3c.dom.Node;

/** Whatever a message says, a page has the elements it has with a harmless one, and shows the text as text. */
class HostileRowsTest {
    private static final Instant AT = Instant.parse("2026-11-22T16:05:07Z");
    private static final String HARMLESS = "harmless";

    private final Pages pages = new Pages(() -> true);

    static List<String> payloads() {
        return List.of(
                "<script>window.__x=1</script>",
                "\"><script>window.__x=1</script>",
                "'><script>window.__x=1</script>",
                "<img src=x onerror=window.__x=1>",
                "\"><img src=x onerror=alert(1)>",
                "\" onmouseover=\"window.__x=1",
                "' onfocus='window.__x=1' autofocus='",
                "<svg onload=window.__x=1>",
                "<svg><script>window.__x=1</script></svg>",
                "<svg><a xlink:href=\"javascript:window.__x=1\"><text>x</text></a></svg>",
                "</textarea><script>window.__x=1</script>",
                "</title><script>window.__x=1</script>",
                "</pre><script>window.__x=1</script>",
                "</td></tr></table><h1>Signed out</h1><form action=//evil.example>",
                "<!--",
                "--><script>window.__x=1</script>",
                "]]><script>window.__x=1</script>",
                "javascript:window.__x=1",
                "JaVaScRiPt:window.__x=1",
                "data:text/html,<script>window.__x=1</script>",
                "${7*7}",
                "#{7*7}",
                "{{constructor.constructor('window.__x=1')()}}",
                "$unsafe{7}@template.x()@`",
                "&lt;script&gt;window.__x=1&lt;/script&gt;",
                "&#60;script&#62;window.__x=1",
                "<iframe srcdoc=\"<script>window.__x=1</script>\">",
                "<base href=//evil.example/><meta http-equiv=refresh content=0;url=//evil.example>",
                "\u0000\u001b[2J\u202Ekcatta\u2028<b>\uFEFF\r\nSet-Cookie: itk=x",
                "\uFF1Cscript\uFF1Ewindow.__x=1\uFF1C/script\uFF1E<\u0000script>",
                "ann'; drop table message; --",
                "<" + "a".repeat(5000));
    }

    private static MessageRow row(String v) {
        return new MessageRow(
                7,
                AT,
                AT,
                v,
                v,
                v,
                v,
                v,
                v,
                v,
                "in",
                v,
                null,
                "rejected",
                true,
                true,
                v,
                v,
                v,
                v,
                11776,
                v,
                null,
                null);
    }

    private Map<String, byte[]> pagesWith(String v) throws Exception {
        var person = new Person(v, "s3cret", Role.all(), false);
        var out = new LinkedHashMap<String, byte[]>();
        var frame = pages.frame(HARMLESS, "messages", person);
        var document = new Views.Document(row(v), Progress.of(row(v), List.of()));
        var form = SearchForm.of(name -> List.of("what", "direction", "state").contains(name) ? "" : v);
        var asked = new Views.Search(form, false, Map.of());
        out.put("messages", list(new Views.Messages(frame, asked, List.of(document), true, null, AT, AT)));
        var refused = new Views.Search(form, true, Map.of("trackingId", HARMLESS, "nhsNumber", HARMLESS));
        out.put("problem", list(new Views.Messages(frame, refused, List.of(), false, null, null, AT)));
        out.put("message", message(v, frame, document));
        out.put("raw", opened(v, frame));
        var account = new Account(v, v, Role.all(), true, false, 0, AT, AT, AT);
        var client = new Client(v, new byte[32], Set.of(v), new ClientLimit(Set.of(v), Set.of(v), Set.of(v)), AT);
        var peoples = pages.frame("People", "people", person);
        out.put("people", pages.render("people", new People(peoples, List.of(account), v, Role.all(), HARMLESS)));
        out.put("person", pages.render("person", new OnePerson(peoples, account, false, HARMLESS)));
        out.put(
                "clients",
                pages.render(
                        "clients",
                        new Clients(
                                peoples,
                                List.of(client),
                                v,
                                Set.of(),
                                new LimitForm(v, v, v),
                                Map.of("name", HARMLESS))));
        out.put(
                "client",
                pages.render(
                        "client",
                        new OneClient(
                                peoples, client, Set.of(v), new LimitForm(v, v, v), Map.of("services", HARMLESS))));
        out.put("secret", pages.render("secret", new Secret(peoples, v, HARMLESS, HARMLESS, "/admin/people")));
        out.put("account", pages.render("account", new Own(peoples, Role.all(), true)));
        out.put("password", pages.render("password", new NewPassword(peoples, HARMLESS)));
        out.put("audit", audit(person, v));
        out.put("overview", overview(person, v));
        out.put("resends", pages.render("resends", new BulkViews.Jobs(frame, List.of(job(v)))));
        var progress = new BulkJobs.Progress(1, Map.of(v, 2), 3);
        var notice = new Views.Notice(true, v);
        out.put("resend", pages.render("resend", new BulkViews.OneJob(frame, job(v), progress, notice)));
        var found = Map.of(v, 1);
        var plan = new BulkResends.Plan(List.of(7L), found, Map.of("sent", 1), AT, AT, found);
        out.put("plan", pages.render("resendPlan", new BulkViews.Plan(frame, "1", plan, v, Map.of("why", HARMLESS))));
        out.putAll(HostileRetention.pages(pages, person, v));
        return out;
    }

    private static BulkJobs.Job job(String v) {
        return new BulkJobs.Job(7, BulkJobs.State.RUNNING, v, v, v, AT, 10, 6, null, null);
    }

    private byte[] list(Views.Messages view) {
        return pages.render("messages", view);
    }

    private byte[] message(String v, Views.Frame frame, Views.Document document) {
        var event = new TrailEvent("n", 1, AT, v, 7L, v, v, v, v, v, v, v, v);
        var uri = new TypedUri(null, v);
        var envelope = new EnvelopeHeader(
                v,
                v,
                List.of(uri),
                List.of(uri),
                1,
                List.of(new ManifestItem(v, v, v, true, true, true)),
                uri,
                Map.of(v, v));
        var headers = new ScannedMessage(
                SoapVersion.SOAP_11,
                new Addressing(v, v, v, v, v, v, List.of(v), List.of(), false),
                new Security(v, v, v, v, true),
                envelope,
                null,
                null,
                Map.of(),
                1,
                List.of(),
                List.of(),
                null,
                null,
                null,
                null,
                0,
                false,
                null,
                StandardCharsets.UTF_8);
        return pages.render(
                "message",
                new Views.Message(
                        frame,
                        document,
                        List.of(document, document),
                        Timeline.of(List.of(document.row()), List.of(event, event)),
                        List.of(new Waiting(7, "send", v, AT, 1, false)),
                        headers,
                        List.of(HARMLESS),
                        Map.of("reason", HARMLESS, "resend", HARMLESS),
                        EnumSet.allOf(Repairs.Action.class),
                        new Views.Notice(false, v),
                        HostileRetention.holds(v),
                        null,
                        AT));
    }

    private byte[] opened(String v, Views.Frame frame) throws Exception {
        var text = RawText.read(new ByteArrayInputStream(v.getBytes("UTF-8")));
        var blocks = Stream.of(ClinicalDocument.Kind.values())
                .map(kind -> new ClinicalDocument.Block(kind, 1, List.of(Show.visible(v))))
                .toList();
        var document = new ClinicalDocument(Map.of("Patient", v), blocks, true);
        var payloads = List.of(
                new PayloadView(v, v, v, document, Show.visible(v), text), new PayloadView(v, v, v, null, null, text));
        return pages.render("opened", new Views.Opened(frame, row(v), payloads, text));
    }

    private byte[] overview(Person person, String v) {
        var lines = Stream.of(AlertKind.values())
                .map(kind -> new Alert(v, kind, v, v, v, v, 1, AT, AT, 2, null, v, v))
                .map(alert -> AlertLine.of(alert, person))
                .toList();
        var hours = HourChart.hours(List.of(new Tally(HourChart.from(AT), v, TrafficKind.HANDLED, 3, 5)), AT);
        var seal = new Seal(v, 1, 1, 1, 2, new byte[32], Seal.none(), AT, v, new byte[64]);
        var view = new OverviewPages.View(
                pages.frame("Overview", "overview", person),
                lines,
                lines.size() + 1,
                new Figures.Open(1, 2, 10_001),
                3,
                hours,
                HourChart.traffic(hours),
                HourChart.latency(hours),
                List.of(new OverviewPages.PartnerLine(new Figures.Seen(v, AT, null, 1), true, 1)),
                List.of(new Figures.Waiting(new Lane(Lane.Kind.SEND, v), 1, AT)),
                new Figures.DatabaseClock(Duration.ofMillis(-7), Duration.ofMillis(1)),
                List.of(new Views.Sealed(new AuditSearch.Sealing(v, seal, 3, AT), true)),
                new Monitor.Facts(v, v, AT, 1 << 20, Set.of()),
                AT,
                Map.of("alerts", HARMLESS));
        return pages.render("overview", view);
    }

    private byte[] audit(Person person, String v) {
        var form = AuditForm.of(field -> field.equals("errors") || field.equals("type") ? "" : v, Clock.systemUTC());
        var seal = new Seal(v, 1, 1, 1, 2, new byte[32], Seal.none(), AT, v, new byte[64]);
        var seals = List.of(new Views.Sealed(new AuditSearch.Sealing(v, seal, 3, AT), true));
        var event = new TrailQuery.TrailEvent(v, 1, AT, v, 7L, v, v, v, v, v, v, v, v);
        var found = new AuditSearch.Found(List.of(event), null, AT);
        return pages.audit(person, form, found, seals, true, "/admin/audit?after=x");
    }

    /**
     * The pages are written so that an XML parser can read them, and it is less forgiving than any browser; only boolean
     * attributes have no value in HTML.
     */
    private static Element parse(byte[] page) throws Exception {
        var xml =
                new String(page, "UTF-8").replaceAll("(<[a-z][^<>]*) (selected|checked|open)(?=[ />])", "$1 $2=\"$2\"");
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(xml.getBytes("UTF-8")))
                .getDocumentElement();
    }

    /** Every element with the names of its attributes, in order. */
    private static void skeleton(Node node, List<String> out) {
        if (node instanceof Element element) {
            var attributes = new ArrayList<String>();
            for (int i = 0; i < element.getAttributes().getLength(); i++) {
                attributes.add(element.getAttributes().item(i).getNodeName());
            }
            out.add(element.getTagName() + attributes);
            for (var link : List.of("href", "src", "action")) {
                assertTrue(!element.hasAttribute(link)
                        || element.getAttribute(link).matches("[/#][a-z].*"));
            }
        }
        for (var child = node.getFirstChild(); child != null; child = child.getNextSibling()) {
            skeleton(child, out);
        }
    }

    private static List<String> skeleton(byte[] page) throws Exception {
        var out = new ArrayList<String>();
        skeleton(parse(page), out);
        return out;
    }

    @ParameterizedTest
    @MethodSource("payloads")
    void aHostileValueIsTextOnEveryPage(String payload) throws Exception {
        var harmless = pagesWith(HARMLESS);
        var hostile = pagesWith(payload);
        for (var page : hostile.entrySet()) {
            assertEquals(skeleton(harmless.get(page.getKey())), skeleton(page.getValue()), page.getKey());
            var html = new String(page.getValue(), "UTF-8");
            assertEquals(count(harmless.get(page.getKey())), count(page.getValue()), page.getKey());
            assertFalse(payload.contains("<") && html.contains(payload), page.getKey());
        }
        // as an XML parser reads line ends
        var shown = Show.text(payload).replace("\r\n", "\n");
        assertTrue(parse(hostile.get("message")).getTextContent().contains(shown));
        assertTrue(parse(hostile.get("raw")).getTextContent().contains(shown));
    }

    private static long count(byte[] page) throws Exception {
        return new String(page, "UTF-8").chars().filter(c -> c == '<').count();
    }
}
