/** Shared limits on memory. Plain Java; every other package may use it. */
@NullMarked
package org.itkserver.io;

import org.jspecify.annotations.NullMarked;
