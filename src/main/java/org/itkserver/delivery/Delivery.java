package org.itkserver.delivery;

/**
 * A piece of work this node has claimed.
 *
 * @param message id of the message it is about
 * @param number which piece of work of that message
 * @param handler who does it
 * @param attempt 1 for the first try; raised durably by the claim, and the fence of the settlement
 */
public record Delivery(long message, int number, String handler, int attempt) {}
