/**
 * The audit trail: append-only events, their canonical form and hash, and the questions people ask of it. Plain Java.
 * Appending commits in the same group commit as the message the event is about.
 */
@NullMarked
package org.itkserver.audit;

import org.jspecify.annotations.NullMarked;
