package org.itkserver.exchange;

import org.itkserver.envelope.ToolkitError;
import org.jspecify.annotations.Nullable;

/** What goes back on the request's connection. */
public sealed interface Answer {

    /** 200 with SimpleMessageResponse. */
    record Simple() implements Answer {}

    /** No body. */
    record Empty(int status) implements Answer {}

    /**
     * 200 with a business response.
     *
     * @param body the distribution envelope as XML; the same bytes for every copy of the request
     */
    record Response(String body) implements Answer {}

    /**
     * 500 with a SOAP fault.
     *
     * @param errorId the ErrorID to use, or null for a fresh one that still has to be audited
     */
    record Fault(ToolkitError error, @Nullable String errorId) implements Answer {}
}
