package org.itkserver.exchange;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.itkserver.delivery.Lane;
import org.itkserver.directory.Directory;
import org.itkserver.envelope.AcknowledgementReader;
import org.itkserver.envelope.Ids;
import org.itkserver.envelope.PayloadStreams;

/** What a received message can set off, put together once. Thread-safe. */
public final class Exchanges {
    private final MessageStore store;
    private final Outbound outbound;
    private final Acknowledger acknowledger;
    private final Router router;
    private final AckMatching matching;
    private final PayloadStreams streams;

    public Exchanges(MessageStore store, Ids ids, PayloadStreams streams, AcknowledgementReader reader) {
        this.store = store;
        this.outbound = new Outbound(store);
        this.acknowledger = new Acknowledger(outbound, ids);
        this.router = new Router(store, outbound, acknowledger);
        this.matching = new AckMatching(store, streams, reader);
        this.streams = streams;
    }

    PayloadStreams streams() {
        return streams;
    }

    Outbound outbound() {
        return outbound;
    }

    Acknowledger acknowledger() {
        return acknowledger;
    }

    Router router() {
        return router;
    }

    AckMatching matching() {
        return matching;
    }

    /**
     * The acknowledgements sent for a message, to be sent once more (H9).
     *
     * @param sentBefore only those last sent before this time
     */
    List<Change.Resend> resends(Directory directory, long received, Instant now, Instant sentBefore) {
        var out = new ArrayList<Change.Resend>();
        for (var child : store.childrenOf(received)) {
            if (!child.inbound() && child.kind().isAcknowledgement() && child.state() != MessageState.DEAD_LETTER) {
                lane(directory, child).ifPresent(lane -> out.add(new Change.Resend(child.id(), lane, now, sentBefore)));
            }
        }
        return out;
    }

    private static java.util.Optional<Lane> lane(Directory directory, MessageRecord message) {
        return directory.partner(message.partner()).flatMap(p -> Destination.of(message.kind(), false)
                .lane(p, message.service(), message.endpoint()));
    }
}
