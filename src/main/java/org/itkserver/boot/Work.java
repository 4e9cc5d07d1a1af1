package org.itkserver.boot;

import com.ctc.wstx.stax.WstxInputFactory;
import java.util.Random;
import org.itkserver.envelope.EnvelopeScanner;
import org.itkserver.envelope.Ids;
import org.itkserver.envelope.SoapAnswerReader;
import org.itkserver.envelope.SoapRequestWriter;
import org.itkserver.exchange.Callbacks;
import org.itkserver.exchange.DeliveryWorker;
import org.itkserver.exchange.Exchanges;
import org.itkserver.exchange.Expiry;
import org.itkserver.exchange.HandlerRun;
import org.itkserver.exchange.OutboundRun;
import org.itkserver.handler.Handlers;
import org.itkserver.soap.SoapClient;

/** Puts together what does the work that waits. */
final class Work {
    private Work() {}

    /** @param server of which everything that this uses is made already */
    static DeliveryWorker of(
            Server server, Exchanges exchanges, Handlers handlers, Callbacks callbacks, EnvelopeScanner scanner) {
        var random = new Random();
        var settings = server.settings;
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
                        server.clock,
                        server.counters),
                new OutboundRun(
                        server.store,
                        server.settler,
                        server.queue,
                        exchanges,
                        client(server, scanner),
                        scanner,
                        server.directory,
                        server.home.spool(),
                        settings.retries(),
                        random,
                        server.clock,
                        server.counters),
                new Expiry(server.store, server.clock),
                server.breaker,
                scanner,
                server.directory,
                server.home.spool(),
                server.handlerPool,
                server.clock,
                settings.lease(),
                server.bell::ring);
    }

    private static SoapClient client(Server server, EnvelopeScanner scanner) {
        return new SoapClient(
                new SoapRequestWriter(Ids.random()),
                new SoapAnswerReader(new WstxInputFactory(), scanner),
                server.clock,
                server.settings.sendTimeout(),
                server.tls,
                uri -> server.directory.get().certificatesAt(uri.toString()));
    }
}
