package org.itkserver.delivery;

/**
 * A piece of work this node has claimed.
 *
 * @param message id of the message it is about
 * @param number which piece of work of that message
 * @param lane where it runs
 * @param attempt 1 for the first try; raised durably by the claim, and the fence of the settlement; never used twice
 * @param lost how many attempts before this one never came to an end: the process died or froze under them
 * @param earlier how many attempts were made before a person had it done again; 0 when nobody did
 */
public record Delivery(long message, int number, Lane lane, int attempt, int lost, int earlier) {

    /** Work that nobody had done again. */
    public Delivery(long message, int number, Lane lane, int attempt, int lost) {
        this(message, number, lane, attempt, lost, 0);
    }

    /** The attempt as the schedule of retries counts it: 1 for the first since a person had it done again. */
    public int turn() {
        return attempt - earlier;
    }
}
