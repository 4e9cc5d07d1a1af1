/**
 * The HTTP edge: everything between a listener and the servlets. Requests are checked, read and answered without a thread that
 * waits for a client. The only package that uses Undertow's API.
 */
@NullMarked
package org.itkserver.http;

import org.jspecify.annotations.NullMarked;
