package org.itkserver.directory;

/**
 * Ourselves.
 *
 * @param ods our ODS code
 * @param address our ITK address; everything below it at a ':' is ours too
 * @param auditIdentity the identity in what we send
 * @param username the Username in what we send
 */
public record Organisation(String ods, String address, String auditIdentity, String username) {}
