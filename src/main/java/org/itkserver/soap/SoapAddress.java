package org.itkserver.soap;

import org.itkserver.directory.Service;
import org.itkserver.envelope.SoapVersion;
import org.jspecify.annotations.Nullable;

/**
 * One of the fixed addresses and what may be posted to it.
 *
 * @param path path below the host
 * @param version SOAP version it speaks (ITK 2.2: 1.2 at its own addresses only)
 * @param service name of the one service it serves, null when it serves every service by Action
 * @param known false for a path that is no address of ours; it is answered with a fault all the same (H3)
 */
record SoapAddress(String path, SoapVersion version, @Nullable String service, boolean known) {
    static final String ROOT = "/itk";
    static final String SERVICES = ROOT + "/services/";
    private static final String QUEUE = ROOT + "/queue";
    private static final String GENERIC = SERVICES + "ITKServReq";

    /** The address with this path. */
    static SoapAddress of(String path) {
        if (path.equals(ROOT) || path.equals(ROOT + "/")) {
            return new SoapAddress(ROOT, SoapVersion.SOAP_11, null, true);
        }
        return switch (path) {
            case QUEUE -> new SoapAddress(path, SoapVersion.SOAP_11, "", true);
            case SERVICES + "ITKServReq/11" -> new SoapAddress(path, SoapVersion.SOAP_11, "sendDistEnvelope", true);
            case SERVICES + "ITKServReq/12" -> new SoapAddress(path, SoapVersion.SOAP_12, "sendDistEnvelope", true);
            case SERVICES + "ITKServReqRes/11" ->
                new SoapAddress(path, SoapVersion.SOAP_11, "sendRecvDistEnvelope", true);
            case SERVICES + "ITKServReqRes/12" ->
                new SoapAddress(path, SoapVersion.SOAP_12, "sendRecvDistEnvelope", true);
            default -> named(path);
        };
    }

    private static SoapAddress named(String path) {
        var name = path.startsWith(SERVICES) ? path.substring(SERVICES.length()) : "";
        return new SoapAddress(path, SoapVersion.SOAP_11, name, !name.isEmpty() && !name.contains("/"));
    }

    /** Whether queues are collected from here. */
    boolean isQueue() {
        return path.equals(QUEUE);
    }

    boolean serves(Service candidate) {
        if (service == null) {
            return true;
        }
        boolean genericAddress = path.startsWith(GENERIC);
        return known && service.equals(candidate.name()) && candidate.generic() == genericAddress;
    }
}
