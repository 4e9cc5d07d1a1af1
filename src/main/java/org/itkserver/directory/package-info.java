/**
 * Who and what: the service catalogue, the partners and the routes, as immutable values. Plain Java, no transactions.
 * Called by the checks, the use cases and the console.
 */
@NullMarked
package org.itkserver.directory;

import org.jspecify.annotations.NullMarked;
