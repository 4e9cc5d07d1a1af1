package org.itkserver.soap;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import javax.net.ssl.SSLException;
import org.itkserver.envelope.BoundedAnswer;
import org.itkserver.envelope.EnvelopeRejected;
import org.itkserver.envelope.ErrorCode;
import org.itkserver.envelope.PayloadStreams;
import org.itkserver.envelope.RequestHead;
import org.itkserver.envelope.SoapAnswerReader;
import org.itkserver.envelope.SoapRequest;
import org.itkserver.envelope.SoapRequestWriter;
import org.itkserver.envelope.SoapVersion;
import org.itkserver.exchange.Transport;
import org.itkserver.soap.signature.MessageSigner;
import org.itkserver.tls.TlsFiles;
import org.jspecify.annotations.Nullable;

/**
 * Sends SOAP 1.1 requests over HTTP/1.1 (docs/adr/0009). The content's bytes are streamed as they are kept, unless they
 * are signed first. Thread-safe.
 */
public final class SoapClient implements Transport {
    private static final Duration TIME_TO_LIVE = Duration.ofMinutes(10);
    private static final int MOST_ANSWER = 64 * 1024;
    private static final int MOST_RESPONSE = 16 << 20;

    private final Connections connections;
    private final SoapRequestWriter writer;
    private final MessageSigner signer;
    private final AnswerClassifier classifier;
    private final Clock clock;
    private final Duration timeout;

    /**
     * @param streams decodes the payloads of synchronous answers
     * @param timeout longest wait for one whole exchange
     * @param tls what is shown and trusted, null for the JDK's defaults
     * @param pinned names of the certificates an endpoint may show, empty for any that is trusted
     * @param signer signs what must be signed
     */
    public SoapClient(
            SoapRequestWriter writer,
            SoapAnswerReader reader,
            PayloadStreams streams,
            Clock clock,
            Duration timeout,
            @Nullable TlsFiles tls,
            Function<URI, Set<String>> pinned,
            MessageSigner signer) {
        this.connections = new Connections(tls, pinned);
        this.writer = writer;
        this.signer = signer;
        this.classifier = new AnswerClassifier(reader, new ResponseCheck(streams), clock);
        this.clock = clock;
        this.timeout = timeout;
    }

    @Override
    public Result send(URI endpoint, String username, Letter letter) {
        var head = new RequestHead(
                SoapVersion.SOAP_11,
                letter.action(),
                endpoint.toString(),
                letter.relatesTo(),
                username,
                clock.instant(),
                TIME_TO_LIVE,
                letter.charset());
        return signer.signs(endpoint)
                ? signed(endpoint, letter, head)
                : exchange(endpoint, letter, writer.around(head, letter.inherited()));
    }

    /** Signed messages are small enough to be in memory, and larger ones are never sent. */
    private Result signed(URI endpoint, Letter letter, RequestHead head) {
        var identity = signer.identity().orElse(null);
        if (identity == null) {
            return new NotNow("", "the partner wants signed messages, and there is no ITK_TLS_KEYSTORE", null, false);
        }
        var request = writer.around(head.signable(MessageSigner.token(identity)), letter.inherited());
        var content = letter.content();
        if (request.length(content.end() - content.start()) > signer.mostBytes()) {
            var most = "ITK_MAX_SIGNED, " + signer.mostBytes() + " bytes";
            return new Unsendable(
                    request.messageId(), "it is larger than " + most + ", and the partner wants signed messages");
        }
        try {
            var signed = signer.sign(request, head.version(), letter.charset(), letter.body(), content, identity);
            return exchange(endpoint, letter, signed);
        } catch (EnvelopeRejected e) {
            var why = "it could not be signed: " + e.error().diagnostic();
            return e.error().code() == ErrorCode.RECOVERABLE
                    ? new NotNow(request.messageId(), why, null, false)
                    : new Unsendable(request.messageId(), why);
        }
    }

    private Result exchange(URI endpoint, Letter letter, SoapRequest request) {
        var answer = new BoundedAnswer(letter.synchronous() ? MOST_RESPONSE : MOST_ANSWER);
        var call = connections
                .to(endpoint)
                .sendAsync(
                        http(endpoint, letter, request),
                        info -> HttpResponse.BodySubscribers.ofByteArrayConsumer(answer::add));
        try {
            var response = call.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
            var retryAfter = response.headers().firstValue("Retry-After").orElse(null);
            return classifier.classify(request.messageId(), letter, response.statusCode(), retryAfter, answer.bytes());
        } catch (TimeoutException e) {
            call.cancel(true);
            return notNow(request, "no whole answer in " + timeout.toSeconds() + " s");
        } catch (ExecutionException e) {
            return notNow(request, reason(e.getCause()));
        } catch (InterruptedException e) {
            call.cancel(true);
            Thread.currentThread().interrupt();
            return new NotNow(request.messageId(), "the server is stopping", null, false);
        }
    }

    private static NotNow notNow(SoapRequest request, String reason) {
        return new NotNow(request.messageId(), reason, null, true);
    }

    private static HttpRequest http(URI endpoint, Letter letter, SoapRequest request) {
        long size = letter.content().end() - letter.content().start();
        var body = HttpRequest.BodyPublishers.ofInputStream(() -> stream(letter, request));
        return HttpRequest.newBuilder(endpoint)
                .header("Content-Type", request.contentType())
                .header("SOAPAction", '"' + letter.action() + '"')
                .POST(HttpRequest.BodyPublishers.fromPublisher(body, request.length(size)))
                .build();
    }

    private static InputStream stream(Letter letter, SoapRequest request) {
        return new SequenceInputStream(Collections.enumeration(List.of(
                new ByteArrayInputStream(request.before()),
                letter.body().open(letter.content().start(), letter.content().end()),
                new ByteArrayInputStream(request.after()))));
    }

    /** Says what kind of failure it was, and nothing that a peer could have written. */
    private static String reason(@Nullable Throwable cause) {
        for (var at = cause; at != null; at = at.getCause()) {
            if (at instanceof BoundedAnswer.TooLong) {
                return "the answer is too large";
            } else if (at instanceof HttpConnectTimeoutException || at instanceof ConnectException) {
                return "no connection";
            } else if (at instanceof SSLException) {
                return "no TLS connection";
            }
        }
        return "the connection failed";
    }
}
