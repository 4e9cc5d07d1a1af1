import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.URLDecoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * Plays the other side of ITK exchanges on loopback: takes messages, acknowledgements and callbacks, answers them well
 * or as badly as it is told to, sends acknowledgements and messages of its own, and keeps a journal of it all.
 *
 * <p>Needs a JDK (17 or later) and nothing else; {@code --help} lists the options, the behaviours, the rules and the
 * control addresses. It trusts whoever can reach it: it listens on 127.0.0.1 only, and knows no passwords.
 *
 * <p>The journal has one JSON object per event. Every event has {@code n}, {@code time} and {@code event}:
 *
 * <ul>
 *   <li>{@code received}: {@code kind} ({@code message}, {@code inf-ack}, {@code bus-ack}, {@code response}, {@code
 *       fault}, {@code unreadable}), {@code path}, {@code bytes}, {@code soapVersion}, {@code contentType}, {@code
 *       soapAction} (as it came), {@code interaction}, {@code infackrequested}, {@code ackrequested}, {@code
 *       behaviour}, {@code status} (0: no answer), {@code acks} (the kinds that will be sent); and if the message has
 *       them {@code action}, {@code messageId}, {@code relatesTo}, {@code to}, {@code username}, {@code service},
 *       {@code trackingId}, {@code addresses}, {@code senderAddress}, {@code senderAddressType}, {@code payloadIds},
 *       {@code sha256} (of the DistributionEnvelope's bytes). An {@code inf-ack} adds {@code result}, {@code
 *       trackingIdRef}, {@code serviceRef}, {@code errorCode}, {@code errorText}; a {@code bus-ack} {@code typeCode},
 *       {@code trackingIdRef}, {@code interactionRef}, {@code payloadRefs}, {@code detail}; a {@code fault} {@code
 *       faultCode}, {@code errorCode}, {@code errorText}.
 *   <li>{@code refused}: {@code path}. The connection was closed before the message was read.
 *   <li>{@code sent}: {@code kind} ({@code inf-ack}, {@code bus-ack}, {@code message}, {@code get}, {@code confirm}),
 *       {@code service}, {@code messageId}, {@code trackingId}, {@code trackingIdRef} and {@code attempt} (of an ack),
 *       {@code url}, {@code status} (0: no answer), {@code errorCode} (of a fault), {@code error} (why there is no
 *       answer), {@code ms}.
 * </ul>
 */
public final class ItkPartner {

    private static final String USAGE =
            """
            usage: java bin/ItkPartner.java [options]

              --port N            where to listen on 127.0.0.1; 0 = any free port (default 9001)
              --name NAME         name of this partner in its output (default gp-system)
              --username NAME     Username in what it sends (default gp-system-1)
              --ods CODE          its ODS code (default Y9999)
              --address URN       its address (default urn:nhs-uk:addressing:ods:CODE)
              --identity URN      its audit identity (default urn:nhs-uk:identity:ods:CODE:partner)
              --server URL        where acks and its own messages go (default http://127.0.0.1:8080/itk)
              --style STYLE       acks as in ITK 2.1, 2.2, or auto = as the message's service (default auto)
              --behaviour SPEC    what happens when no rule matches (default good)
              --rules FILE        rules, see below
              --journal FILE      append every event to this file, on disk before the answer leaves
              --ack-delay MS      from the answer to the infrastructure ack (default 50)
              --business-delay MS from the answer to the business ack, never before the other (default 150)
              --help              this text

            SPEC: behaviours, separated by commas. BEHAVIOUR*N counts for the first N requests with one tracking
            id, without *N for one; the last one without *N for ever. After the end of the list: good.
              good accepted empty200      200 with SimpleMessageResponse, 202 empty, 200 empty; then the acks asked for
              slow:MS                     good after a wait
              silent                      200, no acks
              noack-inf                   good without the infrastructure ack
              nack:DE0003                 good, then a negative infrastructure ack with this code
              ae:TEXT ar:TEXT             good, then the business ack says error or rejected
              duplicate:N                 good, every ack N times (the same envelope, a new MessageID)
              forged                      good, but the acks name a tracking id that nobody sent
              fault:CODE fault200:CODE    a SOAP fault 1000, 2100, 2200 or 3000 at HTTP 500 or 200
              status:N[;retry-after=S]    this status, no body
              redirect:URL                302
              html html500 garbage empty500   not SOAP
              drip flood                  the body comes one byte a second; never ends
              hang reset refuse           no answer: holds the connection; RST; closes it (before reading when the
                                          rule looks at the path only)

            Rules: lines MATCH => SPEC, the first match wins; # begins a comment. MATCH is * or conditions joined by &:
              path=/acks  tracking=UUID  address=END  action=END  kind=inf-ack  payload=TEXT (anywhere in the bytes)

            Control, on the same port:
              PUT, GET /_rules            replace (counting begins anew), show
              GET /_journal?after=N       JSON lines numbered above N; DELETE /_journal forgets them (not the file)
              GET /_stats                 {"requests":..,"connections":..,"mostConnections":..,"paths":{..}}
              POST /_down?ms=N            refuses connections for N ms, then listens again
              POST /_send?file=F&to=URL&times=N&n=COPIES&gap=MS[&NAME=VALUE]   N messages from a file of samples/, each
                                          COPIES times with one tracking id; NAME=VALUE fills {{NAME}}
              POST /_collect?queue=Q&count=N&confirm=BOOL&url=URL   GetMessages, then ConfirmMessage
            Exit code 2: wrong use.""";

    private static final String ITK = "urn:nhs-itk:ns:201005";
    private static final String SERVICES = "urn:nhs-itk:services:201005:";
    private static final String GENERIC = SERVICES + "sendDistEnvelope";
    private static final String SOAP_11 = "http://schemas.xmlsoap.org/soap/envelope/";
    private static final String SOAP_12 = "http://www.w3.org/2003/05/soap-envelope";
    private static final String ITK_ADDRESS = "2.16.840.1.113883.2.1.3.2.4.18.22";
    private static final Duration LIFE = Duration.ofMinutes(10);
    private static final int MANY = 999_999_999;
    private static final int WRONG_USE = 2;

    private final Options options;
    private final Executor pool;
    private final Listener listener;
    private final Journal journal;
    private final Stats stats = new Stats();
    private final Acknowledgements acknowledgements;
    private final Client client;
    private final Initiator initiator;
    private volatile Rules rules;

    private ItkPartner(Options options, Executor pool) {
        this.options = options;
        this.pool = pool;
        this.rules = Rules.parse(options.rules(), options.behaviour());
        this.journal = new Journal(options.journal());
        this.listener = new Listener(options.port());
        this.acknowledgements = new Acknowledgements(options);
        this.client = new Client(options, journal, pool);
        this.initiator = new Initiator(options, client);
    }

    public static void main(String[] args) {
        // An idle connection that the server has closed meanwhile would cost a POST.
        System.setProperty("jdk.httpclient.keepalive.timeout", "5");
        if (List.of(args).contains("--help")) {
            System.out.println(USAGE);
            return;
        }
        try {
            ItkPartner partner = new ItkPartner(Options.parse(args), Executors.newCachedThreadPool(ItkPartner::daemon));
            System.out.println("partner " + partner.options.name() + " listens on http://127.0.0.1:"
                    + partner.listener.port() + "/");
            partner.listener.serve(partner::converse, partner.pool);
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.exit(WRONG_USE);
        }
    }

    /** Serves one connection until either side has had enough of it. */
    private void converse(Socket socket) {
        boolean counted = false;
        try (socket) {
            socket.setTcpNoDelay(true);
            Wire wire = new Wire(socket);
            Optional<Head> head = wire.head();
            boolean goOn = true;
            while (goOn && head.isPresent()) {
                if (!counted && !head.get().isControl()) {
                    stats.connected();
                    counted = true;
                }
                goOn = exchange(head.get(), wire) && head.get().keepsAlive() && listener.isOpen();
                head = goOn ? wire.head() : head;
            }
        } catch (IOException | NumberFormatException e) {
            // The client is gone or speaks no HTTP: there is nobody to tell.
        } finally {
            if (counted) {
                stats.disconnected();
            }
        }
    }

    private boolean exchange(Head head, Wire wire) throws IOException {
        if (head.isControl()) {
            return wire.send(control(head, wire), What.GOOD);
        }
        stats.requested(head.path());
        if (rules.refuses(head.path())) {
            journal.add("refused", facts("path", head.path()));
            return false;
        }
        byte[] body = wire.body(head);
        if (!head.method().equals("POST")) {
            return wire.send(Answer.empty(405), What.GOOD);
        }
        Received received = Received.of(head, body);
        Item item = rules.pick(received);
        return wire.send(take(received, item), item.what());
    }

    /** Notes what came, sets the acks off and returns the answer. */
    private Answer take(Received received, Item item) {
        Answer answer = Answer.to(received, item);
        List<Ack> acks = acknowledgements.to(received, item);
        Map<String, Object> noted = received.describe();
        noted.put("behaviour", item);
        noted.put("status", answer.status());
        noted.put("acks", acks.stream().map(Ack::kind).toList());
        journal.add("received", noted);
        if (item.what() == What.SLOW) {
            pause(item.number());
        }
        client.deliver(acks, item.what() == What.DUPLICATE ? item.number() : 1);
        return answer;
    }

    private Answer control(Head head, Wire wire) throws IOException {
        String body = new String(wire.body(head), StandardCharsets.UTF_8);
        try {
            Map<String, String> query = head.query();
            return switch (head.method() + " " + head.path()) {
                case "GET /_rules" -> Answer.text(200, "text/plain; charset=UTF-8", rules.text());
                case "GET /_journal" ->
                    Answer.text(200, "application/x-ndjson", journal.after(number(query, "after", "0", 0, MANY)));
                case "GET /_stats" -> Answer.text(200, "application/json", stats.json());
                case "POST /_send" -> Answer.text(200, "application/json", Json.of(initiator.send(query)));
                case "POST /_collect" -> Answer.text(200, "application/json", Json.of(initiator.collect(query)));
                case "PUT /_rules" -> {
                    rules = Rules.parse(body, options.behaviour());
                    yield Answer.empty(204);
                }
                case "DELETE /_journal" -> {
                    journal.clear();
                    yield Answer.empty(204);
                }
                case "POST /_down" -> {
                    listener.leave(number(query, "ms", "", 1, MANY), wire.socket());
                    yield Answer.empty(204);
                }
                default -> Answer.empty(404);
            };
        } catch (IllegalArgumentException e) {
            return Answer.text(400, "text/plain; charset=UTF-8", e.getMessage() + "\n");
        }
    }

    /** A map in the given order: name, value, name, value ... */
    private static Map<String, Object> facts(Object... pairs) {
        Map<String, Object> facts = new LinkedHashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            facts.put(pairs[i].toString(), pairs[i + 1]);
        }
        return facts;
    }

    private static Thread daemon(Runnable work) {
        Thread thread = new Thread(work);
        thread.setDaemon(true);
        return thread;
    }

    private static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void check(boolean right, String complaint) {
        if (!right) {
            throw new IllegalArgumentException(complaint);
        }
    }

    private static int number(Map<String, String> values, String name, String otherwise, int least, int most) {
        String value = values.getOrDefault(name, otherwise);
        int number = value.matches("\\d{1,9}") ? Integer.parseInt(value) : -1;
        check(number >= least && number <= most, name + ": not a number from " + least + " to " + most + ": " + value);
        return number;
    }

    private static String readText(String name, String file) {
        try {
            return Files.readString(Path.of(file), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalArgumentException(name + ": cannot read " + file + " as UTF-8 text: " + e);
        }
    }

    private static URI http(String name, String url) {
        check(url.matches("(?i)https?://[^\\s/?#]+\\S*"), name + " wants an http or https URL, not " + url);
        URI uri = URI.create(url);
        check(uri.getHost() != null, name + ": not a host name in " + url);
        return uri;
    }

    private static String freshUuid() {
        return upperCase(UUID.randomUUID());
    }

    private static String upperCase(UUID uuid) {
        return uuid.toString().toUpperCase(Locale.ROOT);
    }

    private static Instant now() {
        return Instant.now().truncatedTo(ChronoUnit.SECONDS);
    }

    /** The command line, checked. */
    private record Options(
            int port,
            String name,
            String username,
            String ods,
            String address,
            String identity,
            URI server,
            String style,
            String rules,
            Behaviour behaviour,
            Optional<Path> journal,
            int ackDelay,
            int businessDelay) {

        private static final Set<String> NAMES =
                Set.of(("--port --name --username --ods --address --identity --server --style --rules --behaviour"
                                + " --journal --ack-delay --business-delay")
                        .split(" "));

        static Options parse(String[] args) {
            Map<String, String> given = new HashMap<>();
            for (int i = 0; i < args.length; i += 2) {
                check(NAMES.contains(args[i]), "unknown option " + args[i] + "; --help lists them");
                check(i + 1 < args.length, args[i] + " wants a value");
                given.put(args[i], args[i + 1]);
            }
            String style = given.getOrDefault("--style", "auto");
            check(Set.of("auto", "2.1", "2.2").contains(style), "--style is auto, 2.1 or 2.2, not " + style);
            String ods = given.getOrDefault("--ods", "Y9999");
            String server = given.getOrDefault("--server", "http://127.0.0.1:8080/itk");
            return new Options(
                    number(given, "--port", "9001", 0, 65_535),
                    given.getOrDefault("--name", "gp-system"),
                    given.getOrDefault("--username", "gp-system-1"),
                    ods,
                    given.getOrDefault("--address", "urn:nhs-uk:addressing:ods:" + ods),
                    given.getOrDefault("--identity", "urn:nhs-uk:identity:ods:" + ods + ":partner"),
                    http("--server", server.replaceAll("/+$", "")),
                    style,
                    given.containsKey("--rules") ? readText("--rules", given.get("--rules")) : "",
                    Behaviour.parse(given.getOrDefault("--behaviour", "good")),
                    Optional.ofNullable(given.get("--journal")).map(Path::of),
                    number(given, "--ack-delay", "50", 0, MANY),
                    number(given, "--business-delay", "150", 0, MANY));
        }
    }

    /** What the partner can do with a request, and what its argument looks like. */
    private enum What {
        GOOD(""),
        ACCEPTED(""),
        EMPTY200(""),
        SLOW("\\d{1,9}"),
        SILENT(""),
        NOACK_INF(""),
        NACK("DE00(0[1-9]|1[0-2])"),
        AE(".+"),
        AR(".+"),
        DUPLICATE("[1-9]\\d{0,3}"),
        FORGED(""),
        FAULT("1000|2100|2200|3000"),
        FAULT200("1000|2100|2200|3000"),
        STATUS("[2-5]\\d\\d(;retry-after=\\d{1,9})?"),
        REDIRECT("\\S+"),
        HTML(""),
        HTML500(""),
        GARBAGE(""),
        EMPTY500(""),
        DRIP(""),
        FLOOD(""),
        HANG(""),
        RESET(""),
        REFUSE("");

        private static final Set<What> ACKNOWLEDGING =
                Set.of(GOOD, ACCEPTED, EMPTY200, SLOW, NOACK_INF, NACK, AE, AR, DUPLICATE, FORGED);

        private final Pattern argument;

        What(String argument) {
            this.argument = Pattern.compile(argument);
        }

        static What of(String word) {
            return List.of(values()).stream()
                    .filter(what -> what.word().equals(word))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("unknown behaviour: " + word));
        }

        String word() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        boolean acknowledges() {
            return ACKNOWLEDGING.contains(this);
        }
    }

    /** One behaviour of a list, and for how many requests it counts. */
    private record Item(What what, String argument, int times) {

        static final Item GOOD = new Item(What.GOOD, "", Integer.MAX_VALUE);
        private static final Pattern FORM = Pattern.compile("([a-z0-9-]+)(?::(.*?))?(?:\\*([1-9]\\d{0,8}))?");

        static Item parse(String text, boolean last) {
            Matcher form = FORM.matcher(text);
            check(form.matches(), "not a behaviour: " + text);
            String argument = form.group(2) == null ? "" : form.group(2);
            What what = What.of(form.group(1));
            check(what.argument.matcher(argument).matches(), "wrong argument of a behaviour: " + text);
            int endless = last ? Integer.MAX_VALUE : 1;
            return new Item(what, argument, form.group(3) == null ? endless : Integer.parseInt(form.group(3)));
        }

        int number() {
            return Integer.parseInt(argument);
        }

        @Override
        public String toString() {
            return argument.isEmpty() ? what.word() : what.word() + ":" + argument;
        }
    }

    /** A list of behaviours and how far each tracking id has come in it. */
    private static final class Behaviour {

        private final List<Item> items;
        private final Map<String, Integer> requests = new ConcurrentHashMap<>();
        private final AtomicInteger refused = new AtomicInteger();

        private Behaviour(List<Item> items) {
            this.items = items;
        }

        static Behaviour parse(String spec) {
            String[] texts = spec.split(",", -1);
            return new Behaviour(IntStream.range(0, texts.length)
                    .mapToObj(i -> Item.parse(texts[i].strip(), i == texts.length - 1))
                    .toList());
        }

        /** The same list, not yet begun. */
        Behaviour anew() {
            return new Behaviour(items);
        }

        Item pick(String trackingId) {
            return at(requests.merge(trackingId, 1, Integer::sum) - 1 + refused.get());
        }

        /** Whether the turn is at {@code refuse}, whoever asks; a request not yet read has no tracking id. */
        boolean refuses() {
            boolean refuses = at(refused.get()).what() == What.REFUSE;
            if (refuses) {
                refused.incrementAndGet();
            }
            return refuses;
        }

        private Item at(int turn) {
            int left = turn;
            for (Item item : items) {
                if (left < item.times()) {
                    return item;
                }
                left -= item.times();
            }
            return Item.GOOD;
        }
    }

    /** A behaviour and the conditions for it, by name. */
    private record Rule(Map<String, String> conditions, Behaviour behaviour) {

        private static final Set<String> NAMES = Set.of("path", "tracking", "address", "action", "kind", "payload");

        static Rule parse(String line) {
            String[] sides = line.split("\\s=>\\s", 2);
            check(sides.length == 2, "a rule is MATCH => SPEC, not " + line);
            Map<String, String> conditions = new HashMap<>();
            for (String condition : sides[0].strip().equals("*") ? new String[0] : sides[0].split("&")) {
                String[] pair = condition.strip().split("=", 2);
                check(pair.length == 2 && NAMES.contains(pair[0]), "not a condition: " + condition.strip());
                check(conditions.put(pair[0], pair[1]) == null, "a condition may occur once: " + pair[0]);
            }
            return new Rule(conditions, Behaviour.parse(sides[1].strip()));
        }

        boolean matches(Received received) {
            return conditions.entrySet().stream().allMatch(condition -> holds(condition, received));
        }

        private static boolean holds(Map.Entry<String, String> condition, Received received) {
            String value = condition.getValue();
            return switch (condition.getKey()) {
                case "path" -> received.head().path().equals(value);
                case "tracking" -> received.first("trackingId").equalsIgnoreCase(value);
                case "address" -> received.all("addresses").stream().anyMatch(address -> address.endsWith(value));
                case "action" -> received.first("action").endsWith(value);
                case "kind" -> received.kind().equals(value);
                default -> new String(received.bytes(), StandardCharsets.UTF_8).contains(value);
            };
        }

        boolean mayMatch(String path) {
            return conditions.getOrDefault("path", path).equals(path);
        }

        boolean looksAtPathOnly() {
            return Set.of("path").containsAll(conditions.keySet());
        }
    }

    /** The rules in their order; the last one is the default behaviour. */
    private record Rules(String text, List<Rule> list) {

        static Rules parse(String text, Behaviour otherwise) {
            List<Rule> rules = text.lines()
                    .map(String::strip)
                    .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                    .map(Rule::parse)
                    .collect(Collectors.toCollection(ArrayList::new));
            rules.add(new Rule(Map.of(), otherwise.anew()));
            return new Rules(text, List.copyOf(rules));
        }

        Item pick(Received received) {
            return list.stream()
                    .filter(rule -> rule.matches(received))
                    .findFirst()
                    .map(rule -> rule.behaviour().pick(received.first("trackingId")))
                    .orElse(Item.GOOD);
        }

        /** Whether the path alone decides that the request is refused. */
        boolean refuses(String path) {
            return list.stream()
                    .filter(rule -> rule.mayMatch(path))
                    .findFirst()
                    .filter(rule -> rule.looksAtPathOnly() && rule.behaviour().refuses())
                    .isPresent();
        }
    }

    /** The numbered events since the start or the last {@code clear}; thread-safe. */
    private static final class Journal {

        private final ConcurrentSkipListMap<Integer, String> lines = new ConcurrentSkipListMap<>();
        private final Optional<FileChannel> file;
        private int last;

        Journal(Optional<Path> path) {
            this.file = path.map(Journal::open);
        }

        private static FileChannel open(Path path) {
            try {
                return FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            } catch (IOException e) {
                throw new IllegalArgumentException("--journal: cannot write " + path + ": " + e);
            }
        }

        /** Returns when the line is on disk. */
        void add(String event, Map<String, Object> facts) {
            try {
                append(event, facts);
                if (file.isPresent()) {
                    file.get().force(false);
                }
            } catch (IOException e) {
                System.err.println("the journal cannot be written, the partner ends: " + e);
                Runtime.getRuntime().halt(1);
            }
        }

        private synchronized void append(String event, Map<String, Object> facts) throws IOException {
            Instant time = Instant.now().truncatedTo(ChronoUnit.MILLIS);
            Map<String, Object> numbered = facts("n", ++last, "time", time, "event", event);
            numbered.putAll(facts);
            String line = Json.of(numbered) + "\n";
            lines.put(last, line);
            if (file.isPresent()) {
                ByteBuffer bytes = ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8));
                while (bytes.hasRemaining()) {
                    file.get().write(bytes);
                }
            }
        }

        String after(int number) {
            return String.join("", lines.tailMap(number, false).values());
        }

        void clear() {
            lines.clear();
        }
    }

    /** Counts of what reached the partner, control requests left out; thread-safe. */
    private static final class Stats {

        private final Map<String, Integer> paths = new ConcurrentHashMap<>();
        private int requests;
        private int connections;
        private int mostConnections;

        synchronized void connected() {
            mostConnections = Math.max(mostConnections, ++connections);
        }

        synchronized void disconnected() {
            connections--;
        }

        synchronized void requested(String path) {
            requests++;
            paths.merge(path, 1, Integer::sum);
        }

        synchronized String json() {
            return "{\"requests\":%d,\"connections\":%d,\"mostConnections\":%d,\"paths\":%s}"
                    .formatted(requests, connections, mostConnections, Json.of(paths));
        }
    }

    /** The listening socket, which can go away for a while, and the connections it took. */
    private static final class Listener {

        private final Set<Socket> connections = ConcurrentHashMap.newKeySet();
        private final int port;
        private volatile ServerSocket socket;
        private volatile int away;

        Listener(int port) {
            try {
                this.socket = bind(port);
            } catch (IOException e) {
                throw new IllegalArgumentException("cannot listen on 127.0.0.1:" + port + ": " + e.getMessage());
            }
            this.port = socket.getLocalPort();
        }

        private static ServerSocket bind(int port) throws IOException {
            return new ServerSocket(port, 1024, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}));
        }

        int port() {
            return port;
        }

        boolean isOpen() {
            return !socket.isClosed();
        }

        /** Takes connections until the process ends. */
        void serve(Consumer<Socket> conversation, Executor pool) {
            while (true) {
                try {
                    Socket taken = socket.accept();
                    connections.add(taken);
                    pool.execute(() -> {
                        try {
                            conversation.accept(taken);
                        } finally {
                            connections.remove(taken);
                        }
                    });
                } catch (IOException e) {
                    comeBack();
                }
            }
        }

        /** Stops listening and drops every connection, except the one that asks for it. */
        void leave(int millis, Socket asking) throws IOException {
            away = millis;
            socket.close();
            for (Socket connection : connections) {
                if (connection != asking) {
                    connection.close();
                }
            }
        }

        private void comeBack() {
            pause(isOpen() ? 100 : away);
            while (!isOpen()) {
                try {
                    socket = bind(port);
                } catch (IOException e) {
                    pause(100);
                }
            }
        }
    }

    /** The first part of an HTTP request; header names are in lower case. */
    private record Head(String method, String target, String version, Map<String, String> headers) {

        /** Of something that did not come over HTTP. */
        static final Head NONE = new Head("", "", "", Map.of());

        String path() {
            return target.split("\\?", 2)[0];
        }

        Map<String, String> query() {
            Map<String, String> query = new LinkedHashMap<>();
            String[] parts = target.split("\\?", 2);
            for (String pair : parts.length == 2 ? parts[1].split("&") : new String[0]) {
                String[] sides = pair.split("=", 2);
                query.put(decode(sides[0]), sides.length == 2 ? decode(sides[1]) : "");
            }
            return query;
        }

        private static String decode(String text) {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        }

        String header(String name) {
            return headers.getOrDefault(name, "");
        }

        boolean isControl() {
            return target.startsWith("/_");
        }

        boolean keepsAlive() {
            return version.equals("HTTP/1.1") && !header("connection").equalsIgnoreCase("close");
        }
    }

    /** Reads requests from one connection and writes answers to it. */
    private static final class Wire {

        private static final int MAX_LINE = 65_536;

        private final Socket socket;
        private final InputStream in;
        private final OutputStream out;

        Wire(Socket socket) throws IOException {
            this.socket = socket;
            this.in = new BufferedInputStream(socket.getInputStream(), 65_536);
            this.out = socket.getOutputStream();
        }

        Socket socket() {
            return socket;
        }

        /** Empty when the client has closed the connection between two requests. */
        Optional<Head> head() throws IOException {
            String first = line();
            if (first.isEmpty()) {
                return Optional.empty();
            }
            String[] parts = first.split(" ");
            if (parts.length != 3) {
                throw new IOException("no HTTP request line");
            }
            Map<String, String> headers = new HashMap<>();
            for (String line = line(); !line.isEmpty(); line = line()) {
                String[] pair = line.split(":", 2);
                headers.put(pair[0].strip().toLowerCase(Locale.ROOT), pair.length == 2 ? pair[1].strip() : "");
            }
            return Optional.of(new Head(parts[0], parts[1], parts[2], headers));
        }

        private String line() throws IOException {
            ByteArrayOutputStream line = new ByteArrayOutputStream();
            for (int b = in.read(); b >= 0 && b != '\n'; b = in.read()) {
                line.write(b);
                if (line.size() > MAX_LINE) {
                    throw new IOException("a header line without end");
                }
            }
            return line.toString(StandardCharsets.ISO_8859_1).stripTrailing();
        }

        byte[] body(Head head) throws IOException {
            if (head.header("expect").equalsIgnoreCase("100-continue")) {
                out.write("HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            }
            if (head.header("transfer-encoding").equalsIgnoreCase("chunked")) {
                return chunks();
            }
            return exactly(Integer.parseInt(head.headers().getOrDefault("content-length", "0")));
        }

        private byte[] chunks() throws IOException {
            ByteArrayOutputStream body = new ByteArrayOutputStream();
            int size = Integer.parseInt(line().split(";")[0].strip(), 16);
            while (size > 0) {
                body.write(exactly(size));
                line();
                size = Integer.parseInt(line().split(";")[0].strip(), 16);
            }
            while (!line().isEmpty()) {
                // Trailers are not used.
            }
            return body.toByteArray();
        }

        private byte[] exactly(int size) throws IOException {
            byte[] bytes = in.readNBytes(size);
            if (bytes.length < size) {
                throw new EOFException("cut short");
            }
            return bytes;
        }

        /** Sends an answer in the way of a behaviour and returns whether the connection can be used again. */
        boolean send(Answer answer, What manner) throws IOException {
            switch (manner) {
                case DRIP -> drip(answer);
                case FLOOD -> flood(answer);
                case HANG -> in.transferTo(OutputStream.nullOutputStream());
                case RESET -> socket.setSoLinger(true, 0);
                case REFUSE -> {}
                default -> {
                    ByteArrayOutputStream whole = new ByteArrayOutputStream();
                    whole.write(answer.head("Content-Length: " + answer.body().length));
                    whole.write(answer.body());
                    whole.writeTo(out);
                    return true;
                }
            }
            return false;
        }

        private void drip(Answer answer) throws IOException {
            out.write(answer.head("Content-Length: " + answer.body().length));
            for (byte b : answer.body()) {
                out.write(b);
                pause(1000);
            }
        }

        /** Ends when the client closes the connection. */
        private void flood(Answer answer) throws IOException {
            out.write(answer.head("Connection: close"));
            out.write(answer.body());
            byte[] more = " ".repeat(8192).getBytes(StandardCharsets.US_ASCII);
            while (true) {
                out.write(more);
            }
        }
    }

    /** What goes back over the connection. */
    private record Answer(int status, Map<String, String> headers, byte[] body) {

        private static final String HTML =
                "<!DOCTYPE html><html><body><p>Please log in to the proxy.</p></body></html>";

        static Answer empty(int status) {
            return new Answer(status, Map.of(), new byte[0]);
        }

        static Answer text(int status, String type, String text) {
            return new Answer(status, Map.of("Content-Type", type), text.getBytes(StandardCharsets.UTF_8));
        }

        /** The answer of a behaviour; status 0 stands for none. */
        static Answer to(Received received, Item item) {
            return switch (item.what()) {
                case ACCEPTED -> empty(202);
                case EMPTY200 -> empty(200);
                case EMPTY500 -> empty(500);
                case FAULT -> Soap.fault(received, 500, item.argument());
                case FAULT200 -> Soap.fault(received, 200, item.argument());
                case STATUS -> status(item.argument());
                case REDIRECT -> empty(302).with("Location", item.argument());
                case HTML -> text(200, "text/html", HTML);
                case HTML500 -> text(500, "text/html", HTML);
                case GARBAGE -> text(200, "text/xml", "\u0001<<&]]>\u0000 not XML");
                case HANG, RESET, REFUSE -> empty(0);
                default -> received.kind().equals("unreadable") ? Soap.fault(received, 500, "1000") : Soap.ok(received);
            };
        }

        private static Answer status(String argument) {
            String[] parts = argument.split(";retry-after=");
            Answer answer = empty(Integer.parseInt(parts[0]));
            return parts.length == 2 ? answer.with("Retry-After", parts[1]) : answer;
        }

        private Answer with(String header, String value) {
            return new Answer(status, Map.of(header, value), body);
        }

        byte[] head(String lengthOrEnd) {
            StringBuilder head = new StringBuilder("HTTP/1.1 " + status + " " + status + "\r\n" + lengthOrEnd + "\r\n");
            headers.forEach((name, value) ->
                    head.append(name).append(": ").append(value).append("\r\n"));
            return head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
        }
    }

    /**
     * A message as far as the partner understands it.
     *
     * @param values what stands in the PLACES, by name; empty when the message cannot be read
     */
    private record Received(Head head, byte[] bytes, boolean soap12, Map<String, List<String>> values) {

        /** Names and where their values stand; several places of one name exclude each other. */
        private static final Map<String, String> PLACES = table(
                """
                body              Envelope/Body
                action            Envelope/Header/Action
                messageId         Envelope/Header/MessageID
                relatesTo         Envelope/Header/RelatesTo
                to                Envelope/Header/To
                username          Envelope/Header/Security/UsernameToken/Username
                service           Envelope/Body/DistributionEnvelope/header@service
                trackingId        Envelope/Body/DistributionEnvelope/header@trackingid
                addresses         Envelope/Body/DistributionEnvelope/header/addresslist/address@uri
                senderAddress     Envelope/Body/DistributionEnvelope/header/senderAddress@uri
                senderAddressType Envelope/Body/DistributionEnvelope/header/senderAddress@type
                keys              Envelope/Body/DistributionEnvelope/header/handlingSpecification/spec@key
                keyValues         Envelope/Body/DistributionEnvelope/header/handlingSpecification/spec@value
                payloadIds        Envelope/Body/DistributionEnvelope/payloads/payload@id
                result            *InfrastructureResponse@result
                trackingIdRef     *InfrastructureResponse@trackingIdRef
                serviceRef        *InfrastructureResponse@serviceRef
                errorCode         *InfrastructureResponse/errors/errorInfo/ErrorCode
                errorText         *InfrastructureResponse/errors/errorInfo/ErrorText
                typeCode          *BusinessResponseMessage/acknowledgedBy3@typeCode
                trackingIdRef     *BusinessResponseMessage/acknowledgedBy3/conveyingTransmission/id@root
                detail            *BusinessResponseMessage/acknowledgedBy3/acknowledgementDetail/code@displayName
                interactionRef    *BusinessResponseMessage/interactionId@extension
                payloadRefs       *BusinessResponseMessage/acknowledgedBy2/conveyingTransmission/id@root
                faultCode         Envelope/Body/Fault/faultcode
                faultCode         Envelope/Body/Fault/Code/Value
                errorCode         Envelope/Body/Fault/detail/ToolkitErrorInfo/ErrorCode
                errorCode         Envelope/Body/Fault/Detail/ToolkitErrorInfo/ErrorCode
                errorText         Envelope/Body/Fault/detail/ToolkitErrorInfo/ErrorText
                errorText         Envelope/Body/Fault/Detail/ToolkitErrorInfo/ErrorText
                messageHandles    Envelope/Body/QueueMessageResponse/Message/MessageHandle
                """);

        private static final Set<String> LISTS = Set.of("addresses", "payloadIds", "payloadRefs");
        private static final Set<String> UNNOTED = Set.of("body", "keys", "keyValues", "messageHandles");
        private static final int DEEPEST = 9;
        /** Read as Latin-1, one character is one byte. */
        private static final Pattern ENVELOPE = Pattern.compile(
                "<([^\\s:/>]+:)?DistributionEnvelope[\\s>].*</\\1?DistributionEnvelope\\s*>", Pattern.DOTALL);

        private static Map<String, String> table(String text) {
            Map<String, String> names = new LinkedHashMap<>();
            text.lines()
                    .map(line -> line.split(" +"))
                    .forEach(row -> names.put(
                            row[1].replace("*", "Envelope/Body/DistributionEnvelope/payloads/payload/"), row[0]));
            return names;
        }

        static Received of(Head head, byte[] bytes) {
            try {
                return read(head, bytes);
            } catch (XMLStreamException e) {
                return new Received(head, bytes, false, Map.of());
            }
        }

        /** Reads with nothing resolved outside the given bytes; a DOCTYPE is refused. */
        private static Received read(Head head, byte[] bytes) throws XMLStreamException {
            XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
            factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
            factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
            XMLStreamReader in = factory.createXMLStreamReader(new ByteArrayInputStream(bytes));
            Map<String, List<String>> values = new HashMap<>();
            List<String> path = new ArrayList<>();
            boolean soap12 = false;
            while (in.hasNext()) {
                switch (in.next()) {
                    case XMLStreamConstants.DTD -> throw new XMLStreamException("DOCTYPE is not allowed");
                    case XMLStreamConstants.START_ELEMENT -> {
                        soap12 |= path.isEmpty() && SOAP_12.equals(in.getNamespaceURI());
                        path.add(in.getLocalName());
                        keepAttributes(values, path, in);
                    }
                    case XMLStreamConstants.END_ELEMENT -> path.remove(path.size() - 1);
                    case XMLStreamConstants.CHARACTERS -> keepText(values, path, in.getText());
                    default -> {}
                }
            }
            values.replaceAll((name, list) -> list.stream().map(String::strip).toList());
            return new Received(head, bytes, soap12, values);
        }

        private static void keepAttributes(Map<String, List<String>> values, List<String> path, XMLStreamReader in) {
            String place = path.size() > DEEPEST ? "" : String.join("/", path);
            keep(values, place, "");
            for (int i = 0; i < in.getAttributeCount(); i++) {
                keep(values, place + "@" + in.getAttributeLocalName(i), in.getAttributeValue(i));
            }
        }

        private static void keep(Map<String, List<String>> values, String place, String value) {
            if (PLACES.containsKey(place)) {
                values.computeIfAbsent(PLACES.get(place), name -> new ArrayList<>())
                        .add(value);
            }
        }

        /** Adds to the text of the element that was opened last. */
        private static void keepText(Map<String, List<String>> values, List<String> path, String text) {
            String name = path.size() > DEEPEST ? null : PLACES.get(String.join("/", path));
            if (name != null) {
                List<String> same = values.get(name);
                same.set(same.size() - 1, same.get(same.size() - 1) + text);
            }
        }

        List<String> all(String name) {
            return values.getOrDefault(name, List.of());
        }

        /** Empty when the message does not have it. */
        String first(String name) {
            return all(name).isEmpty() ? "" : all(name).get(0);
        }

        String kind() {
            if (!values.containsKey("body")) {
                return "unreadable";
            }
            Map<String, String> marks = Map.of("faultCode", "fault", "result", "inf-ack", "typeCode", "bus-ack");
            return marks.keySet().stream()
                    .filter(values::containsKey)
                    .map(marks::get)
                    .findFirst()
                    .orElse(values.containsKey("relatesTo") ? "response" : "message");
        }

        /** The value of a handling key, also of one that is misspelt as in the NHS reference client. */
        String handling(String key) {
            return IntStream.range(
                            0, Math.min(all("keys").size(), all("keyValues").size()))
                    .filter(i -> all("keys").get(i).matches("urn:nhs[:-]itk:ns:201005:" + key))
                    .mapToObj(all("keyValues")::get)
                    .findFirst()
                    .orElse("");
        }

        boolean asks(String key) {
            return handling(key).equals("true");
        }

        /** What the journal says about it; what the message does not have is left out. */
        Map<String, Object> describe() {
            Map<String, Object> facts = facts("kind", kind(), "path", head.path(), "bytes", bytes.length);
            facts.put("soapVersion", soap12 ? "1.2" : "1.1");
            facts.put("contentType", head.header("content-type"));
            facts.put("soapAction", head.header("soapaction"));
            PLACES.values().stream()
                    .filter(name -> values.containsKey(name) && !UNNOTED.contains(name))
                    .forEach(name -> facts.put(name, LISTS.contains(name) ? all(name) : first(name)));
            facts.put("interaction", handling("interaction"));
            facts.put("infackrequested", asks("infackrequested"));
            facts.put("ackrequested", asks("ackrequested"));
            sha256().ifPresent(digest -> facts.put("sha256", digest));
            return facts;
        }

        /** In hex, of the DistributionEnvelope's bytes; empty without one, or in UTF-16. */
        private Optional<String> sha256() {
            Matcher envelope = ENVELOPE.matcher(new String(bytes, StandardCharsets.ISO_8859_1));
            try {
                MessageDigest digest = MessageDigest.getInstance("SHA-256");
                return values.containsKey("service") && envelope.find()
                        ? Optional.of(HexFormat.of()
                                .formatHex(digest.digest(envelope.group().getBytes(StandardCharsets.ISO_8859_1))))
                        : Optional.empty();
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("every Java platform has SHA-256", e);
            }
        }
    }

    /** A piece of XML. */
    private record Xml(String text) {

        static final Xml NONE = new Xml("");

        /** Fills the template's {@code %s} with pieces of XML as they are, and everything else as text. */
        static Xml of(String template, Object... parts) {
            return new Xml(template.formatted(List.of(parts).stream()
                    .map(part -> part instanceof Xml xml ? xml.text : escape(part.toString()))
                    .toArray()));
        }

        static String escape(String text) {
            return text.replace("&", "&amp;").replace("<", "&lt;").replace("\"", "&quot;");
        }

        Xml onlyIf(boolean wanted) {
            return wanted ? this : NONE;
        }
    }

    /** The SOAP envelopes that the partner writes. */
    private static final class Soap {

        private static final String ENVELOPE =
                """
                <?xml version="1.0" encoding="UTF-8"?>
                <soap:Envelope xmlns:soap="%s" xmlns:wsa="http://www.w3.org/2005/08/addressing" xmlns:itk="%s">
                  <soap:Header>%s</soap:Header>
                  <soap:Body>%s</soap:Body>
                </soap:Envelope>
                """;
        private static final String REQUEST_HEADER =
                """
                <wsa:MessageID>%s</wsa:MessageID><wsa:Action>%s</wsa:Action><wsa:To>%s</wsa:To>
                    <wsse:Security
                        xmlns:wsse="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
                        xmlns:wsu="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd">
                      <wsu:Timestamp><wsu:Created>%s</wsu:Created><wsu:Expires>%s</wsu:Expires></wsu:Timestamp>
                      <wsse:UsernameToken><wsse:Username>%s</wsse:Username></wsse:UsernameToken>
                    </wsse:Security>""";
        private static final String ANSWER_HEADER = "<wsa:MessageID>%s</wsa:MessageID><wsa:Action>%s</wsa:Action>%s";
        private static final String ERROR_INFO =
                """
                <itk:ToolkitErrorInfo><itk:ErrorID>%s</itk:ErrorID>\
                <itk:ErrorCode codeSystem="2.16.840.1.113883.2.1.3.2.4.17.268">%s</itk:ErrorCode>\
                <itk:ErrorText>%s</itk:ErrorText></itk:ToolkitErrorInfo>""";
        private static final String FAULT_11 =
                """
                <soap:Fault><faultcode>soap:%s</faultcode><faultstring>See detail</faultstring>\
                <detail>%s</detail></soap:Fault>""";
        private static final String FAULT_12 =
                """
                <soap:Fault><soap:Code><soap:Value>soap:%s</soap:Value></soap:Code>\
                <soap:Reason><soap:Text xml:lang="en">See detail</soap:Text></soap:Reason>\
                <soap:Detail>%s</soap:Detail></soap:Fault>""";
        private static final Map<String, String> ERROR_TEXTS = Map.of(
                "1000", "Invalid message",
                "2100", "Processing error, try again later",
                "2200", "Processing error, do not try again",
                "3000", "Access denied");

        private Soap() {}

        /** A SOAP 1.1 request, created now. */
        static String request(String messageId, String action, URI to, String username, Xml body) {
            Instant now = now();
            Xml header = Xml.of(REQUEST_HEADER, messageId, action, to, now, now.plus(LIFE), username);
            return Xml.of(ENVELOPE, SOAP_11, ITK, header, body).text();
        }

        static Answer ok(Received request) {
            Xml body = new Xml("<itk:SimpleMessageResponse>OK</itk:SimpleMessageResponse>");
            return answer(request, 200, request.first("action") + "Response", body);
        }

        static Answer fault(Received request, int status, String code) {
            Xml detail = Xml.of(ERROR_INFO, freshUuid(), code, ERROR_TEXTS.get(code));
            boolean client = Set.of("1000", "3000").contains(code);
            Xml fault = request.soap12()
                    ? Xml.of(FAULT_12, client ? "Sender" : "Receiver", detail)
                    : Xml.of(FAULT_11, client ? "Client" : "Server", detail);
            return answer(request, status, "http://www.w3.org/2005/08/addressing/soap/fault", fault);
        }

        private static Answer answer(Received request, int status, String action, Xml body) {
            Xml relatesTo = Xml.of("<wsa:RelatesTo>%s</wsa:RelatesTo>", request.first("messageId"))
                    .onlyIf(!request.first("messageId").isEmpty());
            Xml header = Xml.of(ANSWER_HEADER, freshUuid(), action, relatesTo);
            return Answer.text(
                    status,
                    request.soap12() ? "application/soap+xml; charset=UTF-8" : "text/xml; charset=UTF-8",
                    Xml.of(ENVELOPE, request.soap12() ? SOAP_12 : SOAP_11, ITK, header, body)
                            .text());
        }
    }

    /** An acknowledgement's DistributionEnvelope and what the journal says about it. */
    private record Ack(String kind, String service, String trackingId, String trackingIdRef, Xml envelope) {}

    /** Decides which acknowledgements a message gets and writes them. */
    private record Acknowledgements(Options options) {

        private static final String ENVELOPE =
                """
                <itk:DistributionEnvelope>
                    <itk:header service="%s" trackingid="%s">
                      <itk:addresslist><itk:address %suri="%s"/></itk:addresslist>
                      <itk:auditIdentity><itk:id uri="%s"/></itk:auditIdentity>
                      <itk:manifest count="1"><itk:manifestitem id="%s" mimetype="text/xml"%s/></itk:manifest>
                      <itk:senderAddress uri="%s"/>
                      %s
                    </itk:header>
                    <itk:payloads count="1"><itk:payload id="%s">%s</itk:payload></itk:payloads>
                  </itk:DistributionEnvelope>""";
        private static final String PROFILE = " profileid=\"urn:nhs-en:profile:ITKBusinessAcknowledgement-v%s-0\"";
        private static final String HANDLING =
                """
                <itk:handlingSpecification>%s\
                <itk:spec key="urn:nhs-itk:ns:201005:interaction" value="urn:nhs-itk:interaction:%s"/>\
                </itk:handlingSpecification>""";
        private static final Xml ASK_INF_ACK =
                new Xml("<itk:spec key=\"urn:nhs-itk:ns:201005:infackrequested\" value=\"true\"/>");
        private static final String INFRASTRUCTURE =
                """

                      <itk:InfrastructureResponse result="%s" timestamp="%s" serviceRef="%s" trackingIdRef="%s">
                        <itk:reportingIdentity><itk:id uri="%s"/></itk:reportingIdentity>
                        <itk:errors>%s</itk:errors>
                      </itk:InfrastructureResponse>""";
        private static final String ERROR_INFO =
                """
                <itk:errorInfo><itk:ErrorID>%s</itk:ErrorID>\
                <itk:ErrorCode codeSystem="2.16.840.1.113883.2.1.3.2.4.17.516">%s</itk:ErrorCode>\
                <itk:ErrorText>Distribution Envelope %sProcessing Error</itk:ErrorText></itk:errorInfo>""";
        /** What DE0001, DE0002 ... are about. */
        private static final String[] ERROR_SUBJECTS =
                (",Header ,Address List ,Audit Identity ,Id ,Manifest ,Manifest Item ,Sender Address ,"
                                + "Handling Specifications ,Spec ,Payloads ,Payload ")
                        .split(",");

        private static final String BUSINESS =
                """

                      <BusinessResponseMessage xmlns="urn:hl7-org:v3">
                        <id root="%s"/>
                        <creationTime value="%s"/>
                        <interactionId %s/>
                        <acknowledgedBy3 typeCode="%s">
                          <conveyingTransmission><id root="%s"/></conveyingTransmission>%s
                        </acknowledgedBy3>
                        <communicationFunction1 typeCode="RCV">
                          <entity classCode="ENT" determinerCode="INSTANCE"><id root="%s" extension="%s"/></entity>
                        </communicationFunction1>
                        <communicationFunction typeCode="SND">
                          <entity classCode="ENT" determinerCode="INSTANCE"><id root="%s" extension="%s"/></entity>
                        </communicationFunction>
                        <controlActEvent1 classCode="CACT" moodCode="EVN">
                          <author typeCode="AUT" contextControlCode="OP">%s</author>
                        </controlActEvent1>%s
                      </BusinessResponseMessage>""";
        private static final String AUTHOR =
                """

                            <COCD_TP145207GB01.AssignedAuthorDevice classCode="ASSIGNED">
                              <id root="2.16.840.1.113883.2.1.3.2.4.18.24" extension="%s"/>
                              <templateId root="2.16.840.1.113883.2.1.3.2.4.18.2" \
                extension="COCD_TP145207GB01#AssignedAuthorDevice"/>
                              <representedOrganization classCode="ORG" determinerCode="INSTANCE">
                                <id root="2.16.840.1.113883.2.1.3.2.4.19.1" extension="%s"/><name>%s</name>
                              </representedOrganization>
                            </COCD_TP145207GB01.AssignedAuthorDevice>""";
        private static final String DETAIL =
                """
                <acknowledgementDetail typeCode="ER">\
                <code code="1000" codeSystem="2.16.840.1.113883.2.1.3.2.4.17.433" displayName="%s"/>\
                </acknowledgementDetail>""";
        private static final String PER_PAYLOAD =
                """

                        <acknowledgedBy2 typeCode="%s">\
                <conveyingTransmission><id root="%s"/>%s</conveyingTransmission></acknowledgedBy2>""";
        private static final String REASON =
                """
                <controlActEvent classCode="CACT" moodCode="EVN"><reason typeCode="RSON">\
                <detectedIssueEvent classCode="ALRT" moodCode="EVN"><text>%s</text></detectedIssueEvent>\
                </reason></controlActEvent>""";
        private static final DateTimeFormatter HL7_TIME =
                DateTimeFormatter.ofPattern("yyyyMMddHHmmss").withZone(ZoneOffset.UTC);

        /** In the order in which they are sent; none when nobody asked, or nobody said where to send them. */
        List<Ack> to(Received message, Item item) {
            boolean business = message.kind().equals("bus-ack");
            if (!item.what().acknowledges()
                    || !(business || message.kind().equals("message"))
                    || message.first("senderAddress").isEmpty()) {
                return List.of();
            }
            String reference = item.what() == What.FORGED ? freshUuid() : message.first("trackingId");
            List<Ack> acks = new ArrayList<>();
            if (message.asks("infackrequested") && item.what() != What.NOACK_INF) {
                acks.add(infrastructure(message, reference, item));
            }
            if (message.asks("ackrequested") && !business && item.what() != What.NACK) {
                acks.add(business(message, reference, item));
            }
            return acks;
        }

        private Ack infrastructure(Received message, String reference, Item item) {
            boolean negative = item.what() == What.NACK;
            String code = item.argument();
            Xml errors = negative ? Xml.of(ERROR_INFO, freshUuid(), code, subject(code)) : Xml.NONE;
            String result = negative ? "Failure" : "OK";
            Xml payload = Xml.of(
                    INFRASTRUCTURE, result, now(), message.first("service"), reference, options.identity(), errors);
            Xml handling = Xml.of(HANDLING, Xml.NONE, "ITKInfrastructureAcknowledgement-v1-0");
            return ack("inf-ack", message, reference, Xml.NONE, handling.onlyIf(isGeneric(message)), payload);
        }

        private static String subject(String code) {
            return ERROR_SUBJECTS[Integer.parseInt(code.substring(2)) - 1];
        }

        private Ack business(Received message, String reference, Item item) {
            boolean negative = item.what() == What.AE || item.what() == What.AR;
            String result = negative ? item.what().name() : "AA";
            Xml interaction = message.handling("interaction").isEmpty()
                    ? new Xml("nullFlavor=\"NA\"")
                    : Xml.of(
                            "root=\"2.16.840.1.113883.2.1.3.2.4.12\" extension=\"%s\"",
                            message.handling("interaction"));
            String type = message.first("senderAddressType");
            Xml reason = Xml.of(REASON, item.argument()).onlyIf(negative);
            String perPayload = message.all("payloadIds").stream()
                    .map(id -> Xml.of(PER_PAYLOAD, result, id, reason).text())
                    .collect(Collectors.joining());
            Xml payload = Xml.of(
                    BUSINESS,
                    freshUuid(),
                    HL7_TIME.format(now()),
                    interaction,
                    result,
                    reference,
                    Xml.of(DETAIL, item.argument()).onlyIf(negative),
                    type.isEmpty() ? ITK_ADDRESS : type,
                    message.first("senderAddress"),
                    ITK_ADDRESS,
                    options.address(),
                    Xml.of(AUTHOR, options.username(), options.ods(), options.name()),
                    new Xml(perPayload));
            boolean generic = isGeneric(message);
            Xml handling = Xml.of(HANDLING, ASK_INF_ACK.onlyIf(generic), "ITKBusinessAcknowledgement-v1-0");
            return ack("bus-ack", message, reference, Xml.of(PROFILE, generic ? 2 : 1), handling, payload);
        }

        private Ack ack(String kind, Received message, String reference, Xml profile, Xml handling, Xml payload) {
            String named = kind.equals("inf-ack") ? "SendInfrastructureAck-v1-0" : "SendBusinessAck-v1-0";
            String service = isGeneric(message) ? GENERIC : SERVICES + named;
            String trackingId = freshUuid();
            String payloadId = "uuid_" + freshUuid();
            String type = message.first("senderAddressType");
            Xml envelope = Xml.of(
                    ENVELOPE,
                    service,
                    trackingId,
                    Xml.of("type=\"%s\" ", type).onlyIf(!type.isEmpty()),
                    message.first("senderAddress"),
                    options.identity(),
                    payloadId,
                    profile,
                    options.address(),
                    handling,
                    payloadId,
                    payload);
            return new Ack(kind, service, trackingId, reference, envelope);
        }

        /** Whether the acknowledgement goes over {@code sendDistEnvelope}, as in ITK 2.2. */
        private boolean isGeneric(Received message) {
            boolean same =
                    options.style().equals("auto") && message.first("service").equals(GENERIC);
            return same || options.style().equals("2.2");
        }
    }

    /** What became of a request; status 0: there is no answer, and {@code error} says why. */
    private record Outcome(int status, String body, String error) {

        /** 404 too: a server that is still starting. */
        private static final Set<Integer> TRY_AGAIN = Set.of(0, 404, 408, 429, 502, 503, 504);

        /** The code of a SOAP fault; otherwise empty. */
        String errorCode() {
            return received().first("errorCode");
        }

        Received received() {
            return Received.of(Head.NONE, body.getBytes(StandardCharsets.UTF_8));
        }

        boolean wantsAnotherAttempt() {
            return TRY_AGAIN.contains(status) || errorCode().equals("2100");
        }
    }

    /** An acknowledgement on its way, due at a time in milliseconds. */
    private record Errand(Ack ack, long due, int attempt) {

        private static final int ATTEMPTS = 8;
        private static final long FIRST_PAUSE = 250;
        private static final long LONGEST_PAUSE = 8000;

        boolean isLastAttempt() {
            return attempt == ATTEMPTS;
        }

        Errand again() {
            long pause = Math.min(FIRST_PAUSE << attempt - 1, LONGEST_PAUSE);
            return new Errand(ack, System.currentTimeMillis() + pause, attempt + 1);
        }
    }

    /** Sends requests and notes them in the journal; thread-safe. */
    private static final class Client {

        private static final Duration PATIENCE = Duration.ofSeconds(30);

        private final Options options;
        private final Journal journal;
        private final Executor pool;
        private final HttpClient http;

        Client(Options options, Journal journal, Executor pool) {
            this.options = options;
            this.journal = journal;
            this.pool = pool;
            this.http = HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .followRedirects(HttpClient.Redirect.NEVER)
                    .connectTimeout(PATIENCE)
                    .executor(pool)
                    .build();
        }

        /** Sends acknowledgements in their order, later and in the background. */
        void deliver(List<Ack> acks, int copies) {
            long now = System.currentTimeMillis();
            Deque<Errand> errands = new ArrayDeque<>();
            for (Ack ack : acks) {
                int delay = ack.kind().equals("inf-ack") ? options.ackDelay() : options.businessDelay();
                errands.addAll(Collections.nCopies(copies, new Errand(ack, now + delay, 1)));
            }
            work(errands);
        }

        /** Runs the first errand when it is due, then the rest; nobody else touches the queue meanwhile. */
        private void work(Deque<Errand> errands) {
            if (errands.isEmpty()) {
                return;
            }
            Errand errand = errands.poll();
            long wait = Math.max(0, errand.due() - System.currentTimeMillis());
            CompletableFuture.delayedExecutor(wait, TimeUnit.MILLISECONDS, pool).execute(() -> {
                if (run(errand).wantsAnotherAttempt() && !errand.isLastAttempt()) {
                    errands.addFirst(errand.again());
                }
                work(errands);
            });
        }

        private Outcome run(Errand errand) {
            Ack ack = errand.ack();
            String path = ack.service().equals(GENERIC)
                    ? "ITKServReq/11"
                    : ack.service().substring(SERVICES.length());
            URI url = URI.create(options.server() + "/services/" + path);
            Map<String, Object> facts = facts("trackingId", ack.trackingId(), "trackingIdRef", ack.trackingIdRef());
            facts.put("attempt", errand.attempt());
            return request(ack.kind(), ack.service(), url, ack.envelope(), facts);
        }

        /** Sends a request of the partner's own, with a fresh MessageID. */
        Outcome request(String kind, String action, URI url, Xml body, Map<String, Object> more) {
            String messageId = freshUuid();
            Map<String, Object> facts = facts("kind", kind, "service", action, "messageId", messageId);
            facts.putAll(more);
            return post(url, action, false, Soap.request(messageId, action, url, options.username(), body), facts);
        }

        /** Adds the outcome to the facts and the facts to the journal. */
        Outcome post(URI url, String action, boolean soap12, String xml, Map<String, Object> facts) {
            String quoted = '"' + action + '"';
            HttpRequest.Builder request = HttpRequest.newBuilder(url)
                    .timeout(PATIENCE)
                    .POST(HttpRequest.BodyPublishers.ofString(xml, StandardCharsets.UTF_8));
            if (soap12) {
                request.header("Content-Type", "application/soap+xml; charset=UTF-8; action=" + quoted);
            } else {
                request.header("Content-Type", "text/xml; charset=UTF-8").header("SOAPAction", quoted);
            }
            long start = System.nanoTime();
            Outcome outcome = send(request.build());
            long millis = (System.nanoTime() - start) / 1_000_000;
            facts.putAll(facts("url", url, "status", outcome.status(), "errorCode", outcome.errorCode()));
            facts.putAll(facts("error", outcome.error(), "ms", millis));
            journal.add("sent", facts);
            return outcome;
        }

        private Outcome send(HttpRequest request) {
            try {
                HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
                return new Outcome(response.statusCode(), response.body(), "");
            } catch (IOException e) {
                return new Outcome(0, "", e.toString());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return new Outcome(0, "", "interrupted");
            }
        }
    }

    /** Sends what it is told to send: samples, filled as ItkSend fills them, and requests for queued messages. */
    private record Initiator(Options options, Client client) {

        private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\{([^{}]*)}}");
        private static final Set<String> PARAMETERS = Set.of("file", "to", "times", "n", "gap");

        List<Object> send(Map<String, String> query) {
            check(query.containsKey("file"), "_send wants file=PATH");
            String template = readText("file", query.get("file"));
            String to = query.getOrDefault("to", options.server().resolve("/").toString());
            int times = number(query, "times", "1", 1, MANY);
            int copies = number(query, "n", "1", 1, MANY);
            int gap = number(query, "gap", "0", 0, MANY);
            Map<String, String> values = new HashMap<>(query);
            values.keySet().removeAll(PARAMETERS);
            values.keySet()
                    .forEach(name -> check(template.contains("{{" + name + "}}"), "no {{" + name + "}} in file"));
            List<Object> answers = new ArrayList<>();
            for (int i = 0; i < times * copies; i++) {
                pause(i == 0 ? 0 : gap);
                if (i % copies == 0 && !query.containsKey("trackingId")) {
                    values.put("trackingId", freshUuid());
                }
                answers.add(send(template, to, values));
            }
            return answers;
        }

        /** One transmission: a MessageID and times of its own. */
        private Map<String, Object> send(String template, String to, Map<String, String> given) {
            Map<String, String> values = new HashMap<>(given);
            values.putIfAbsent("created", now().toString());
            values.putIfAbsent("expires", now().plus(LIFE).toString());
            values.putIfAbsent("trackingId", freshUuid());
            values.put("to", to);
            Received message = Received.of(Head.NONE, fill(template, values).getBytes(StandardCharsets.UTF_8));
            check(!message.first("action").isEmpty(), "the file is no readable message with a wsa:Action");
            URI url = url(to, message);
            values.put("to", url.toString());
            Map<String, Object> facts = facts("kind", "message", "service", message.first("service"));
            facts.putAll(facts("messageId", message.first("messageId"), "trackingId", message.first("trackingId")));
            Outcome outcome =
                    client.post(url, message.first("action"), message.soap12(), fill(template, values), facts);
            facts.put("body", outcome.body());
            return facts;
        }

        /** Replaces every placeholder; an id gets its value at first use and keeps it in {@code values}. */
        private static String fill(String template, Map<String, String> values) {
            return PLACEHOLDER.matcher(template).replaceAll(found -> {
                String name = found.group(1);
                if (name.matches("payloadId\\d*")) {
                    byte[] seed = (values.get("trackingId") + name).getBytes(StandardCharsets.UTF_8);
                    values.putIfAbsent(name, upperCase(UUID.nameUUIDFromBytes(seed)));
                } else if (name.equals("messageId") || name.equals("timestampId")) {
                    values.putIfAbsent(name, freshUuid());
                }
                check(values.containsKey(name), "no value for {{" + name + "}}: give " + name + "=VALUE");
                return Matcher.quoteReplacement(Xml.escape(values.get(name)));
            });
        }

        /** A base URL gets the fixed address of the message's Action. */
        private static URI url(String to, Received message) {
            URI url = http("to", to);
            String action = message.first("action");
            if (!url.getRawPath().matches("/?")) {
                return url;
            }
            check(action.matches(SERVICES + "[\\w.-]+"), "give to= with its path for Action " + action);
            String version = message.soap12() ? "/12" : "/11";
            return url.resolve("/itk/services/"
                    + switch (action) {
                        case GENERIC -> "ITKServReq" + version;
                        case SERVICES + "sendRecvDistEnvelope" -> "ITKServReqRes" + version;
                        default -> action.substring(SERVICES.length());
                    });
        }

        Map<String, Object> collect(Map<String, String> query) {
            check(query.containsKey("queue"), "_collect wants queue=NAME");
            URI url = http("url", query.getOrDefault("url", options.server() + "/queue"));
            Xml queue = Xml.of("<itk:QueueName>%s</itk:QueueName>", query.get("queue"));
            int count = number(query, "count", "1", 1, MANY);
            String get =
                    "<itk:QueueMessage>%s<itk:RequestedMessageCount>%s</itk:RequestedMessageCount></itk:QueueMessage>";
            Outcome messages =
                    client.request("get", SERVICES + "GetMessages-v1-0", url, Xml.of(get, queue, count), facts());
            List<String> handles = messages.received().all("messageHandles");
            Map<String, Object> answers = facts("get", describe(messages), "handles", handles);
            if (Boolean.parseBoolean(query.get("confirm")) && !handles.isEmpty()) {
                String list = handles.stream()
                        .map(handle -> Xml.of("<itk:MessageHandle>%s</itk:MessageHandle>", handle)
                                .text())
                        .collect(Collectors.joining());
                String confirm = "<itk:QueueConfirmMessageReceipt>%s%s</itk:QueueConfirmMessageReceipt>";
                Xml body = Xml.of(confirm, queue, new Xml(list));
                answers.put(
                        "confirm",
                        describe(client.request("confirm", SERVICES + "ConfirmMessage-v1-0", url, body, facts())));
            }
            return answers;
        }

        private static Map<String, Object> describe(Outcome outcome) {
            return facts("status", outcome.status(), "body", outcome.body(), "error", outcome.error());
        }
    }

    /** Writes maps, collections, numbers, booleans and texts as JSON. */
    private static final class Json {

        private Json() {}

        static String of(Object value) {
            if (value instanceof Map<?, ?> map) {
                return map.entrySet().stream()
                        .map(entry -> quoted(entry.getKey().toString()) + ":" + of(entry.getValue()))
                        .collect(Collectors.joining(",", "{", "}"));
            }
            if (value instanceof Collection<?> list) {
                return list.stream().map(Json::of).collect(Collectors.joining(",", "[", "]"));
            }
            boolean bare = value instanceof Number || value instanceof Boolean;
            return bare ? value.toString() : quoted(value.toString());
        }

        private static String quoted(String text) {
            StringBuilder quoted = new StringBuilder("\"");
            for (char c : text.toCharArray()) {
                switch (c) {
                    case '"', '\\' -> quoted.append('\\').append(c);
                    case '\n' -> quoted.append("\\n");
                    default -> quoted.append(c < ' ' ? String.format("\\u%04x", (int) c) : String.valueOf(c));
                }
            }
            return quoted.append('"').toString();
        }
    }
}
