package org.itkserver.admin;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.itkserver.envelope.DeliveryError;
import org.itkserver.envelope.ErrorCode;

/** What an error code means and what to do, with the clause that defines it. */
final class Explanations {
    private static final Pattern CODE = Pattern.compile("\\b(1000|2100|2200|3000|DE00[0-9]{2}|A[ER])\\b");

    private static final Map<String, String> ADVICE = Map.of(
            ErrorCode.INVALID_MESSAGE.code(),
            "the message is not as the service wants it; sending it again cannot help, its sender must correct it "
                    + "(ITK web service transport 9.2.1)",
            ErrorCode.RECOVERABLE.code(),
            "whoever answered could not take it at that moment; the same message is sent again later "
                    + "(ITK web service transport 9.2.1)",
            ErrorCode.NOT_RECOVERABLE.code(),
            "whoever answered cannot process it at all; sending it again cannot help, ask them why "
                    + "(ITK web service transport 9.2.1)",
            ErrorCode.ACCESS_DENIED.code(),
            "the sender is not known there, or may not use this service; check names, services and certificates "
                    + "in both directories (ITK web service transport 9.2.1)",
            "AE",
            "the receiving application found an error in it: the sender should correct it and send a new one "
                    + "(HL7 acknowledgement code, ITK business acknowledgement)",
            "AR",
            "the receiving application rejects it, not for what it says but because it cannot deal with it now "
                    + "(HL7 acknowledgement code, ITK business acknowledgement)");

    private Explanations() {}

    /** A sentence for each code in these texts, in their order. */
    static List<String> of(Iterable<String> texts) {
        var out = new LinkedHashMap<String, String>();
        for (var text : texts) {
            var codes = CODE.matcher(text);
            while (codes.find()) {
                out.computeIfAbsent(codes.group(), code -> code + ": " + advice(code));
            }
        }
        return List.copyOf(out.values());
    }

    private static String advice(String code) {
        if (!code.startsWith("DE")) {
            return ADVICE.getOrDefault(code, "");
        }
        for (var error : DeliveryError.values()) {
            if (error.code().equals(code)) {
                return "\"" + error.text()
                        + "\": the receiver could not use this part of the distribution envelope, or "
                        + "could not deliver the message (ITK infrastructure acknowledgement, error codes)";
            }
        }
        return "a code this server does not know";
    }
}
