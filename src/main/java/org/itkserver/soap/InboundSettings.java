package org.itkserver.soap;

import java.nio.file.Path;
import java.time.Duration;
import org.itkserver.tls.TlsFiles;
import org.jspecify.annotations.Nullable;

/**
 * Settings of the inbound side.
 *
 * @param ours base addresses that are ours
 * @param maxMessage largest message in bytes; a larger one is answered 413
 * @param clockSkew how far a sender's clock may differ from ours
 * @param spoolFolder where large messages are kept while they are processed
 * @param tls what connections are judged by again, null when TLS is off
 * @param proxies who may tell of partners' certificates
 */
public record InboundSettings(
        OwnAddresses ours,
        long maxMessage,
        Duration clockSkew,
        Path spoolFolder,
        @Nullable TlsFiles tls,
        Proxies proxies) {}
