package org.itkserver.soap;

import jakarta.servlet.http.HttpServletRequest;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.itkserver.envelope.EnvelopeRejected;
import org.itkserver.envelope.SoapVersion;
import org.itkserver.envelope.ToolkitError;
import org.itkserver.envelope.XmlEncoding;
import org.jspecify.annotations.Nullable;

/**
 * What the HTTP request says before its body is read, checked as H18.
 *
 * @param mediaVersion SOAP version that the media type stands for
 * @param soapActions the values of SOAPAction headers and of the action parameter, quotes removed
 * @param charset charset parameter, null when absent
 */
record HttpHead(SoapVersion mediaVersion, List<String> soapActions, @Nullable Charset charset) {
    private static final Set<Charset> CHARSETS = Set.of(
            StandardCharsets.UTF_8,
            StandardCharsets.UTF_16,
            StandardCharsets.UTF_16LE,
            StandardCharsets.UTF_16BE,
            StandardCharsets.US_ASCII);

    /**
     * @throws HttpRefused 405 for another method than POST, 415 for a body that cannot be a SOAP message, 413 for one
     *     announced as too large
     */
    static HttpHead of(HttpServletRequest request, long maxMessage) {
        if (!request.getMethod().equals("POST")) {
            throw new HttpRefused(405, "Only POST is allowed.");
        }
        var encoding = request.getHeader("Content-Encoding");
        if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
            throw new HttpRefused(415, "Content-Encoding " + ToolkitError.quoted(encoding) + " is not supported.");
        }
        var contentType = request.getContentType();
        var parameters = parameters(contentType == null ? "" : contentType);
        var version = version(parameters.getOrDefault("", ""));
        var charset = charset(parameters.get("charset"));
        if (request.getContentLengthLong() > maxMessage) {
            throw new HttpRefused(413, "The message is larger than " + maxMessage + " bytes.");
        }
        return new HttpHead(version, soapActions(request, parameters.get("action"), version), charset);
    }

    private static SoapVersion version(String mediaType) {
        for (var version : SoapVersion.values()) {
            if (version.mediaType().equals(mediaType)) {
                return version;
            }
        }
        throw new HttpRefused(415, "Content-Type " + ToolkitError.quoted(mediaType) + " is not supported.");
    }

    private static @Nullable Charset charset(@Nullable String name) {
        if (name == null) {
            return null;
        }
        boolean single = name.length() >= 2 && name.startsWith("'") && name.endsWith("'");
        try {
            var charset = Charset.forName(single ? name.substring(1, name.length() - 1) : name);
            if (CHARSETS.contains(charset)) {
                return charset;
            }
        } catch (IllegalArgumentException e) {
            // the same answer as for one that is known and not supported
        }
        throw new HttpRefused(415, "charset " + ToolkitError.quoted(name) + " is not supported.");
    }

    private static List<String> soapActions(HttpServletRequest request, @Nullable String action, SoapVersion version) {
        var out = Collections.list(request.getHeaders("SOAPAction")).stream()
                .map(HttpHead::unquoted)
                .collect(java.util.stream.Collectors.toCollection(java.util.ArrayList::new));
        if (out.size() > 1) {
            throw new DoubledAction();
        }
        if (version == SoapVersion.SOAP_12 && action != null) {
            out.add(action);
        }
        return out;
    }

    /** Two SOAPAction headers; a fault, raised once the address's SOAP version is known. */
    static final class DoubledAction extends RuntimeException {
        private static final long serialVersionUID = 1L;

        DoubledAction() {
            super(null, null, false, false);
        }

        EnvelopeRejected rejected() {
            return EnvelopeRejected.invalid("There are two SOAPAction headers.");
        }
    }

    private static String unquoted(String value) {
        var text = value.trim();
        boolean quoted = text.length() >= 2 && text.startsWith("\"") && text.endsWith("\"");
        return quoted ? text.substring(1, text.length() - 1) : text;
    }

    /** The media type under the empty name, and its parameters; names in lower case (RFC 9110, 8.3.1). */
    static Map<String, String> parameters(String contentType) {
        var out = new HashMap<String, String>();
        int at = contentType.indexOf(';');
        out.put("", (at < 0 ? contentType : contentType.substring(0, at)).trim().toLowerCase(Locale.ROOT));
        while (at >= 0) {
            int equals = contentType.indexOf('=', at);
            if (equals < 0) {
                break;
            }
            var name = contentType.substring(at + 1, equals).trim().toLowerCase(Locale.ROOT);
            int end;
            if (contentType.startsWith("\"", equals + 1)) {
                int close = contentType.indexOf('"', equals + 2);
                out.putIfAbsent(name, contentType.substring(equals + 2, close < 0 ? contentType.length() : close));
                end = close < 0 ? -1 : contentType.indexOf(';', close);
            } else {
                end = contentType.indexOf(';', equals);
                out.putIfAbsent(
                        name,
                        contentType
                                .substring(equals + 1, end < 0 ? contentType.length() : end)
                                .trim());
            }
            at = end;
        }
        return out;
    }

    /** Whether the bytes' encoding is what the charset parameter says (RFC 7303, 3). */
    boolean agreesWith(Charset found) {
        return charset == null || XmlEncoding.agrees(charset, found);
    }
}
