/** Keys that contents are encrypted with at rest, in files outside the database (docs/adr/0019). */
@NullMarked
package org.itkserver.store.keys;

import org.jspecify.annotations.NullMarked;
