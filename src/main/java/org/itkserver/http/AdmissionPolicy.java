package org.itkserver.http;

import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import org.itkserver.directory.Partner;
import org.jspecify.annotations.Nullable;

/** What the application decides for the HTTP edge. Called in I/O threads: no method may block. Thread-safe. */
public interface AdmissionPolicy {
    /** The limits that the settings give. */
    Limits limits();

    /** Folder of the files that hold the parts of requests and responses that are not held in memory; exists. */
    Path spoolFolder();

    /** Whether the server can make a message durable now. While it cannot, every address but {@code /health} answers 503. */
    boolean isAccepting();

    /**
     * The partner that a connection with these certificates, its own first, and these headers proves.
     *
     * @return null for a stranger, from whom nothing may be read
     */
    @Nullable
    Partner partner(X509Certificate[] chain, Function<String, List<String>> headers);

    /** How long one more message of this partner has to wait; null when it is refused because the partner sends too much. */
    @Nullable
    Duration delay(Partner partner);

    /** Records that a request from this IP address was refused because its partner sends too much. */
    void tooMuch(String address);

    /** A request ran out of memory: the state of the process is not known any more, and it must end. */
    void outOfMemory(OutOfMemoryError error);

    /**
     * The limits of the HTTP edge.
     *
     * @param requests {@code ITK_REQUESTS}: requests that run or wait for a thread, of each class
     * @param requestsPerPeer {@code ITK_REQUESTS_PER_PEER}: of these, requests of one sender
     * @param connectionsPerAddress {@code ITK_CONNECTIONS_PER_ADDRESS}: open connections of one IP address
     * @param memory {@code ITK_BYTES_IN_FLIGHT}: bytes of requests and responses held in memory
     * @param disk {@code ITK_SPOOL}: bytes of requests and responses held in spool files
     * @param maxMessage {@code ITK_MAX_MESSAGE}: bytes of the largest message
     * @param tls whether the ITK addresses are served over mutual TLS
     */
    record Limits(
            int requests,
            int requestsPerPeer,
            int connectionsPerAddress,
            long memory,
            long disk,
            long maxMessage,
            boolean tls) {}
}
