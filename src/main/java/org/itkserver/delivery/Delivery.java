package org.itkserver.delivery;

/**
 * A piece of work this node has claimed.
 *
 * @param message id of the message it is about
 * @param number which piece of work of that message
 * @param lane where it runs
 * @param attempt 1 for the first try; raised durably by the claim, and the fence of the settlement
 * @param lost how many attempts before this one never came to an end: the process died or froze under them
 */
public record Delivery(long message, int number, Lane lane, int attempt, int lost) {}
