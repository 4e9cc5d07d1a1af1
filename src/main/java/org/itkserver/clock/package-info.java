/**
 * How far this node's clock can be believed: it is compared with the database's clock and with monotonic time, so that nothing
 * irreversible is done, and no attempt is delayed, because one clock is wrong. Plain Java; the store implements the port.
 */
@NullMarked
package org.itkserver.clock;

import org.jspecify.annotations.NullMarked;
