package io.finwait.trace;

/** One of the two ends of a ladder: A is drawn on the left, B on the right. */
public enum End {
    /** On the left. */
    A,
    /** On the right. */
    B;

    /** The other one. */
    public End other() {
        return this == A ? B : A;
    }
}
