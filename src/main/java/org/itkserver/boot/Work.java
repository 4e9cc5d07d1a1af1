package org.itkserver.boot;

import java.util.Random;
import org.itkserver.envelope.EnvelopeScanner;
import org.itkserver.exchange.Callbacks;
import org.itkserver.exchange.DeliveryWorker;
import org.itkserver.exchange.Exchanges;
import org.itkserver.exchange.HandlerRun;
import org.itkserver.exchange.OutboundRun;
import org.itkserver.exchange.Transport;
import org.itkserver.handler.Handlers;

/** Puts together what does the work that waits. */
final class Work {
    private Work() {}

    /** @param server of which everything that this uses is made already */
    static DeliveryWorker of(
            Server server,
            Exchanges exchanges,
            Handlers handlers,
            Callbacks callbacks,
            EnvelopeScanner scanner,
            Transport transport) {
        var random = new Random();
        var settings = server.settings;
        var steady = server.time.steady();
        return new DeliveryWorker(
                server.store,
                server.queue,
                new HandlerRun(
                        server.settler,
                        handlers,
                        server.streams,
                        exchanges,
                        callbacks,
                        settings.retries(),
                        random,
                        steady,
                        server.counters),
                new OutboundRun(
                        server.store,
                        server.settler,
                        server.queue,
                        exchanges,
                        transport,
                        scanner,
                        server.directory,
                        server.home.spool(),
                        settings.retries(),
                        random,
                        steady,
                        server.counters),
                server.expiry,
                server.breaker,
                scanner,
                server.directory,
                server.home.spool(),
                server.handlerPool,
                steady,
                settings.lease(),
                server.bell::ring);
    }
}
