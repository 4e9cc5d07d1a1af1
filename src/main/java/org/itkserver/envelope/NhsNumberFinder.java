package org.itkserver.envelope;

import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.stream.XMLStreamReader;
import org.jspecify.annotations.Nullable;

/**
 * Finds the NHS number of the patient a payload is about: the id of a CDA {@code recordTarget} or of a Spine mini
 * service query's person, the first identifier of an HL7 v2 PID. Not thread-safe.
 */
public final class NhsNumberFinder {
    private static final Set<String> PERSON = Set.of("recordTarget", "Person.NHSNumber", "PID.3");
    private static final Pattern TEN_DIGITS = Pattern.compile("[0-9]{10}");
    private static final Pattern PID = Pattern.compile("[\\r\\n]PID\\|[^|\\r\\n]*\\|[^|\\r\\n]*\\|([^|\\r\\n]*)");

    private int personDepth;
    private boolean identifier;
    private @Nullable String found;

    @Nullable
    String found() {
        return found;
    }

    void start(XMLStreamReader reader, int depth) {
        var name = reader.getLocalName();
        if (personDepth == 0) {
            if (PERSON.contains(name)) {
                personDepth = depth;
            }
            return;
        }
        identifier = name.equals("CX.1");
        if (name.equals("id") || name.equals("value")) {
            if (Namespaces.NHS_NUMBER.equals(reader.getAttributeValue("", "root"))) {
                accept(reader.getAttributeValue("", "extension"));
            }
        }
    }

    void text(XMLStreamReader reader) {
        if (identifier) {
            accept(reader.getText());
        }
    }

    void end(int depth) {
        identifier = false;
        if (depth < personDepth) {
            personDepth = 0;
        }
    }

    private void accept(@Nullable String value) {
        if (value != null && TEN_DIGITS.matcher(value.trim()).matches()) {
            found = value.trim();
        }
    }

    /**
     * The NHS number in the PID segment of a pipe-and-hat HL7 v2 message: the first repetition of PID-3 that is ten
     * digits.
     *
     * @param message the start of the message, at least to the end of PID-3
     * @return ten digits, or null
     */
    public static @Nullable String inPipeAndHat(String message) {
        Matcher pid = PID.matcher(message);
        if (!pid.find()) {
            return null;
        }
        for (var repetition : pid.group(1).split("~")) {
            var id = repetition.split("\\^", 2)[0];
            if (TEN_DIGITS.matcher(id).matches()) {
                return id;
            }
        }
        return null;
    }
}
