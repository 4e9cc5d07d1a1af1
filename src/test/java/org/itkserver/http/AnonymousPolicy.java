package org.itkserver.http;

import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import org.itkserver.directory.Partner;
import org.jspecify.annotations.Nullable;

/** Accepts every request and knows no partner. */
record AnonymousPolicy(Path spoolFolder, Limits limits) implements AdmissionPolicy {
    @Override
    public boolean isAccepting() {
        return true;
    }

    @Override
    public @Nullable Partner partner(X509Certificate[] chain, Function<String, List<String>> headers) {
        return null;
    }

    @Override
    public Duration delay(Partner partner) {
        throw new IllegalStateException("no partner is proven");
    }

    @Override
    public void tooMuch(String address) {
        throw new IllegalStateException(address);
    }

    @Override
    public void outOfMemory(OutOfMemoryError error) {
        throw new IllegalStateException(error);
    }
}
