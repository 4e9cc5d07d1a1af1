import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * Sends one ITK message from a file with {@code {{placeholders}}} and tells whether the answer is positive.
 *
 * <p>Needs a JDK (17 or later) and nothing else; run it without arguments for the options. Payload ids follow from
 * the tracking id, so a file sent twice with one {@code --tracking-id} is a true retry: the same DistributionEnvelope.
 */
public final class ItkSend {

    private static final String USAGE =
            """
            usage: java bin/ItkSend.java FILE --to URL [options]

              --to URL            where to POST; with only a base such as http://127.0.0.1:8080
                                  the path is the fixed address of the message's wsa:Action
              --soap-action URN   SOAPAction to send instead of the message's wsa:Action
              --tracking-id UUID  tracking id to use instead of a fresh one (the same id = a retry)
              --set NAME=VALUE    value of a placeholder; may be given more than once
              --repeat N          send N messages, one after the other (default 1)
              --timeout SECONDS   longest wait for the connection and for each answer (default 30)
              --quiet             print nothing but the reason of a failure

            Filled in: {{messageId}} {{trackingId}} {{timestampId}} {{payloadId}} {{payloadId2}} ... {{to}}
            {{created}} (now) {{expires}} (in ten minutes). TLS: java -Djavax.net.ssl.keyStore=... bin/ItkSend.java
            Exit code: 0 positive answer, 1 fault or other status, 2 usage error, 3 no connection or no answer.""";

    private static final int POSITIVE = 0;
    private static final int NEGATIVE = 1;
    private static final int WRONG_USE = 2;
    private static final int NO_ANSWER = 3;

    private static final String SOAP_11 = "{http://schemas.xmlsoap.org/soap/envelope/}";
    private static final String SOAP_12 = "{http://www.w3.org/2003/05/soap-envelope}";
    private static final String ACTION = "{http://www.w3.org/2005/08/addressing}Action";
    private static final Set<String> POSITIVE_BODIES =
            Set.of("{urn:nhs-itk:ns:201005}SimpleMessageResponse", "{urn:nhs-itk:ns:201005}DistributionEnvelope");
    private static final String SERVICES = "urn:nhs-itk:services:201005:";
    private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\{([^{}]*)}}");

    private ItkSend() {}

    public static void main(String[] args) throws InterruptedException {
        try {
            System.exit(run(Options.parse(args)));
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.exit(WRONG_USE);
        }
    }

    /** Sends every copy and returns the worst exit code; a missing answer ends the run. */
    private static int run(Options options) throws InterruptedException {
        HttpClient client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(options.timeout())
                .build();
        int worst = POSITIVE;
        for (int i = 0; i < options.repeat() && worst != NO_ANSWER; i++) {
            worst = Math.max(worst, send(client, Message.of(options), options));
        }
        return worst;
    }

    private static int send(HttpClient client, Message message, Options options) throws InterruptedException {
        try {
            HttpResponse<byte[]> response =
                    client.send(message.request(options.timeout()), HttpResponse.BodyHandlers.ofByteArray());
            if (!options.quiet()) {
                System.out.println("POST " + message.url() + " trackingId=" + message.trackingId() + "\nHTTP "
                        + response.statusCode() + "\n" + printable(response.body()));
            }
            Optional<String> complaint = complaint(response.statusCode(), response.body());
            complaint.ifPresent(why -> System.err.println(oneLine(why)));
            return complaint.isEmpty() ? POSITIVE : NEGATIVE;
        } catch (IOException e) {
            System.err.println(oneLine("no answer from " + message.url() + ": " + e));
            return NO_ANSWER;
        }
    }

    /** Says why an answer is not positive; empty when it is. */
    private static Optional<String> complaint(int status, byte[] body) {
        if (body.length == 0) {
            return status == 200 || status == 202 ? Optional.empty() : Optional.of("HTTP " + status);
        }
        try {
            Soap soap = Soap.read(body);
            if (soap.body().endsWith("}Fault")) {
                return Optional.of("HTTP " + status + " fault " + soap.text("Fault/faultcode", "Code/Value")
                        + " ErrorCode=" + soap.text("ToolkitErrorInfo/ErrorCode")
                        + " ErrorText=" + soap.text("ToolkitErrorInfo/ErrorText", "Fault/faultstring", "Reason/Text")
                        + " ErrorID=" + soap.text("ToolkitErrorInfo/ErrorID"));
            }
            boolean taken = status == 200 && POSITIVE_BODIES.contains(soap.body());
            return taken ? Optional.empty() : Optional.of("HTTP " + status + " with unexpected body " + soap.body());
        } catch (XMLStreamException e) {
            return Optional.of("HTTP " + status + " with a body that is not SOAP");
        }
    }

    /** Keeps a hostile answer from steering the terminal. */
    private static String printable(byte[] body) {
        return new String(body, StandardCharsets.UTF_8)
                .replaceAll("[\\p{Cc}&&[^\\n\\t]]", "")
                .stripTrailing();
    }

    private static String oneLine(String text) {
        return text.replaceAll("[\\s\\p{Cc}]+", " ").strip();
    }

    private static void check(boolean right, String complaint) {
        if (!right) {
            throw new IllegalArgumentException(complaint);
        }
    }

    /** The command line, checked, and the text of the file it names. */
    private record Options(
            String template,
            String to,
            String soapAction,
            Map<String, String> values,
            int repeat,
            Duration timeout,
            boolean quiet) {

        static Options parse(String[] args) {
            Map<String, String> named = new HashMap<>();
            Map<String, String> values = new HashMap<>();
            for (int i = 0; i < args.length; i++) {
                switch (args[i]) {
                    case "--to", "--soap-action", "--repeat", "--timeout" -> named.put(args[i], valueOf(args, ++i));
                    case "--tracking-id" ->
                        values.put("trackingId", valueOf(args, ++i).toUpperCase(Locale.ROOT));
                    case "--set" -> {
                        String[] pair = valueOf(args, ++i).split("=", 2);
                        check(pair.length == 2, "--set wants NAME=VALUE, not " + pair[0]);
                        values.put(pair[0], pair[1]);
                    }
                    case "--quiet" -> named.put("--quiet", "");
                    default -> check(!args[i].startsWith("-") && named.put("FILE", args[i]) == null, USAGE);
                }
            }
            check(named.containsKey("FILE") && named.containsKey("--to"), USAGE);
            return new Options(
                    read(Path.of(named.get("FILE"))),
                    named.get("--to"),
                    named.get("--soap-action"),
                    Map.copyOf(values),
                    count(named.getOrDefault("--repeat", "1")),
                    Duration.ofSeconds(count(named.getOrDefault("--timeout", "30"))),
                    named.containsKey("--quiet"));
        }

        private static String valueOf(String[] args, int i) {
            check(i < args.length, USAGE);
            return args[i];
        }

        private static int count(String value) {
            check(value.matches("[1-9]\\d{0,8}"), "not a whole number from 1: " + value);
            return Integer.parseInt(value);
        }

        private static String read(Path file) {
            try {
                return Files.readString(file, StandardCharsets.UTF_8);
            } catch (IOException e) {
                throw new IllegalArgumentException("cannot read the file as UTF-8 text: " + e);
            }
        }
    }

    /** One message, ready to be sent: the filled-in text and what the HTTP request needs of it. */
    private record Message(String xml, URI url, String trackingId, boolean soap12, String soapAction) {

        static Message of(Options options) {
            Map<String, String> values = new HashMap<>();
            Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
            values.put("created", now.toString());
            values.put("expires", now.plus(10, ChronoUnit.MINUTES).toString());
            values.put("trackingId", freshUuid());
            values.put("to", options.to());
            values.putAll(options.values());
            options.values()
                    .keySet()
                    .forEach(name ->
                            check(options.template().contains("{{" + name + "}}"), "the file has no {{" + name + "}}"));
            try {
                Soap soap = Soap.read(fill(options.template(), values).getBytes(StandardCharsets.UTF_8));
                check(!soap.action().isEmpty(), "the message has no wsa:Action");
                URI url = url(options.to(), soap);
                values.put("to", options.values().getOrDefault("to", url.toString()));
                return new Message(
                        fill(options.template(), values),
                        url,
                        values.get("trackingId"),
                        soap.is12(),
                        oneLine(options.soapAction() == null ? soap.action() : options.soapAction()));
            } catch (XMLStreamException e) {
                throw new IllegalArgumentException("the message cannot be read: " + oneLine(e.getMessage()));
            }
        }

        HttpRequest request(Duration timeout) {
            String quoted = '"' + soapAction + '"';
            HttpRequest.Builder request = HttpRequest.newBuilder(url).timeout(timeout);
            return (soap12
                            ? request.header("Content-Type", "application/soap+xml; charset=UTF-8; action=" + quoted)
                            : request.header("Content-Type", "text/xml; charset=UTF-8")
                                    .header("SOAPAction", quoted))
                    .POST(HttpRequest.BodyPublishers.ofString(xml, StandardCharsets.UTF_8))
                    .build();
        }

        /** Replaces every placeholder; an id gets its value at first use and keeps it in {@code values}. */
        private static String fill(String template, Map<String, String> values) {
            return PLACEHOLDER.matcher(template).replaceAll(found -> {
                String name = found.group(1);
                if (name.matches("payloadId\\d*")) {
                    byte[] seed = (values.get("trackingId") + name).getBytes(StandardCharsets.UTF_8);
                    values.putIfAbsent(
                            name, UUID.nameUUIDFromBytes(seed).toString().toUpperCase(Locale.ROOT));
                } else if (name.equals("messageId") || name.equals("timestampId")) {
                    values.putIfAbsent(name, freshUuid());
                }
                check(values.containsKey(name), "no value for {{" + name + "}}: give --set " + name + "=VALUE");
                return Matcher.quoteReplacement(values.get(name)
                        .replace("&", "&amp;")
                        .replace("<", "&lt;")
                        .replace("\"", "&quot;"));
            });
        }

        private static String freshUuid() {
            return UUID.randomUUID().toString().toUpperCase(Locale.ROOT);
        }

        private static URI url(String to, Soap soap) {
            check(to.matches("(?i)https?://[^\\s/?#]+\\S*"), "--to wants an http or https URL, not " + to);
            URI url = URI.create(to);
            return url.getRawPath().matches("/?") ? url.resolve(fixedAddress(soap)) : url;
        }

        private static String fixedAddress(Soap soap) {
            check(soap.action().matches(SERVICES + "[\\w.-]+"), "give --to with its path for Action " + soap.action());
            return "/itk/services/"
                    + switch (soap.action()) {
                        case SERVICES + "sendDistEnvelope" -> soap.is12() ? "ITKServReq/12" : "ITKServReq/11";
                        case SERVICES + "sendRecvDistEnvelope" -> soap.is12() ? "ITKServReqRes/12" : "ITKServReqRes/11";
                        default -> soap.action().substring(SERVICES.length());
                    };
        }
    }

    /** What matters here of a SOAP message: the version, the Body's child and some texts, by "parent/name". */
    private record Soap(boolean is12, String body, Map<String, String> texts) {

        /** Reads with nothing resolved outside the given bytes; a DOCTYPE is refused. */
        static Soap read(byte[] xml) throws XMLStreamException {
            XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
            factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
            factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
            XMLStreamReader in = factory.createXMLStreamReader(new ByteArrayInputStream(xml));
            List<String> path = new ArrayList<>();
            Map<String, String> texts = new HashMap<>();
            boolean is12 = false;
            String body = "";
            while (in.hasNext()) {
                switch (in.next()) {
                    case XMLStreamConstants.DTD -> throw new XMLStreamException("DOCTYPE is not allowed");
                    case XMLStreamConstants.START_ELEMENT -> {
                        path.add("{" + in.getNamespaceURI() + "}" + in.getLocalName());
                        is12 |= path.get(0).equals(SOAP_12 + "Envelope");
                        String soapBody = (is12 ? SOAP_12 : SOAP_11) + "Body";
                        body = path.size() == 3 && path.get(1).equals(soapBody) ? path.get(2) : body;
                    }
                    case XMLStreamConstants.END_ELEMENT -> path.remove(path.size() - 1);
                    case XMLStreamConstants.CHARACTERS -> keep(texts, path, body, in.getText());
                    default -> {}
                }
            }
            return new Soap(is12, body, texts);
        }

        private static void keep(Map<String, String> texts, List<String> path, String body, String text) {
            int depth = path.size();
            if (depth == 3 && path.get(2).equals(ACTION) || depth > 3 && body.endsWith("}Fault")) {
                String key = path.get(depth - 2) + "/" + path.get(depth - 1);
                texts.merge(key.replaceAll("\\{[^}]*}", ""), text, String::concat);
            }
        }

        String action() {
            return texts.getOrDefault("Header/Action", "").strip();
        }

        String text(String... keys) {
            return List.of(keys).stream()
                    .filter(texts::containsKey)
                    .map(texts::get)
                    .findFirst()
                    .orElse("none");
        }
    }
}
