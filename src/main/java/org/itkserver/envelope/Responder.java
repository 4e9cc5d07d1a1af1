package org.itkserver.envelope;

/**
 * Who acknowledges.
 *
 * @param address ITK address, the sender address of the acknowledgement
 * @param auditIdentity ITK identity
 * @param odsCode ODS code of the organisation
 */
public record Responder(String address, String auditIdentity, String odsCode) {}
