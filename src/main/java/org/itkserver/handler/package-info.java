/**
 * What a payload means: the interface that a handler implements, and the values that pass through it. Plain Java. A
 * handler runs outside any transaction; what it returns is settled by the use cases.
 */
@NullMarked
package org.itkserver.handler;

import org.jspecify.annotations.NullMarked;
