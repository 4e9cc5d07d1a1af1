package org.itkserver.connector;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.itkserver.watch.Notice;

/** Tells another system of alerts, by a POST of JSON. Thread-safe. */
public final class AlertWebhook {
    private final HttpClient client;
    private final URI url;
    private final String node;
    private final Consumer<Duration> pause;

    /**
     * @param client follows no redirects
     * @param node id of this node
     * @param pause waits between two tries
     */
    public AlertWebhook(HttpClient client, URI url, String node, Consumer<Duration> pause) {
        this.client = client;
        this.url = url;
        this.node = node;
        this.pause = pause;
    }

    /** Tells of it, in three tries at most; a failure is logged only, without the address, which may hold a secret. */
    public void tell(Notice notice) {
        var request = HttpRequest.newBuilder(url)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(json(notice)))
                .build();
        Tries.run("the webhook", notice.alert().key(), () -> post(request), pause);
    }

    private String post(HttpRequest request) {
        // the request's own timeout would end with the headers of the answer
        var call = client.sendAsync(request, HttpResponse.BodyHandlers.discarding());
        try {
            int status =
                    call.get(Tries.TIMEOUT.toMillis(), TimeUnit.MILLISECONDS).statusCode();
            return status >= 200 && status < 300 ? "" : "HTTP status " + status;
        } catch (ExecutionException e) {
            return "it cannot be reached";
        } catch (TimeoutException e) {
            call.cancel(true);
            return "it did not answer in " + Tries.TIMEOUT.toSeconds() + " s";
        } catch (InterruptedException e) {
            call.cancel(true);
            Thread.currentThread().interrupt();
            return "the server is stopping";
        }
    }

    private String json(Notice notice) {
        var alert = notice.alert();
        var closed = alert.closedAt();
        return "{\"state\":" + Json.text(notice.closed() ? "closed" : "open")
                + ",\"kind\":" + Json.text(alert.kind().label())
                + ",\"partner\":" + Json.text(alert.partner())
                + ",\"text\":" + Json.text(alert.kind().title() + ". " + alert.text())
                + ",\"count\":" + alert.count()
                + ",\"at\":"
                + Json.text((notice.closed() && closed != null ? closed : alert.first()).toString())
                + ",\"node\":" + Json.text(node) + "}";
    }
}
