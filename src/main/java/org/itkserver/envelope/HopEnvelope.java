package org.itkserver.envelope;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The distribution envelope as one hop gets it: the received bytes, with only that hop's addresses in the address list when
 * there are several hops (H20). One thread.
 */
public final class HopEnvelope implements Closeable {
    private final MessageBody body;
    private final ScannedMessage.Range range;
    private final boolean own;

    private HopEnvelope(MessageBody body, ScannedMessage.Range range, boolean own) {
        this.body = body;
        this.range = range;
        this.own = own;
    }

    /**
     * @param message what the scanner found in {@code body}
     * @param hop positions of the addresses to keep, from 0, separated by commas; null for the whole envelope
     * @param spoolFolder where a large copy goes
     */
    public static HopEnvelope of(ScannedMessage message, MessageBody body, @Nullable String hop, Path spoolFolder)
            throws IOException {
        var envelope = message.requiredEnvelope();
        if (hop == null) {
            return new HopEnvelope(body, envelope, false);
        }
        var kept = Arrays.stream(hop.split(",")).map(Integer::valueOf).collect(Collectors.toSet());
        var copy = new MessageBody(spoolFolder, Long.MAX_VALUE, -1);
        try {
            long at = envelope.start();
            long endOfHeader = message.payloads().get(0).start();
            var header = body.bytes(envelope.start(), endOfHeader);
            for (var left : others(AddressRanges.of(header, message.charset()), kept, envelope.start())) {
                try (var piece = body.open(at, left.start())) {
                    copy.fill(piece);
                }
                at = left.end();
            }
            try (var rest = body.open(at, envelope.end())) {
                copy.fill(rest);
            }
        } catch (IOException | RuntimeException e) {
            copy.close();
            throw e;
        }
        return new HopEnvelope(copy, new ScannedMessage.Range(0, copy.size()), true);
    }

    private static List<ScannedMessage.Range> others(
            List<ScannedMessage.Range> addresses, Set<Integer> kept, long offset) {
        var out = new ArrayList<ScannedMessage.Range>();
        for (int i = 0; i < addresses.size(); i++) {
            if (!kept.contains(i)) {
                var address = addresses.get(i);
                out.add(new ScannedMessage.Range(offset + address.start(), offset + address.end()));
            }
        }
        return out;
    }

    /** The bytes that hold it. */
    public MessageBody body() {
        return body;
    }

    /** Where in them it lies. */
    public ScannedMessage.Range range() {
        return range;
    }

    @Override
    public void close() {
        if (own) {
            body.close();
        }
    }
}
