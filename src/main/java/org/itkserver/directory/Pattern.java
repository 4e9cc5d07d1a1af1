package org.itkserver.directory;

/** How a service is answered (ITK 2.2 interaction patterns, H2). */
public enum Pattern {
    /** The business response comes back in the HTTP response: 200 with a distribution envelope. */
    SYNCHRONOUS,
    /** 200 with SimpleMessageResponse; what follows is asynchronous. */
    SIMPLE,
    /** The generic one-way send: its WSDL has no output, so 202 with an empty body. */
    ONE_WAY
}
