/**
 * Durable work: rows that are claimed, leased, tried and settled. Knows no ITK. Plain Java. A claim commits before the
 * work starts; a settlement commits with the state change and the audit event.
 */
@NullMarked
package org.itkserver.delivery;

import org.jspecify.annotations.NullMarked;
