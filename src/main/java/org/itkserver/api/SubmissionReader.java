package org.itkserver.api;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.itkserver.api.JsonReader.Rule;
import org.itkserver.envelope.Uuids;
import org.itkserver.exchange.Submissions.Content;
import org.itkserver.exchange.Submissions.Submission;
import org.jspecify.annotations.Nullable;

/** Reads what an application wants to send. Each reader reads one body. */
final class SubmissionReader {
    /** Longest {@code wait}. */
    static final Duration LONGEST_WAIT = Duration.ofSeconds(60);

    private static final int MOST_ADDRESSES = 100;
    private static final int MOST_PAYLOADS = 100;
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]*");
    private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}");
    private static final Rule TRACKING_ID =
            new Rule(36, text -> Uuids.isUuid(text, 0, true), "a UUID such as 7D6F1E5A-0C7B-4F0E-9D43-5A2E7C9B1F60");
    private static final Rule A_NAME = new Rule(
            100, text -> NAME.matcher(text).matches(), "a name of letters, digits and . _ - that begins with no sign");
    private static final Rule A_URI = new Rule(255, SubmissionReader::isAbsoluteUri, "an absolute URI");
    private static final Rule MIME_TYPE =
            new Rule(127, SubmissionReader::isMimeType, "a media type without parameters, such as text/xml");
    private static final Rule DURATION =
            new Rule(20, SubmissionReader::isWait, "a duration from PT0S to PT60S, such as PT10S");

    private final JsonReader json;
    private final long maxMessage;
    private final List<Content> payloads = new ArrayList<>();
    private @Nullable String trackingId;
    private @Nullable String service;
    private @Nullable String partner;
    private List<String> to = List.of();
    private @Nullable String interaction;
    private boolean infAckRequested;
    private boolean ackRequested;
    private @Nullable String wait;
    private boolean payloadsThere;
    private long size;

    private SubmissionReader(JsonReader json, long maxMessage) {
        this.json = json;
        this.maxMessage = maxMessage;
    }

    /**
     * What a body says.
     *
     * @param patience how long to wait for the response, null not to wait
     */
    record Wish(Submission submission, @Nullable Duration patience) {}

    /**
     * Reads a body.
     *
     * @param maxMessage most bytes of all payloads together, decoded
     * @param client who sends it
     * @param source its network address
     * @throws Problem naming the member and the rule it breaks
     */
    static Wish read(InputStream body, long maxMessage, String client, String source) throws IOException {
        try (var json = new JsonReader(body)) {
            return new SubmissionReader(json, maxMessage).read(client, source);
        }
    }

    private Wish read(String client, String source) throws IOException {
        json.document(Map.of(
                "trackingId",
                        optional(path ->
                                trackingId = json.text(path, TRACKING_ID).toUpperCase(Locale.ROOT)),
                "service", path -> service = json.text(path, A_NAME),
                "partner", optional(path -> partner = json.text(path, A_NAME)),
                "to", optional(path -> to = json.texts(path, MOST_ADDRESSES, A_URI)),
                "interaction", optional(path -> interaction = json.text(path, A_URI)),
                "infAckRequested", optional(path -> infAckRequested = json.flag(path)),
                "ackRequested", optional(path -> ackRequested = json.flag(path)),
                "payloads", this::payloads,
                "wait", optional(path -> wait = json.text(path, DURATION))));
        var submission = new Submission(
                trackingId,
                required("service", service),
                partner,
                to,
                interaction,
                infAckRequested,
                ackRequested,
                payloads,
                client,
                source);
        if (!payloadsThere) {
            throw Problem.of("payloads", "is missing");
        }
        if (to.isEmpty() && partner == null) {
            throw Problem.of("to", "is missing; only with a partner it may be");
        }
        return new Wish(submission, wait == null ? null : Duration.parse(wait));
    }

    private JsonReader.Value optional(JsonReader.Value value) {
        return path -> {
            if (!json.isNull()) {
                value.read(path);
            }
        };
    }

    private static String required(String path, @Nullable String value) {
        if (value == null) {
            throw Problem.of(path, "is missing");
        }
        return value;
    }

    private void payloads(String path) throws IOException {
        payloadsThere = true;
        json.array(path, MOST_PAYLOADS, item -> payloads.add(new PayloadReader().read(item)));
        if (payloads.isEmpty()) {
            throw Problem.of(path, "must have an item at least");
        }
    }

    /** Reads one payload. */
    private final class PayloadReader {
        private @Nullable String mimeType;
        private @Nullable String profileId;
        private byte @Nullable [] content;
        private byte @Nullable [] contentBase64;

        Content read(String path) throws IOException {
            json.object(
                    path,
                    Map.of(
                            "mimeType", at -> mimeType = json.text(at, MIME_TYPE),
                            "profileId", optional(at -> profileId = json.text(at, A_URI)),
                            "content", optional(at -> content = counted(json.utf8(at))),
                            "contentBase64", optional(at -> contentBase64 = counted(base64(at)))));
            var bytes = content == null ? contentBase64 : content;
            if (bytes == null || content != null && contentBase64 != null) {
                throw Problem.of(path, "must have one of content and contentBase64");
            }
            var type = required(path + ".mimeType", mimeType);
            return content == null ? new Content(type, profileId, bytes) : Content.ofText(type, profileId, bytes);
        }
    }

    private byte[] base64(String path) throws IOException {
        return json.base64(path, maxMessage - size, this::tooLarge);
    }

    private byte[] counted(byte[] bytes) {
        size += bytes.length;
        if (size > maxMessage) {
            throw tooLarge();
        }
        return bytes;
    }

    private Problem tooLarge() {
        return RequestBodies.tooLarge("payloads together", maxMessage).member("payloads");
    }

    private static boolean isAbsoluteUri(String text) {
        try {
            return new URI(text).isAbsolute() && text.chars().allMatch(c -> c > ' ' && c < 0x7f);
        } catch (URISyntaxException e) {
            return false;
        }
    }

    private static boolean isMimeType(String text) {
        int slash = text.indexOf('/');
        return slash > 0
                && TOKEN.matcher(text.substring(0, slash)).matches()
                && TOKEN.matcher(text.substring(slash + 1)).matches();
    }

    private static boolean isWait(String text) {
        try {
            var wait = Duration.parse(text);
            return !wait.isNegative() && wait.compareTo(LONGEST_WAIT) <= 0;
        } catch (DateTimeParseException e) {
            return false;
        }
    }
}
