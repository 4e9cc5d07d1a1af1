package org.itkserver.envelope;

/**
 * A SOAP request but for what may be streamed into its body: the bytes before and after it. The arrays are not copied.
 *
 * @param messageId its MessageID, fresh
 * @param contentType the HTTP Content-Type, with charset and in SOAP 1.2 the action
 * @param before from the first byte to the start of the content
 * @param after from the end of the content to the last byte
 */
public record SoapRequest(String messageId, String contentType, byte[] before, byte[] after) {

    /** The HTTP Content-Length with so many bytes of content. */
    public long length(long content) {
        return before.length + content + after.length;
    }
}
