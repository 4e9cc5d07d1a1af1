package org.itkserver.envelope;

import java.util.Optional;
import java.util.Set;

/** The two SOAP versions ITK 2.2 binds to, each with the words that differ between them. */
public enum SoapVersion {
    SOAP_11(
            "http://schemas.xmlsoap.org/soap/envelope/",
            "text/xml",
            "actor",
            Set.of("http://schemas.xmlsoap.org/soap/actor/next")),
    SOAP_12(
            "http://www.w3.org/2003/05/soap-envelope",
            "application/soap+xml",
            "role",
            Set.of(
                    "http://www.w3.org/2003/05/soap-envelope/role/next",
                    "http://www.w3.org/2003/05/soap-envelope/role/ultimateReceiver"));

    private final String namespace;
    private final String mediaType;
    private final String roleAttribute;
    private final Set<String> ourRoles;

    SoapVersion(String namespace, String mediaType, String roleAttribute, Set<String> ourRoles) {
        this.namespace = namespace;
        this.mediaType = mediaType;
        this.roleAttribute = roleAttribute;
        this.ourRoles = ourRoles;
    }

    public String namespace() {
        return namespace;
    }

    /** Media type of a message, without parameters. */
    public String mediaType() {
        return mediaType;
    }

    /** Local name of the attribute that names a header block's receiver: {@code actor} or {@code role}. */
    public String roleAttribute() {
        return roleAttribute;
    }

    /** Whether a header block for this actor or role is for us (SOAP 1.1 4.2.2, SOAP 1.2 part 1, 2.2). */
    public boolean isOurs(String role) {
        return role.isEmpty() || ourRoles.contains(role);
    }

    /** The version with this envelope namespace, empty for any other namespace. */
    public static Optional<SoapVersion> ofNamespace(String namespace) {
        for (var version : values()) {
            if (version.namespace.equals(namespace)) {
                return Optional.of(version);
            }
        }
        return Optional.empty();
    }
}
