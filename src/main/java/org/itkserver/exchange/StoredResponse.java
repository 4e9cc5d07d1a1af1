package org.itkserver.exchange;

import java.nio.charset.StandardCharsets;

/** Responses of partners as they are kept: text that was decoded when it came. */
public final class StoredResponse {
    private StoredResponse() {}

    /** The response in UTF-8, without the byte order mark and declaration that name the encoding it came in. */
    public static byte[] utf8(String text) {
        int start = text.startsWith("\uFEFF") ? 1 : 0;
        if (text.startsWith("<?xml", start)) {
            start = text.indexOf("?>", start) + 2;
        }
        return text.substring(start).getBytes(StandardCharsets.UTF_8);
    }
}
