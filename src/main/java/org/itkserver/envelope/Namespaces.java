package org.itkserver.envelope;

/** Namespace names and other fixed URIs of the wire (ITK 2.2 Web Service transport, SOAP, WS-Addressing, WS-Security). */
public final class Namespaces {
    public static final String ITK = "urn:nhs-itk:ns:201005";
    public static final String WSA = "http://www.w3.org/2005/08/addressing";
    public static final String WSSE =
            "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
    public static final String WSU =
            "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";
    /** An X.509 certificate as {@code wsse:BinarySecurityToken/@ValueType}. */
    public static final String X509_V3 =
            "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#X509v3";
    /** {@code wsse:BinarySecurityToken/@EncodingType}. */
    public static final String BASE64_BINARY =
            "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary";

    public static final String DS = "http://www.w3.org/2000/09/xmldsig#";
    public static final String XSI = "http://www.w3.org/2001/XMLSchema-instance";
    public static final String XML = "http://www.w3.org/XML/1998/namespace";
    public static final String HL7V3 = "urn:hl7-org:v3";

    /** WS-Addressing 1.0 Core 2.1: the answer goes back on the request's connection. */
    public static final String ANONYMOUS = WSA + "/anonymous";
    /** WS-Addressing 1.0 Core 2.1: there is no answer. */
    public static final String NONE = WSA + "/none";
    /** WS-Addressing 1.0 Core 3.2: the default {@code RelatesTo/@RelationshipType}. */
    public static final String REPLY = WSA + "/reply";
    /** WS-Addressing 1.0 SOAP Binding 6: the Action of a predefined fault (H1: of every fault we send). */
    public static final String FAULT_ACTION = WSA + "/soap/fault";

    /** Prefix of every ITK service URN; what follows is the service name. */
    public static final String SERVICE = "urn:nhs-itk:services:201005:";
    /** Prefix of every ITK interaction URN. */
    public static final String INTERACTION = "urn:nhs-itk:interaction:";
    /** Prefix of every ITK profile URN. */
    public static final String PROFILE = "urn:nhs-en:profile:";
    /** Prefix of an ITK address (Addressing and Routing; default {@code address/@type}). */
    public static final String ADDRESS = "urn:nhs-uk:addressing:";
    /** Prefix of an ITK identity (COR-DEH-04.2; default {@code id/@type}). */
    public static final String IDENTITY = "urn:nhs-uk:identity:";

    /** Handling specification keys are this prefix and a short name. */
    public static final String KEY = ITK + ":";
    /** The misspelt prefix that occurs in the wild, accepted on input only (H13). */
    public static final String KEY_MISSPELT = "urn:nhs:itk:ns:201005:";

    /** Default OID of {@code address/@type}: an ITK address. */
    public static final String ITK_ADDRESS_TYPE = "2.16.840.1.113883.2.1.3.2.4.18.22";
    /** Default OID of {@code auditIdentity/id/@type}: an ITK identity. */
    public static final String ITK_IDENTITY_TYPE = "2.16.840.1.113883.2.1.3.2.4.18.27";
    /** Code system of the toolkit error codes 1000, 2100, 2200 and 3000. */
    public static final String TOOLKIT_ERROR_CODES = "2.16.840.1.113883.2.1.3.2.4.17.268";
    /** Code system of the distribution envelope errors DE0001 to DE0012. */
    public static final String DELIVERY_ERROR_CODES = "2.16.840.1.113883.2.1.3.2.4.17.516";
    /** Root of an NHS number in an HL7 version 3 instance identifier. */
    public static final String NHS_NUMBER = "2.16.840.1.113883.2.1.4.1";

    private Namespaces() {}
}
