/**
 * Built-in payload handlers: http, sample. Adapters: they know what a handler is and what an envelope holds, and never
 * see other adapters. Called by the use cases through {@link org.itkserver.handler.PayloadHandler}, outside any
 * transaction.
 */
@NullMarked
package org.itkserver.connector;

import org.jspecify.annotations.NullMarked;
