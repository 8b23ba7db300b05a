package io.finwait.trace.explain;

/** How a connection stands at the end of its part of the capture. */
public enum Ending {
    /** Both sides closed, one after the other, and each FIN was acknowledged. */
    ORDERLY("closed in order"),
    /** Both sides closed before either had the other's FIN. */
    SIMULTANEOUS("closed by both sides at the same time"),
    /** Both FINs were seen; the capture does not show the last ACK. */
    CLOSING("closed by both sides; the last ACK is not in the capture"),
    /** One side closed, the other has not. */
    HALF_CLOSED("half-closed"),
    /** An RST ended it. */
    RESET("reset"),
    /** An RST answered the SYN. */
    REFUSED("refused"),
    /** Nobody answered the SYN. */
    UNANSWERED("never answered"),
    /** A side sent the same again and again, and then was silent. */
    GAVE_UP("given up"),
    /** No end was seen. */
    OPEN("still open");

    private final String words;

    Ending(String words) {
        this.words = words;
    }

    /** The ending in a few words. */
    public String words() {
        return words;
    }

    /** True where both applications have come to the end that they wanted. */
    public boolean isInOrder() {
        return this == ORDERLY || this == SIMULTANEOUS || this == CLOSING;
    }
}
