package org.itkserver.http;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import org.itkserver.envelope.MessageBody;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.xnio.channels.StreamSourceChannel;
import org.xnio.conduits.AbstractStreamSinkConduit;
import org.xnio.conduits.Conduits;
import org.xnio.conduits.StreamSinkConduit;
import org.xnio.conduits.WriteReadyHandler;

/**
 * Takes a response from the thread that makes it, whether or not the client reads: what the socket does not take is kept, in memory
 * and beyond that in a spool file, and sent by the I/O thread once the response is complete. Used by one thread at a time.
 */
final class ResponseBuffer extends AbstractStreamSinkConduit<StreamSinkConduit> {
    private static final Logger LOG = LoggerFactory.getLogger(ResponseBuffer.class);
    private static final int IN_MEMORY = 256 * 1024;
    private static final int CHUNK = 32 * 1024;

    private final RequestTicket ticket;
    private final Queue<ByteBuffer> memory = new ArrayDeque<>();
    private long inMemory;
    private long sent;
    private @Nullable MessageBody spool;
    private @Nullable InputStream spooled;
    private long spoolLeft;
    private boolean terminated;
    private boolean nextTerminated;
    /** The only buffer that is left was begun as the last one. */
    private boolean lastIsFinal;

    private boolean released;
    private boolean waited;
    private boolean pending;

    ResponseBuffer(StreamSinkConduit next, RequestTicket ticket) {
        super(next);
        this.ticket = ticket;
    }

    /** The response is complete: from here on {@link #flush} tells the truth. */
    void release() {
        released = true;
    }

    /** Bytes that the socket has taken. */
    long sent() {
        return sent;
    }

    private boolean isEmpty() {
        return memory.isEmpty() && spool == null;
    }

    @Override
    public int write(ByteBuffer src) throws IOException {
        int size = src.remaining();
        if (isEmpty() || spool == null && drain()) {
            send(src);
        }
        if (src.hasRemaining() && !ticket.isStreaming()) {
            keep(src);
        }
        return size - src.remaining();
    }

    /**
     * Gives the socket what it takes. The chunks' conduit has told the client the size of a buffer before it takes only a part of it, and
     * must be given exactly the rest next; so buffers are small, and the rest of one is kept as it is.
     */
    private void send(ByteBuffer src) throws IOException {
        while (src.hasRemaining()) {
            var part = src.duplicate();
            if (!ticket.isStreaming()) {
                part.limit(part.position() + Math.min(CHUNK, part.remaining()));
            }
            sent += next.write(part);
            src.position(part.position());
            if (part.hasRemaining()) {
                if (!ticket.isStreaming()) {
                    rest(part);
                    src.position(part.limit());
                }
                return;
            }
        }
    }

    private void rest(ByteBuffer part) {
        ticket.memory().add(part.remaining()); // it is kept even when it cannot be booked: it is at most a chunk
        inMemory += part.remaining();
        memory.add(ByteBuffer.allocate(part.remaining()).put(part).flip());
    }

    @Override
    public long write(ByteBuffer[] srcs, int offs, int len) throws IOException {
        long count = 0;
        for (int i = offs; i < offs + len; i++) {
            count += write(srcs[i]);
            if (srcs[i].hasRemaining()) {
                break;
            }
        }
        return count;
    }

    @Override
    public int writeFinal(ByteBuffer src) throws IOException {
        int size = src.remaining();
        if (ticket.isStreaming()) {
            sent += next.writeFinal(src);
            if (!src.hasRemaining()) {
                terminated = true;
                nextTerminated = true;
            }
            return size - src.remaining();
        }
        if (size <= CHUNK && (isEmpty() || spool == null && drain())) {
            terminated = true;
            sent += next.writeFinal(src);
            if (src.hasRemaining()) {
                lastIsFinal = true;
                rest(src);
            } else {
                nextTerminated = true;
            }
            return size;
        }
        write(src);
        terminateWrites();
        return size;
    }

    @Override
    public long writeFinal(ByteBuffer[] srcs, int offs, int len) throws IOException {
        return Conduits.writeFinalBasic(this, srcs, offs, len);
    }

    @Override
    public long transferFrom(FileChannel src, long position, long count) throws IOException {
        var buffer = ByteBuffer.allocate((int) Math.min(CHUNK, count));
        int read = src.read(buffer, position);
        if (read <= 0) {
            return 0;
        }
        buffer.flip();
        return write(buffer);
    }

    @Override
    public long transferFrom(StreamSourceChannel source, long count, ByteBuffer throughBuffer) throws IOException {
        return Conduits.transfer(source, count, throughBuffer, this);
    }

    private void keep(ByteBuffer src) throws IOException {
        int size = src.remaining();
        if (spool == null && inMemory + size <= IN_MEMORY && ticket.memory().add(size)) {
            var copy = ByteBuffer.allocate(size);
            copy.put(src).flip();
            memory.add(copy);
            inMemory += size;
            return;
        }
        if (!ticket.disk().add(size)) {
            throw new IOException("the client does not read the response, and there is no room to keep it");
        }
        if (spool == null) {
            spool = ticket.spoolFile();
        }
        var bytes = new byte[size];
        src.get(bytes);
        spool.write(bytes, 0, size);
        spoolLeft += size;
    }

    @Override
    public void terminateWrites() throws IOException {
        terminated = true;
        if (isEmpty()) {
            terminateNext();
        }
    }

    private void terminateNext() throws IOException {
        if (!nextTerminated) {
            nextTerminated = true;
            next.terminateWrites();
        }
    }

    @Override
    public boolean isWriteShutdown() {
        return terminated;
    }

    @Override
    public void truncateWrites() throws IOException {
        memory.clear();
        spool = null;
        terminated = true;
        nextTerminated = true;
        next.truncateWrites();
    }

    @Override
    public boolean flush() throws IOException {
        // the thread that makes the response does not read the spool file again
        boolean drained = (released || spool == null) && drain();
        boolean flushed = next.flush() && drained;
        if (!flushed && !released && !ticket.isStreaming()) {
            // the caller would wait for the client
            pending = terminated;
            return true;
        }
        if (!flushed) {
            watch();
        }
        return flushed;
    }

    private void watch() {
        if (!waited) {
            waited = true;
            ticket.watchWriting(this);
        }
    }

    /**
     * Whether the response is complete for its writer, and so for the channel around this conduit, which never asks again, although
     * the socket has not taken all of it. {@link #sendRest} must be called then.
     */
    boolean isPending() {
        return pending;
    }

    /**
     * Sends what is left whenever the socket takes more. Called in the I/O thread.
     *
     * @param sent runs when the socket has taken everything
     */
    void sendRest(Runnable sent) {
        next.setWriteReadyHandler(new WriteReadyHandler() {
            @Override
            public void writeReady() {
                sendMore(sent);
            }

            @Override
            public void forceTermination() {
                ticket.closeConnection();
            }

            @Override
            public void terminated() {
                // the exchange ends with the last byte
            }
        });
        sendMore(sent);
    }

    private void sendMore(Runnable done) {
        // before the last byte, because the next request may begin with it
        next.suspendWrites();
        try {
            if (drain() && next.flush()) {
                done.run();
            } else {
                watch();
                next.resumeWrites();
            }
        } catch (SpoolUnreadable | RuntimeException e) {
            LOG.error("a response to {} was cut off", ticket.sender(), e);
            ticket.closeConnection();
        } catch (IOException e) {
            // the client is gone; how many lines that makes is not for clients to decide
            LOG.debug("a response to {} was cut off: {}", ticket.sender(), e.getMessage());
            ticket.closeConnection();
        }
    }

    /** Sends what is kept; whether nothing is left of it. */
    private boolean drain() throws IOException {
        while (true) {
            var buffer = memory.peek();
            if (buffer == null) {
                if (spoolLeft == 0) {
                    spool = null;
                    break;
                }
                memory.add(nextChunk());
                continue;
            }
            sent += lastIsFinal ? next.writeFinal(buffer) : next.write(buffer);
            if (buffer.hasRemaining()) {
                return false;
            }
            memory.remove();
            nextTerminated |= lastIsFinal;
        }
        if (terminated) {
            terminateNext();
        }
        return true;
    }

    private ByteBuffer nextChunk() throws SpoolUnreadable {
        try {
            if (spooled == null) {
                spooled = Objects.requireNonNull(spool).open();
            }
            var bytes = spooled.readNBytes((int) Math.min(CHUNK, spoolLeft));
            if (bytes.length == 0) {
                throw new EOFException("it is shorter than it was");
            }
            spoolLeft -= bytes.length;
            return ByteBuffer.wrap(bytes);
        } catch (IOException e) {
            throw new SpoolUnreadable(e);
        }
    }

    /** The rest of a response lies in a file that cannot be read: a fault of this server. */
    private static final class SpoolUnreadable extends IOException {
        private static final long serialVersionUID = 1L;

        SpoolUnreadable(IOException cause) {
            super("the spool file of a response cannot be read", cause);
        }
    }

    @Override
    public void awaitWritable() throws IOException {
        awaitWritable(1, TimeUnit.SECONDS);
    }

    @Override
    public void awaitWritable(long time, TimeUnit unit) throws IOException {
        ticket.requireWritingPace(this);
        next.awaitWritable(Math.min(unit.toMillis(time), 1000), TimeUnit.MILLISECONDS);
    }
}
