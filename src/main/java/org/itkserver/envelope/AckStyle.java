package org.itkserver.envelope;

/** The two ways acknowledgements travel (H8). */
public enum AckStyle {
    /** On services of their own: SendInfrastructureAck-v1-0, SendBusinessAck-v1-0. */
    ITK_2_1,
    /** On sendDistEnvelope, told apart by their interaction. */
    ITK_2_2;

    /**
     * The style that fits a message.
     *
     * @param service URN of the service the message called
     */
    public static AckStyle of(String service) {
        return service.equals(Namespaces.SERVICE + "sendDistEnvelope") ? ITK_2_2 : ITK_2_1;
    }
}
