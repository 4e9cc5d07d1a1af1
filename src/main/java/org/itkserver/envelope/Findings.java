package org.itkserver.envelope;

import java.util.ArrayList;
import java.util.List;
import javax.xml.namespace.QName;
import org.jspecify.annotations.Nullable;

/** What the scan saw that later checks decide on, each kept only once: the first of its kind. Not thread-safe. */
final class Findings {
    int blankPayloadAttributes;
    boolean schemaLocation;
    final List<QName> notUnderstood = new ArrayList<>();
    private @Nullable String blankHeaderAttribute;
    private @Nullable String repeated;
    private @Nullable String soapProblem;
    private @Nullable String schemaProblem;

    void blankHeaderAttribute(String name) {
        blankHeaderAttribute = blankHeaderAttribute == null ? name : blankHeaderAttribute;
    }

    /** Something that must occur once and occurs again (H17). */
    void repeated(String name) {
        repeated = repeated == null ? name : repeated;
    }

    /** The SOAP structure or a header block breaks a rule. */
    void soap(String problem) {
        soapProblem = soapProblem == null ? problem : soapProblem;
    }

    /** The distribution envelope breaks distributionEnvelope-v2-0.xsd. */
    void schema(String problem) {
        schemaProblem = schemaProblem == null ? problem : schemaProblem;
    }

    @Nullable
    String blankHeaderAttribute() {
        return blankHeaderAttribute;
    }

    @Nullable
    String repeated() {
        return repeated;
    }

    @Nullable
    String soapProblem() {
        return soapProblem;
    }

    @Nullable
    String schemaProblem() {
        return schemaProblem;
    }
}
