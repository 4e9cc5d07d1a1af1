/**
 * The use cases: accept, respond, deliver, refuse. Transactions begin and end in the store they call; nothing is
 * answered before its commit, and nothing is sent inside a transaction. Plain Java; called by the adapters.
 */
@NullMarked
package org.itkserver.exchange;

import org.jspecify.annotations.NullMarked;
