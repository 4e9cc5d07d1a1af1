package org.itkserver.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.itkserver.directory.Catalogue;
import org.itkserver.directory.Directory;
import org.itkserver.directory.Partner;
import org.itkserver.directory.Route;
import org.itkserver.directory.Routing;
import org.itkserver.directory.Service;
import org.itkserver.envelope.EnvelopeHeader;
import org.itkserver.envelope.TypedUri;
import org.itkserver.testing.Directories;
import org.itkserver.testing.Partners;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The explanation says what the directory does. */
class ExplainerTest {
    private static final String ODS = "urn:nhs-uk:addressing:ods:";
    private final Directory directory = directory();

    private static Partner partner(String id, String ods, String messages) {
        return Partners.of(id, ods).endpoints(messages, null).noCallbacks().build();
    }

    private static Directory directory() {
        return Directories.of(
                List.of(
                        partner("trust", "X1111", "http://trust.example/itk"),
                        partner("clinic", "C1111", "queue:clinic"),
                        partner("mute", "M1111", null),
                        partner("gp", "Y9999", "http://gp.example/itk")),
                Catalogue.services(),
                List.of(
                        new Route(ODS + "X1111", null, "trust"),
                        new Route(ODS + "C1111", null, "clinic"),
                        new Route(ODS + "M1111", null, "mute"),
                        new Route(ODS + "Z9999:radiology", "radiology", null)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            X1111:ward      | SendCDADocument-v2-0 | forwarded unchanged to partner trust at http://trust.example/itk.
            C1111           | SendCDADocument-v2-0 | partner clinic at queue clinic.
            M1111           | SendCDADocument-v2-0 | partner mute at no endpoint
            X1111           | verifyNHSNumber-v1-0 | forwarded to partner trust at http://trust.example/itk, and
            Z9999:radiology | SendCDADocument-v2-0 | goes to handler radiology.
            Z9999           | SendCDADocument-v2-0 | goes to the inbox.
            Z9999           | verifyNHSNumber-v1-0 | refused with fault 2200
            Y9999           | SendCDADocument-v2-0 | DE0003
            Q0000           | verifyNHSNumber-v1-0 | refused with fault 1000
            """)
    void theLastStepSaysWhereItGoes(String address, String name, String end) {
        var service = directory.services().get(name);
        var steps = Explainer.explain(directory, ODS + address, service);

        var last = steps.get(steps.size() - 1);
        assertTrue(last.contains(end), last);
        var routing = directory.route(service, header(ODS + address));
        assertEquals(!routing.unroutable().isEmpty(), last.contains("1000"), "unroutable: " + routing);
        assertEquals(goals(routing, service), goals(last), routing.toString());
    }

    /** Who really gets it. */
    private static List<String> goals(Routing routing, Service service) {
        var out = new ArrayList<String>();
        boolean sync = service.pattern() == org.itkserver.directory.Pattern.SYNCHRONOUS;
        if (!sync) {
            out.addAll(routing.handlers());
            out.addAll(routing.forwards().keySet());
        } else {
            out.addAll(routing.withOneHandler().handlers());
            if (out.isEmpty()) {
                routing.forwards().keySet().stream().limit(1).forEach(out::add);
            }
        }
        return out;
    }

    private static List<String> goals(String last) {
        var named = java.util.regex.Pattern.compile("(?:partner|handler|the) (trust|clinic|mute|radiology|inbox)")
                .matcher(last);
        return named.find() ? List.of(named.group(1)) : List.of();
    }

    private static EnvelopeHeader header(String address) {
        return new EnvelopeHeader(
                "s", "t", List.of(new TypedUri(null, address)), List.of(), 0, List.of(), null, Map.of());
    }
}
