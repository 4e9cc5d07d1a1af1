package org.itkserver.api;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.itkserver.api.Payloads.Document;

/** Payloads inside JSON answers: text as text, everything else as base64. */
final class PayloadViews {
    private PayloadViews() {}

    static Map<String, Object> of(Document document) throws IOException {
        var out = new LinkedHashMap<String, Object>();
        out.put("id", document.id());
        out.put("mimeType", document.mimeType());
        out.put("profileId", document.profileId());
        byte[] bytes;
        try (var in = document.bytes().open()) {
            bytes = in.readAllBytes();
        }
        try {
            if (isText(document.mimeType())) {
                out.put(
                        "content",
                        StandardCharsets.UTF_8
                                .newDecoder()
                                .decode(ByteBuffer.wrap(bytes))
                                .toString());
                return out;
            }
        } catch (CharacterCodingException e) {
            // text in another encoding: its bytes say it better
        }
        out.put("contentBase64", Base64.getEncoder().encodeToString(bytes));
        return out;
    }

    private static boolean isText(String mimeType) {
        var type = mimeType.toLowerCase(Locale.ROOT);
        return type.startsWith("text/")
                || type.endsWith("/xml")
                || type.endsWith("+xml")
                || type.endsWith("/json")
                || type.endsWith("+json");
    }
}
