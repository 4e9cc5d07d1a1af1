package org.itkserver.envelope;

/**
 * A SOAP request but for what may be streamed into its body: the bytes before and after it. The arrays are not copied.
 *
 * @param messageId its MessageID, fresh
 * @param contentType the HTTP Content-Type, with charset and in SOAP 1.2 the action
 * @param before from the first byte to the start of the content
 * @param after from the end of the content to the last byte
 * @param signatureAt where in before a signature goes: the end of the Security header
 */
public record SoapRequest(String messageId, String contentType, byte[] before, byte[] after, int signatureAt) {

    /** The same with a signature. */
    public SoapRequest signed(byte[] signature) {
        var whole = new byte[before.length + signature.length];
        System.arraycopy(before, 0, whole, 0, signatureAt);
        System.arraycopy(signature, 0, whole, signatureAt, signature.length);
        System.arraycopy(before, signatureAt, whole, signatureAt + signature.length, before.length - signatureAt);
        return new SoapRequest(messageId, contentType, whole, after, signatureAt);
    }

    /** The HTTP Content-Length with so many bytes of content. */
    public long length(long content) {
        return before.length + content + after.length;
    }
}
