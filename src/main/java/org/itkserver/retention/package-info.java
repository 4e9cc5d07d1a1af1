/**
 * What is kept how long, its destruction and the proof that it is gone: the periods applied to a moment, legal holds, the run
 * that destroys in batches, and what people see of all that. Plain Java; the store implements the ports. A batch is chosen,
 * told in the audit trail and destroyed in three transactions, of which only the second is the committer's.
 */
@NullMarked
package org.itkserver.retention;

import org.jspecify.annotations.NullMarked;
