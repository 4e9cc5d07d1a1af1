/** What the people who run the server look at: alerts with their state, traffic by hour, what waits. Plain Java. */
@NullMarked
package org.itkserver.watch;

import org.jspecify.annotations.NullMarked;
