package org.itkserver.testing;

/** Certificates whose lengths lie (CVE-2026-95616). */
public final class BentCertificate {
    private BentCertificate() {}

    /** The octets of its subject key identifier announce 0x7FFFFFFF bytes, inside an extension of true length. */
    public static byte[] keyIdentifier(byte[] certificate) {
        // 2.5.29.14, then OCTET STRING { OCTET STRING }
        for (int i = 0; i + 10 < certificate.length; i++) {
            if (certificate[i] == 0x55
                    && certificate[i + 1] == 0x1D
                    && certificate[i + 2] == 0x0E
                    && certificate[i + 3] == 0x04) {
                var bent = certificate.clone();
                bent[i + 6] = (byte) 0x84;
                bent[i + 7] = 0x7F;
                bent[i + 8] = bent[i + 9] = bent[i + 10] = (byte) 0xFF;
                return bent;
            }
        }
        throw new AssertionError("no key identifier");
    }
}
