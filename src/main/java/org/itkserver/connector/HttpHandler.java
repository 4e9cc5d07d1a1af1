package org.itkserver.connector;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import org.itkserver.directory.HandlerSettings;
import org.itkserver.envelope.BoundedAnswer;
import org.itkserver.envelope.MessageBody;
import org.itkserver.envelope.UndecodablePayload;
import org.itkserver.handler.HandledMessage;
import org.itkserver.handler.Outcome;
import org.itkserver.handler.Payload;
import org.itkserver.handler.PayloadHandler;
import org.jspecify.annotations.Nullable;

/**
 * Posts each payload to a back end (H7): 2xx takes it and may answer, 4xx refuses it for good, anything else is tried
 * again. Redirects are never followed. Thread-safe.
 */
public final class HttpHandler implements PayloadHandler {
    private static final Pattern MEDIA_TYPE = Pattern.compile("[A-Za-z0-9!#$&^_.+-]{1,64}/[A-Za-z0-9!#$&^_.+-]{1,64}");
    private static final Set<Integer> BUSY = Set.of(408, 425, 429, 502, 503, 504);
    private static final int LONGEST_HEADER = 1024;
    private static final int LONGEST_DETAIL = 500;

    private final HttpClient client;
    private final HandlerSettings.Http settings;
    private final int mostReply;
    private final Path spoolFolder;

    /**
     * @param client shared client that follows no redirects
     * @param mostReply most bytes of an answer
     * @param spoolFolder where a decoded payload that is too large for memory is kept while it is sent; must exist
     */
    public HttpHandler(HttpClient client, HandlerSettings.Http settings, int mostReply, Path spoolFolder) {
        this.client = client;
        this.settings = settings;
        this.mostReply = mostReply;
        this.spoolFolder = spoolFolder;
    }

    /** A client that suits {@link HttpHandler}: HTTP/1.1, no redirects. */
    public static HttpClient client() {
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(Duration.ofSeconds(5))
                .build();
    }

    @Override
    public Outcome handle(HandledMessage message) {
        Outcome.Reply reply = null;
        boolean decided = true;
        for (var payload : message.payloads()) {
            var outcome = post(message, payload);
            if (!(outcome instanceof Outcome.Done done)) {
                return outcome;
            }
            reply = done.reply();
            decided &= done.decided();
        }
        return new Outcome.Done(reply, decided);
    }

    /** Decodes the payload first: its size and digest stand in the request's head, and a broken one is never half sent. */
    private Outcome post(HandledMessage message, Payload payload) {
        try (var document = new MessageBody(spoolFolder, Long.MAX_VALUE, -1)) {
            try (var in = payload.open()) {
                document.fill(in);
            }
            return send(request(message, payload, document));
        } catch (UndecodablePayload e) {
            return new Outcome.GiveUp("the payload is not what its manifest item says", Outcome.Why.UNREADABLE, null);
        } catch (IOException | UncheckedIOException e) {
            return new Outcome.TryAgain("the payload cannot be read or kept on disk");
        }
    }

    private Outcome send(HttpRequest request) {
        var body = new BoundedAnswer(mostReply);
        var call = client.sendAsync(request, info -> HttpResponse.BodySubscribers.ofByteArrayConsumer(body::add));
        try {
            return outcome(call.get(settings.timeout().toMillis(), TimeUnit.MILLISECONDS), body);
        } catch (TimeoutException e) {
            call.cancel(true);
            return new Outcome.TryAgain(
                    "back end " + settings.name() + " did not answer in "
                            + settings.timeout().toMillis() + " ms",
                    true);
        } catch (ExecutionException e) {
            return failed(e.getCause());
        } catch (InterruptedException e) {
            call.cancel(true);
            Thread.currentThread().interrupt();
            return new Outcome.TryAgain("the server is stopping");
        }
    }

    private Outcome failed(@Nullable Throwable cause) {
        for (var at = cause; at != null; at = at.getCause()) {
            if (at instanceof BoundedAnswer.TooLong) {
                return new Outcome.GiveUp("the answer of back end " + settings.name() + " is too large");
            }
        }
        return new Outcome.TryAgain("back end " + settings.name() + " cannot be reached", true);
    }

    private HttpRequest request(HandledMessage message, Payload payload, MessageBody document) {
        var type = MEDIA_TYPE.matcher(payload.mimeType()).matches() ? payload.mimeType() : "application/octet-stream";
        var digest = Base64.getEncoder().encodeToString(document.sha256(0, document.size()));
        var builder = HttpRequest.newBuilder(settings.http())
                .timeout(settings.timeout())
                .POST(publisher(document))
                .header("Content-Type", type.equalsIgnoreCase("text/xml") ? "text/xml;charset=UTF-8" : type)
                .header("Content-Digest", "sha-256=:" + digest + ":")
                .header("Itk-Tracking-Id", message.trackingId().value())
                .header("Itk-Attempt", Integer.toString(message.attempt()));
        header(builder, "Itk-Service", message.service());
        header(builder, "Itk-Interaction", message.interaction());
        header(builder, "Itk-Sender", message.sender());
        header(builder, "Itk-Profile-Id", payload.profileId());
        header(builder, "Itk-Payload-Id", payload.id());
        return builder.build();
    }

    /** With a Content-Length: simple back ends read nothing of a body in chunks. */
    private static HttpRequest.BodyPublisher publisher(MessageBody document) {
        return document.size() == 0
                ? HttpRequest.BodyPublishers.noBody()
                : HttpRequest.BodyPublishers.fromPublisher(
                        HttpRequest.BodyPublishers.ofInputStream(document::open), document.size());
    }

    /** Values come from a partner's message: only plain ones get into a header (no CR, LF or other controls). */
    private static void header(HttpRequest.Builder builder, String name, @Nullable String value) {
        if (value != null && !value.isEmpty() && value.length() <= LONGEST_HEADER) {
            if (value.chars().allMatch(c -> c >= ' ' && c <= '~')) {
                builder.header(name, value);
            }
        }
    }

    private Outcome outcome(HttpResponse<Void> response, BoundedAnswer body) {
        int status = response.statusCode();
        if (status >= 200 && status < 300) {
            return new Outcome.Done(reply(response, body.bytes()), status != 202);
        }
        if (status >= 400 && status < 500 && !BUSY.contains(status)) {
            return refused(response, status, body.bytes());
        }
        return new Outcome.TryAgain("back end " + settings.name() + " answered HTTP " + status, BUSY.contains(status));
    }

    /** H7: a back end that marks its refusal as an error says in the body what is wrong. */
    private Outcome refused(HttpResponse<Void> response, int status, byte[] body) {
        var reason = "back end " + settings.name() + " refused the payload with HTTP " + status;
        boolean error = response.headers()
                .firstValue("Itk-Outcome")
                .filter("error"::equalsIgnoreCase)
                .isPresent();
        if (!error) {
            return new Outcome.GiveUp(reason);
        }
        var text = new String(body, StandardCharsets.UTF_8)
                .replaceAll("\\p{Cntrl}+", " ")
                .strip();
        var detail = text.substring(0, end(text));
        return new Outcome.GiveUp(reason, Outcome.Why.ERROR, detail.isEmpty() ? null : detail);
    }

    /** Where a text that is too long is cut: never between the halves of a character. */
    private static int end(String text) {
        if (text.length() <= LONGEST_DETAIL) {
            return text.length();
        }
        return Character.isHighSurrogate(text.charAt(LONGEST_DETAIL - 1)) ? LONGEST_DETAIL - 1 : LONGEST_DETAIL;
    }

    private static Outcome.@Nullable Reply reply(HttpResponse<Void> response, byte[] bytes) {
        if (bytes.length == 0) {
            return null;
        }
        var type = response.headers().firstValue("Content-Type").orElse("application/octet-stream");
        var mediaType = type.split(";", 2)[0].trim();
        var profile = response.headers().firstValue("Itk-Profile-Id").filter(p -> !p.isBlank());
        var reply = new Outcome.Reply(
                MEDIA_TYPE.matcher(mediaType).matches() ? mediaType : "application/octet-stream", profile, bytes);
        if (!reply.isXml()) {
            return reply;
        }
        var xml = XmlReply.utf8(bytes, type);
        return xml == null ? null : new Outcome.Reply(reply.mimeType(), profile, xml);
    }
}
