package org.itkserver.envelope;

/**
 * One {@code handlingSpecification/spec}.
 *
 * @param key the key, a URN
 * @param value its value
 */
public record HandlingSpec(String key, String value) {
    /** Which business interaction the message is. */
    public static final String INTERACTION = Namespaces.KEY + "interaction";
    /** Whether an infrastructure acknowledgement is wanted: true or false. */
    public static final String INF_ACK_REQUESTED = Namespaces.KEY + "infackrequested";
    /** Whether a business acknowledgement is wanted: true or false. */
    public static final String ACK_REQUESTED = Namespaces.KEY + "ackrequested";
    /** Whether a business response is wanted: true or false. */
    public static final String BUSINESS_RESPONSE_REQUESTED = Namespaces.KEY + "busresponserequested";
}
