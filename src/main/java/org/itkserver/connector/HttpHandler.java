package org.itkserver.connector;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import org.itkserver.directory.HandlerSettings;
import org.itkserver.envelope.BoundedAnswer;
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

    /**
     * @param client shared client that follows no redirects
     * @param mostReply most bytes of an answer
     */
    public HttpHandler(HttpClient client, HandlerSettings.Http settings, int mostReply) {
        this.client = client;
        this.settings = settings;
        this.mostReply = mostReply;
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

    private Outcome post(HandledMessage message, Payload payload) {
        var body = new BoundedAnswer(mostReply);
        var call = client.sendAsync(
                request(message, payload), info -> HttpResponse.BodySubscribers.ofByteArrayConsumer(body::add));
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
            if (at instanceof Unreadable) {
                return new Outcome.GiveUp(
                        "the payload is not what its manifest item says", Outcome.Why.UNREADABLE, null);
            }
            if (at instanceof BoundedAnswer.TooLong) {
                return new Outcome.GiveUp("the answer of back end " + settings.name() + " is too large");
            }
        }
        return new Outcome.TryAgain("back end " + settings.name() + " cannot be reached", true);
    }

    private HttpRequest request(HandledMessage message, Payload payload) {
        var type = MEDIA_TYPE.matcher(payload.mimeType()).matches() ? payload.mimeType() : "application/octet-stream";
        var builder = HttpRequest.newBuilder(settings.http())
                .timeout(settings.timeout())
                .POST(HttpRequest.BodyPublishers.ofInputStream(() -> open(payload)))
                .header("Content-Type", type.equalsIgnoreCase("text/xml") ? "text/xml;charset=UTF-8" : type)
                .header("Itk-Tracking-Id", message.trackingId().value())
                .header("Itk-Attempt", Integer.toString(message.attempt()));
        header(builder, "Itk-Service", message.service());
        header(builder, "Itk-Interaction", message.interaction());
        header(builder, "Itk-Sender", message.sender());
        header(builder, "Itk-Profile-Id", payload.profileId());
        header(builder, "Itk-Payload-Id", payload.id());
        return builder.build();
    }

    /** Values come from a partner's message: only plain ones get into a header (no CR, LF or other controls). */
    private static void header(HttpRequest.Builder builder, String name, @Nullable String value) {
        if (value != null && !value.isEmpty() && value.length() <= LONGEST_HEADER) {
            if (value.chars().allMatch(c -> c >= ' ' && c <= '~')) {
                builder.header(name, value);
            }
        }
    }

    private static InputStream open(Payload payload) {
        try {
            return new Guarded(payload.open());
        } catch (IOException e) {
            throw new Unreadable(e);
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
        var detail = text.substring(0, Math.min(text.length(), LONGEST_DETAIL));
        return new Outcome.GiveUp(reason, Outcome.Why.ERROR, detail.isEmpty() ? null : detail);
    }

    private static Outcome.@Nullable Reply reply(HttpResponse<Void> response, byte[] bytes) {
        if (bytes.length == 0) {
            return null;
        }
        var type = response.headers().firstValue("Content-Type").orElse("application/octet-stream");
        var mediaType = type.split(";", 2)[0].trim();
        var profile = response.headers().firstValue("Itk-Profile-Id").filter(p -> !p.isBlank());
        return new Outcome.Reply(
                MEDIA_TYPE.matcher(mediaType).matches() ? mediaType : "application/octet-stream",
                Optional.ofNullable(profile.orElse(null)),
                bytes);
    }

    /** Tells a payload that cannot be decoded from a connection that fails. */
    private static final class Guarded extends java.io.FilterInputStream {
        Guarded(InputStream in) {
            super(in);
        }

        @Override
        public int read(byte[] buffer, int offset, int length) {
            try {
                return super.read(buffer, offset, length);
            } catch (IOException e) {
                throw new Unreadable(e);
            } catch (IllegalArgumentException e) {
                throw new Unreadable(new IOException(e));
            }
        }
    }

    private static final class Unreadable extends UncheckedIOException {
        private static final long serialVersionUID = 1L;

        Unreadable(IOException cause) {
            super(cause);
        }
    }
}
