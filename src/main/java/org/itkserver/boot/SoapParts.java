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

    private SoapParts() {}

    static SignatureVerifier verifier(Settings settings, @Nullable TlsFiles tls, Memory memory) {
        return new SignatureVerifier(new WstxInputFactory(), tls, settings.maxSigned(), memory.signatures(), WAIT);
    }

    static SoapClient client(
            Settings settings,
            @Nullable TlsFiles tls,
            LiveDirectory directory,
            EnvelopeScanner scanner,
            PayloadStreams streams,
            Memory memory,
            Clock clock) {
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
