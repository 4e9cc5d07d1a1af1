package org.itkserver.envelope;

import java.util.List;
import javax.xml.namespace.QName;

/**
 * Why a message is answered with a fault. Immutable.
 *
 * @param code toolkit error code
 * @param faultCode SOAP fault code
 * @param diagnostic technical sentence for {@code ErrorDiagnosticText}: names the value and the rule, never a stack
 *     trace, path, parser text or patient identifier
 * @param notUnderstood header blocks for the SOAP 1.2 {@code NotUnderstood} header; empty unless MustUnderstand
 */
public record ToolkitError(ErrorCode code, FaultCode faultCode, String diagnostic, List<QName> notUnderstood) {

    /** Longest piece of a sender's value that is repeated back. */
    static final int QUOTED = 64;

    public ToolkitError {
        notUnderstood = List.copyOf(notUnderstood);
    }

    public static ToolkitError of(ErrorCode code, String diagnostic) {
        return new ToolkitError(code, code.faultCode(), diagnostic, List.of());
    }

    public static ToolkitError invalid(String diagnostic) {
        return of(ErrorCode.INVALID_MESSAGE, diagnostic);
    }

    public static ToolkitError denied(String diagnostic) {
        return of(ErrorCode.ACCESS_DENIED, diagnostic);
    }

    /** SOAP 1.1 4.1.2: the envelope is of another version than the address speaks. */
    public static ToolkitError versionMismatch(String diagnostic) {
        return new ToolkitError(ErrorCode.INVALID_MESSAGE, FaultCode.VERSION_MISMATCH, diagnostic, List.of());
    }

    /** SOAP 1.1 4.2.3: a mandatory header block that we do not understand. */
    public static ToolkitError mustUnderstand(List<QName> blocks) {
        return new ToolkitError(
                ErrorCode.INVALID_MESSAGE,
                FaultCode.MUST_UNDERSTAND,
                "A header block marked mustUnderstand is not understood: "
                        + quoted(blocks.get(0).getLocalPart()),
                blocks);
    }

    /** The start of a sender's value, safe to put into a fault, a log line or an audit row. */
    public static String quoted(String text) {
        var value = TenDigits.masked(text);
        var out = new StringBuilder(Math.min(value.length(), QUOTED) + 3).append('"');
        for (int i = 0; i < value.length() && i < QUOTED; i++) {
            char c = value.charAt(i);
            out.append(c < ' ' || c > '~' ? '?' : c);
        }
        return out.append(value.length() > QUOTED ? "...\"" : "\"").toString();
    }
}
