/**
 * The vocabulary: SOAP, WS-Addressing, WS-Security and ITK distribution envelope headers as immutable values, the one
 * scanner that reads messages, the readers of a partner's acknowledgements, answers and queue requests, and the writers
 * of everything we send. Plain Java, imports nothing of this project. No transactions. Called by every other package.
 */
@NullMarked
package org.itkserver.envelope;

import org.jspecify.annotations.NullMarked;
