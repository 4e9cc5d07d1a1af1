package org.itkserver.tls;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where the files of mutual TLS lie. Passwords are never printed.
 *
 * @param keystore {@code ITK_TLS_KEYSTORE}: our key and certificate, PKCS12 or JKS
 * @param keystorePassword of the store and the key in it
 * @param truststore {@code ITK_TLS_TRUSTSTORE}: the authorities that partners' certificates come from
 * @param truststorePassword of the store
 * @param crl {@code ITK_TLS_CRL}: revocation lists of those authorities, PEM or DER; null when none are checked
 */
public record TlsSettings(
        Path keystore, String keystorePassword, Path truststore, String truststorePassword, @Nullable Path crl) {

    /**
     * What the environment says.
     *
     * @return empty when TLS is off
     * @throws IllegalArgumentException naming the variable that is missing or wrong
     */
    public static Optional<TlsSettings> of(Map<String, String> env) {
        var keystore = env.get("ITK_TLS_KEYSTORE");
        if (keystore == null) {
            for (var other : new String[] {"ITK_TLS_TRUSTSTORE", "ITK_TLS_CRL", "ITK_HTTPS_PORT", "ITK_CONSOLE_PORT"}) {
                if (env.containsKey(other)) {
                    throw new IllegalArgumentException(other + " is set but ITK_TLS_KEYSTORE is not.");
                }
            }
            return Optional.empty();
        }
        var truststore = env.get("ITK_TLS_TRUSTSTORE");
        if (truststore == null) {
            throw new IllegalArgumentException(
                    "ITK_TLS_KEYSTORE is set but ITK_TLS_TRUSTSTORE is not: partners prove who they are by certificate.");
        }
        var crl = env.get("ITK_TLS_CRL");
        return Optional.of(new TlsSettings(
                SettingFile.path("ITK_TLS_KEYSTORE", keystore),
                password(env, "ITK_TLS_KEYSTORE_PASSWORD"),
                SettingFile.path("ITK_TLS_TRUSTSTORE", truststore),
                password(env, "ITK_TLS_TRUSTSTORE_PASSWORD"),
                crl == null ? null : SettingFile.path("ITK_TLS_CRL", crl)));
    }

    private static String password(Map<String, String> env, String name) {
        var password = Secrets.of(env, name);
        return password == null ? "" : password;
    }

    @Override
    public String toString() {
        return "keystore " + keystore + ", truststore " + truststore + ", revocation lists " + crl;
    }
}
