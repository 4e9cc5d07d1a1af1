/**
 * Checks an audit trail against its hashes, seals, anchors and messages. Reads only; needs no running server.
 */
@NullMarked
package org.itkserver.audit.verify;

import org.jspecify.annotations.NullMarked;
