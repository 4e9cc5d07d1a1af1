/**
 * Wiring: settings, the directory file, timers, health and metrics, and the one place where everything is put together.
 * Sees all packages and is seen by none. No transactions of its own.
 */
@NullMarked
package org.itkserver.boot;

import org.jspecify.annotations.NullMarked;
