package org.itkserver.soap;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.xml.namespace.QName;
import org.apache.cxf.Bus;
import org.apache.cxf.jaxws.EndpointImpl;
import org.itkserver.envelope.Namespaces;

/** Publishes each address with its WSDL. */
final class Endpoints {
    /** Which services each WSDL of {@code wsdl/} describes. */
    static final Map<String, List<String>> FAMILIES = Map.of(
            "CoreServices-v1-0.wsdl",
                    List.of(
                            "SendCDADocument-v2-0",
                            "SendDocument-v1-0",
                            "BroadcastDocument-v1-0",
                            "SendInfrastructureAck-v1-0",
                            "SendBusinessAck-v1-0"),
            "NHS111-v3-0.wsdl",
                    List.of(
                            "RequestAmbulanceDispatch-v2-0",
                            "SendNHS111Report-v2-0",
                            "NHS111RepeatCallerSyncQueryResp-v1-0"),
            "PDSMiniServices-v1-0.wsdl",
                    List.of(
                            "verifyNHSNumber-v1-0",
                            "getNHSNumber-v1-0",
                            "getPatientDetailsByNHSNumber-v1-0",
                            "getPatientDetailsBySearch-v1-0",
                            "getPatientDetails-v1-0"));

    static final String GENERIC = "ITKService.wsdl";
    static final List<String> SCHEMAS = List.of(
            "distributionEnvelope-v2-0.xsd",
            "ITKMessageTypes-2010-05.xsd",
            "ITKDatatypes-2010-05.xsd",
            "GenericInfrastructureResponse-v1-0.xsd",
            "MCCI_MT020000GB02.xsd",
            "QueueCollectionMessageTypes-2010-05.xsd");

    private static final Map<String, String> GENERIC_PORTS = Map.of(
            "ITKServReq/11", "ServReq11Port",
            "ITKServReqRes/11", "ServReqRes11Port",
            "ITKServReq/12", "ServReq12Port",
            "ITKServReqRes/12", "ServReqRes12Port");

    private final Bus bus;
    private final OwnAddresses ours;
    private final Set<String> published = new HashSet<>();

    Endpoints(Bus bus, OwnAddresses ours) {
        this.bus = bus;
        this.ours = ours;
    }

    /** Publishes everything and returns the paths that have a WSDL. */
    Set<String> publish() throws IOException {
        var folder = Files.createTempDirectory("itk-wsdl");
        unpack(folder);
        for (var family : FAMILIES.entrySet()) {
            var document = resource("wsdl/" + family.getKey());
            for (var service : family.getValue()) {
                var wsdl = folder.resolve("wsdl").resolve(service + ".wsdl");
                Files.write(wsdl, SingleServiceWsdl.extract(document, service));
                publish(service, wsdl, service, null);
            }
        }
        for (var generic : GENERIC_PORTS.entrySet()) {
            // a file each: CXF writes a port's relative address into the definition that it keeps for the file
            var wsdl = folder.resolve("wsdl").resolve(generic.getValue() + ".wsdl");
            Files.write(wsdl, resource("wsdl/" + GENERIC));
            publish(generic.getKey(), wsdl, "ITKService", generic.getValue());
        }
        return published;
    }

    private void publish(String path, Path wsdl, String service, @org.jspecify.annotations.Nullable String port) {
        var endpoint = new EndpointImpl(bus, new ContractEndpoint());
        endpoint.setWsdlLocation(wsdl.toUri().toString());
        endpoint.setServiceName(new QName(Namespaces.ITK, service));
        if (port != null) {
            endpoint.setEndpointName(new QName(Namespaces.ITK, port));
        }
        var address = SoapAddress.SERVICES + path;
        ours.publicUrl().ifPresent(url -> endpoint.setPublishedEndpointUrl(url.replaceAll("/$", "") + address));
        endpoint.setProperties(Map.of("autoRewriteSoapAddressForAllServices", true));
        endpoint.publish(address.substring(SoapAddress.ROOT.length()));
        published.add(address);
    }

    /** WSDLs import their schemas by relative address, so both lie beside each other on disk. */
    private static void unpack(Path folder) throws IOException {
        Files.createDirectories(folder.resolve("wsdl"));
        Files.createDirectories(folder.resolve("xsd"));
        for (var schema : SCHEMAS) {
            Files.write(folder.resolve("xsd/" + schema), resource("xsd/" + schema));
        }
    }

    static byte[] resource(String name) throws IOException {
        try (InputStream in = Endpoints.class.getClassLoader().getResourceAsStream(name)) {
            if (in == null) {
                throw new IOException("missing from the application: " + name);
            }
            return in.readAllBytes();
        }
    }
}
