package org.itkserver.api;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.core.MediaType;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import org.itkserver.envelope.MessageBody;
import org.itkserver.envelope.MessageTooLarge;
import org.itkserver.io.MemoryBudget;
import org.itkserver.io.ProblemType;

/**
 * Takes the JSON bodies of requests. A body is complete, in a spool file when it is large, before any of it is understood;
 * the heap that large ones take while they are turned into messages is shared out, so that many at once wait for each other
 * instead of ending the process. Thread-safe.
 */
final class RequestBodies {
    /** A message takes up to so many times the size of its JSON while its envelope is made. */
    private static final int COPIES = 16;

    /** Heap that the rest of the server needs. */
    private static final long REST = 160L << 20;

    private static final int UNIT = 1 << 20;
    private static final Duration WAIT = Duration.ofSeconds(5);

    private final ApiSettings settings;
    private final long longest;
    private final MemoryBudget.Share memory;

    RequestBodies(ApiSettings settings) {
        this.settings = settings;
        // base64 and escapes make JSON longer than the message
        long wanted = 2 * settings.maxMessage() + UNIT;
        longest = Math.max(UNIT, Math.min(wanted, (settings.heap() - REST) / COPIES));
        memory = settings.memory();
    }

    /** Most bytes of a body. */
    long longest() {
        return longest;
    }

    /** The problem of a request that is too large. */
    static Problem tooLarge(String what, long most) {
        return new Problem(ProblemType.TOO_LARGE, what + " must have " + most + " bytes at most.");
    }

    /**
     * Takes the body of a request.
     *
     * @param most most bytes
     * @throws Problem when it is not JSON by its headers, is larger, or there is no room for it now
     */
    Body take(HttpServletRequest request, long most) throws IOException {
        requireJson(request);
        if (request.getContentLengthLong() > most) {
            throw tooLarge("The body", most);
        }
        var bytes = body(request, most);
        try {
            if (bytes.size() > most) {
                throw new MessageTooLarge(most);
            }
            return new Body(bytes, reserve(bytes.size()));
        } catch (MessageTooLarge e) {
            bytes.close();
            throw tooLarge("The body", most);
        } catch (IOException | RuntimeException e) {
            bytes.close();
            throw e;
        }
    }

    /** The whole body: spooled before, or taken from the request's stream. */
    private MessageBody body(HttpServletRequest request, long most) throws IOException {
        var spooled = request.getAttribute(MessageBody.ATTRIBUTE);
        if (spooled instanceof MessageTooLarge) {
            throw tooLarge("The body", most);
        } else if (spooled instanceof IOException e) {
            throw e;
        } else if (spooled instanceof MessageBody complete) {
            return complete.retain();
        }
        var bytes = new MessageBody(settings.spoolFolder(), most, request.getContentLengthLong());
        try {
            bytes.fill(request.getInputStream());
            return bytes;
        } catch (MessageTooLarge e) {
            bytes.close();
            throw tooLarge("The body", most);
        } catch (IOException | RuntimeException e) {
            bytes.close();
            throw e;
        }
    }

    private static void requireJson(HttpServletRequest request) {
        var encoding = request.getHeader("Content-Encoding");
        if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
            throw new Problem(ProblemType.UNSUPPORTED_MEDIA_TYPE, "Content-Encoding is not supported.");
        }
        try {
            var type = MediaType.valueOf(request.getContentType());
            var charset = type.getParameters().getOrDefault(MediaType.CHARSET_PARAMETER, "UTF-8");
            if (type.isCompatible(MediaType.APPLICATION_JSON_TYPE)
                    && !type.isWildcardType()
                    && !type.isWildcardSubtype()
                    && charset.equalsIgnoreCase("UTF-8")) {
                return;
            }
        } catch (IllegalArgumentException e) {
            // no media type: refused below
        }
        throw new Problem(ProblemType.UNSUPPORTED_MEDIA_TYPE, "Content-Type must be application/json, in UTF-8.");
    }

    /**
     * The memory for a body or an answer while it is in memory as a whole.
     *
     * @param size bytes of its documents
     * @throws Problem when others have the memory for too long
     */
    MemoryBudget.Booking reserve(long size) {
        try {
            // a small one takes next to nothing and never waits
            return memory.book(size < UNIT ? 0 : COPIES * size, WAIT);
        } catch (MemoryBudget.Exhausted e) {
            throw new Problem(ProblemType.UNAVAILABLE, "Too many large messages are being processed at this moment.")
                    .retryAfter(WAIT);
        }
    }

    /** A body, as long as it is open. */
    final class Body implements Closeable {
        private final MessageBody bytes;
        private final MemoryBudget.Booking booked;

        private Body(MessageBody bytes, MemoryBudget.Booking booked) {
            this.bytes = bytes;
            this.booked = booked;
        }

        InputStream open() {
            return bytes.open();
        }

        @Override
        public void close() {
            booked.close();
            bytes.close();
        }
    }
}
