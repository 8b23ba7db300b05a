package io.finwait.sim;

/** Why a packet was not delivered. */
public enum DropReason {
    /** Lost by itself ({@link LinkModel#loss()}). */
    LOSS,
    /** Lost in a burst ({@link LinkModel#burstEnter()}). */
    BURST_LOSS,
    /** The link was parted in this direction ({@link LinkModel#partition}). */
    PARTITION,
    /** Too many packets were waiting to leave ({@link LinkModel#queuePackets()}). */
    QUEUE_FULL,
    /** Longer than the MTU of the link or of the receiver. */
    TOO_LONG,
    /** A {@link Rule} dropped it. */
    RULE,
    /** Nobody has the destination address, or a port of the switch is down. */
    NO_ROUTE,
    /** The receiver has not taken what had arrived before. */
    INBOX_FULL,
    /** The receiver was closed when it arrived. */
    CLOSED
}
