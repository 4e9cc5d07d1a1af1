package org.itkserver.http;

import io.undertow.connector.PooledByteBuffer;
import io.undertow.server.HttpServerExchange;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.itkserver.envelope.MessageBody;
import org.itkserver.envelope.MessageTooLarge;
import org.jspecify.annotations.Nullable;
import org.xnio.IoUtils;
import org.xnio.XnioExecutor;
import org.xnio.channels.StreamSourceChannel;

/**
 * Reads the body of a request without a thread that waits for it: into memory up to 1 MiB, as long as there is some, and beyond
 * that into a spool file, which a thread of its own writes while reading is suspended. Used by one thread at a time.
 */
final class BodyReader {
    private static final int IN_MEMORY = 64;
    private static final int CHUNK = 2;

    private final RequestTicket ticket;
    private final HttpServerExchange exchange;
    private final EdgeResources resources;
    private final Outcome outcome;
    private final long limit;
    private List<PooledByteBuffer> full = new ArrayList<>(CHUNK);
    private @Nullable PooledByteBuffer current;
    private StreamSourceChannel channel;
    private @Nullable MessageBody spool;
    private boolean spooling;
    private boolean finished;
    private boolean waiting;
    private boolean writing;
    private long received;
    private @Nullable Pace pace;
    private XnioExecutor.Key timer = () -> false;

    /** What follows; one of its methods is called once, outside a call, with nothing of the body left to free. */
    interface Outcome {
        /** The body is complete: in the exchange, or as {@link RequestTicket#body()}. */
        void complete();

        /** The body cannot be taken ({@link RequestTicket#body()} says why); the rest of it is unread. */
        void failed();

        /** There is no room for the body now; the rest of it is unread. */
        void noRoom();

        /** The body comes too slowly; the rest of it is unread. */
        void tooSlow();
    }

    BodyReader(RequestTicket ticket, EdgeResources resources, long limit, Outcome outcome) {
        this.ticket = ticket;
        this.exchange = ticket.exchange();
        this.resources = resources;
        this.limit = limit;
        this.outcome = outcome;
        this.channel = exchange.getRequestChannel();
    }

    /** Starts reading. Called outside a call. */
    void start() {
        ticket.onEviction(() -> giveUp(outcome::noRoom));
        exchange.addExchangeCompleteListener((ended, next) -> {
            finish();
            next.proceed();
        });
        read();
    }

    private void read() {
        if (finished || writing) {
            return;
        }
        try {
            while (true) {
                var into = current == null ? nextBuffer() : current;
                current = into;
                int count = channel.read(into.getBuffer());
                if (count < 0) {
                    complete();
                    return;
                } else if (count == 0) {
                    await();
                    return;
                }
                received += count;
                if (received > limit) {
                    fail(new MessageTooLarge(limit));
                    return;
                }
                if (!into.getBuffer().hasRemaining()) {
                    keep(into);
                    if (full.size() >= (spooling ? CHUNK : IN_MEMORY)) {
                        write(false);
                        return;
                    }
                }
            }
        } catch (IOException e) {
            // the connection failed, or its framing is broken: no answer would be read
            finish();
            IoUtils.safeClose(exchange.getConnection());
        }
    }

    /** A buffer to read into. Without memory for it, what is there goes into a spool file. */
    private PooledByteBuffer nextBuffer() {
        var buffer = exchange.getConnection().getByteBufferPool().allocate();
        if (!spooling && !ticket.memory().add(buffer.getBuffer().remaining())) {
            spooling = true;
        }
        return buffer;
    }

    private void keep(PooledByteBuffer buffer) {
        buffer.getBuffer().flip();
        full.add(buffer);
        current = null;
    }

    private void await() {
        if (!waiting) {
            waiting = true;
            channel.getReadSetter().set(readable -> read());
        }
        if (pace == null) {
            pace = new Pace(resources.nanos());
            timer = exchange.getIoThread().executeAfter(this::check, RequestTicket.CHECK_SECONDS, TimeUnit.SECONDS);
        }
        channel.resumeReads();
    }

    private void check() {
        if (finished) {
            return;
        }
        var now = resources.nanos();
        if (writing) {
            // the disk is slow, not the client
            pace = new Pace(now);
        } else if (pace != null && !pace.isKept(received, now)) {
            giveUp(outcome::tooSlow);
            return;
        }
        timer = exchange.getIoThread().executeAfter(this::check, RequestTicket.CHECK_SECONDS, TimeUnit.SECONDS);
    }

    /** Writes what has arrived into the spool file, then goes on reading or is complete. */
    private void write(boolean last) {
        spooling = true;
        writing = true;
        if (waiting) {
            channel.suspendReads();
        }
        var buffers = full;
        full = new ArrayList<>(CHUNK);
        try {
            resources.spooler().execute(() -> {
                var failure = writeNow(buffers);
                exchange.getIoThread().execute(() -> written(failure, last));
            });
        } catch (RejectedExecutionException e) {
            free(buffers);
            IoUtils.safeClose(exchange.getConnection());
        }
    }

    private @Nullable Throwable writeNow(List<PooledByteBuffer> buffers) {
        try {
            if (spool == null) {
                spool = ticket.spoolFile();
            }
            for (var buffer : buffers) {
                var bytes = new byte[buffer.getBuffer().remaining()];
                buffer.getBuffer().get(bytes);
                if (!ticket.disk().add(bytes.length)) {
                    return new NoRoom();
                }
                spool.write(bytes, 0, bytes.length);
            }
            return null;
        } catch (IOException | RuntimeException | Error e) {
            return e;
        } finally {
            free(buffers);
        }
    }

    private void written(@Nullable Throwable failure, boolean last) {
        writing = false;
        if (finished) {
            return;
        }
        ticket.memory().clear();
        if (failure instanceof NoRoom) {
            giveUp(outcome::noRoom);
        } else if (failure != null) {
            fail(failure instanceof IOException io ? io : new IOException("the body cannot be spooled", failure));
        } else if (last) {
            ticket.body(Objects.requireNonNull(spool));
            end(outcome::complete);
        } else {
            read();
        }
    }

    private void complete() {
        if (current != null && current.getBuffer().position() > 0) {
            keep(current);
        }
        if (spooling && (spool != null || !full.isEmpty())) {
            write(true);
            return;
        }
        ticket.buffers(full);
        full = new ArrayList<>(0);
        end(outcome::complete);
    }

    private void fail(IOException reason) {
        ticket.body(reason);
        giveUp(outcome::failed);
    }

    private void giveUp(Runnable next) {
        end(() -> {
            ticket.dropBody();
            next.run();
        });
    }

    private void end(Runnable next) {
        if (!finished) {
            finish();
            ticket.evictable(false);
            next.run();
        }
    }

    private void finish() {
        if (finished) {
            return;
        }
        finished = true;
        timer.remove();
        if (waiting) {
            channel.getReadSetter().set(null);
            channel.suspendReads();
        }
        free(full);
        if (current != null) {
            current.close();
            current = null;
        }
    }

    private static void free(List<PooledByteBuffer> buffers) {
        buffers.forEach(PooledByteBuffer::close);
        buffers.clear();
    }

    private static final class NoRoom extends IOException {
        private static final long serialVersionUID = 1L;
    }
}
