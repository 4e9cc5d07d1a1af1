package org.itkserver.http;

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
import org.xnio.channels.StreamSourceChannel;
import org.xnio.conduits.AbstractStreamSinkConduit;
import org.xnio.conduits.Conduits;
import org.xnio.conduits.StreamSinkConduit;

/**
 * Takes a response from the thread that makes it, whether or not the client reads: what the socket does not take is kept, in memory
 * and beyond that in a spool file, and sent by the I/O thread once the response is complete. Used by one thread at a time.
 */
final class ResponseBuffer extends AbstractStreamSinkConduit<StreamSinkConduit> {
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
    private boolean released;
    private boolean waited;

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
            sent += next.write(src);
        }
        if (src.hasRemaining() && !ticket.isStreaming()) {
            keep(src);
        }
        return size - src.remaining();
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
        if (isEmpty() || spool == null && drain()) {
            sent += next.writeFinal(src);
            if (!src.hasRemaining()) {
                terminated = true;
                nextTerminated = true;
                return size;
            }
        }
        if (ticket.isStreaming()) {
            return size - src.remaining();
        }
        keep(src);
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
        boolean flushed = (!released && spool != null || drain()) && next.flush();
        if (!released && !ticket.isStreaming()) {
            return true;
        }
        if (!flushed && !waited) {
            waited = true;
            ticket.watchWriting(this);
        }
        return flushed;
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
            int count = next.write(buffer);
            sent += count;
            if (buffer.hasRemaining()) {
                return false;
            }
            memory.remove();
        }
        if (terminated) {
            terminateNext();
        }
        return true;
    }

    private ByteBuffer nextChunk() throws IOException {
        if (spooled == null) {
            spooled = Objects.requireNonNull(spool).open();
        }
        var bytes = spooled.readNBytes((int) Math.min(CHUNK, spoolLeft));
        spoolLeft -= bytes.length;
        return ByteBuffer.wrap(bytes);
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
