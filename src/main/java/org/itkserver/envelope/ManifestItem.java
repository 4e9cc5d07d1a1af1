package org.itkserver.envelope;

import org.jspecify.annotations.Nullable;

/**
 * {@code manifest/manifestitem}: what one payload is.
 *
 * @param id id of the payload
 * @param mimeType media type, empty when missing
 * @param profileId profile URN, null when absent
 * @param base64 whether the payload's text is base64
 * @param compressed whether the bytes are gzip
 * @param encrypted whether the payload is an {@code xenc:EncryptedData}
 */
public record ManifestItem(
        String id,
        String mimeType,
        @Nullable String profileId,
        boolean base64,
        boolean compressed,
        boolean encrypted) {}
