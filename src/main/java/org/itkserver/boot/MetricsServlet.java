package org.itkserver.boot;

import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.function.LongSupplier;
import org.itkserver.envelope.ErrorCode;
import org.itkserver.exchange.Counters;
import org.itkserver.http.HttpEdge;

/** {@code /metrics}: what is counted, as Prometheus text. */
final class MetricsServlet extends HttpServlet {
    private static final long serialVersionUID = 1L;

    private final transient PrometheusRegistry registry = new PrometheusRegistry();
    private final transient PrometheusTextFormatWriter writer =
            PrometheusTextFormatWriter.builder().build();

    MetricsServlet(Counters counters, Lookout lookout, HttpEdge edge, LoopMonitor loops) {
        count("itk_messages_accepted", "Messages stored", counters::acceptedCount);
        count("itk_messages_duplicate", "Copies answered again", counters::duplicateCount);
        count("itk_messages_handled", "Messages that handlers took", counters::handledCount);
        count("itk_messages_sent", "Messages that partners took", counters::sentCount);
        count("itk_attempts_failed", "Handler calls and sendings that are tried again", counters::failedAttemptCount);
        CounterWithCallback.builder()
                .name("itk_faults")
                .help("SOAP faults sent, by toolkit error code")
                .labelNames("code")
                .callback(callback -> {
                    for (var code : ErrorCode.values()) {
                        callback.call(counters.faultCount(code), code.code());
                    }
                })
                .register(registry);
        count(
                "itk_requests_turned_away",
                "Requests answered 503 because too much was in flight",
                edge::requestsTurnedAway);
        count(
                "itk_connections_refused",
                "Connections closed at once because their address had too many",
                edge::connectionsRefused);
        gauge(
                "itk_requests_in_flight",
                "Requests to ITK addresses and the REST API that run or wait for a thread",
                edge::requestsInFlight);
        gauge("itk_alerts_open", "Alerts that are open, on all nodes", lookout::openAlerts);
        GaugeWithCallback.builder()
                .name("itk_work_waiting")
                .help("Pieces of work of a lane that are not done, up to 10001; all nodes together")
                .labelNames("kind", "lane")
                .callback(callback -> lookout.waiting()
                        .forEach(waiting -> callback.call(
                                waiting.count(),
                                waiting.lane().kind().label(),
                                waiting.lane().name())))
                .register(registry);
        GaugeWithCallback.builder()
                .name("itk_loop_last_success_seconds")
                .help("Seconds since a background loop last did its turn well")
                .labelNames("loop")
                .callback(
                        callback -> loops.all().forEach(loop -> callback.call(loop.secondsSinceSuccess(), loop.name())))
                .register(registry);
        var memory = ManagementFactory.getMemoryMXBean();
        gauge("jvm_heap_used_bytes", "Heap in use", () -> memory.getHeapMemoryUsage()
                .getUsed());
        var threads = ManagementFactory.getThreadMXBean();
        gauge("jvm_threads", "Threads", threads::getThreadCount);
    }

    private void count(String name, String help, LongSupplier value) {
        CounterWithCallback.builder()
                .name(name)
                .help(help)
                .callback(callback -> callback.call(value.getAsLong()))
                .register(registry);
    }

    private void gauge(String name, String help, LongSupplier value) {
        GaugeWithCallback.builder()
                .name(name)
                .help(help)
                .callback(callback -> callback.call(value.getAsLong()))
                .register(registry);
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        response.setContentType(PrometheusTextFormatWriter.CONTENT_TYPE);
        writer.write(response.getOutputStream(), registry.scrape());
    }
}
