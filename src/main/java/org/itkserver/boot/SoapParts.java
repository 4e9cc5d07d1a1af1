package org.itkserver.boot;

import com.ctc.wstx.stax.WstxInputFactory;
import java.time.Clock;
import java.time.Duration;
import org.itkserver.envelope.EnvelopeScanner;
import org.itkserver.envelope.Ids;
import org.itkserver.envelope.PayloadStreams;
import org.itkserver.envelope.SoapAnswerReader;
import org.itkserver.envelope.SoapRequestWriter;
import org.itkserver.soap.SoapClient;
import org.itkserver.soap.signature.MessageSigner;
import org.itkserver.soap.signature.SignatureVerifier;
import org.itkserver.tls.TlsFiles;
import org.jspecify.annotations.Nullable;

/** Parts of the SOAP side that are made of settings. */
final class SoapParts {
    /** Longest wait of a signed message while others are being verified. */
    private static final Duration WAIT = Duration.ofSeconds(2);

    private final Settings settings;
    private final @Nullable TlsFiles tls;
    private final Memory memory;

    SoapParts(Settings settings, @Nullable TlsFiles tls, Memory memory) {
        this.settings = settings;
        this.tls = tls;
        this.memory = memory;
    }

    SignatureVerifier verifier() {
        return new SignatureVerifier(new WstxInputFactory(), tls, settings.maxSigned(), memory.signatures(), WAIT);
    }

    SoapClient client(LiveDirectory directory, EnvelopeScanner scanner, PayloadStreams streams, Clock clock) {
        return new SoapClient(
                new SoapRequestWriter(Ids.random()),
                new SoapAnswerReader(new WstxInputFactory(), scanner),
                streams,
                clock,
                settings.sendTimeout(),
                tls,
                uri -> directory.get().certificatesAt(uri.toString()),
                new MessageSigner(
                        new WstxInputFactory(), tls, settings.maxSigned(), memory.signatures(), uri -> directory
                                .get()
                                .signsTo(uri.toString())));
    }
}
