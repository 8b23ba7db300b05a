package io.finwait.examples.stage;

import io.finwait.tcp.ClosePolicy;
import io.finwait.trace.End;

import java.util.Arrays;

/** What is special about a scene, said before it begins. */
public final class Setup {

    private final Tcp[] tcps = {Tcp.USUAL, Tcp.USUAL};
    private End kernel = End.B;
    private boolean absoluteNumbers;

    Setup() {}

    /** Gives an end other rules for closing. */
    public Setup closePolicy(End end, ClosePolicy policy) {
        tcps[end.ordinal()] = tcp(end).withClosePolicy(policy);
        return this;
    }

    /** Makes the segments of both ends so large at most, with or without timestamps. */
    public Setup segments(int maxSegmentSize, boolean timestamps) {
        Arrays.setAll(tcps, end -> tcps[end].withSegments(maxSegmentSize, timestamps));
        return this;
    }

    /** Where only one host is the kernel, this one is. */
    public Setup kernelIs(End end) {
        kernel = end;
        return this;
    }

    /** Shows sequence numbers as they are in the packets. */
    public Setup absoluteNumbers() {
        absoluteNumbers = true;
        return this;
    }

    /** Gives an end room for so few octets that have not been read. */
    public Setup receiveBuffer(End end, int octets) {
        tcps[end.ordinal()] = tcp(end).withReceiveBuffer(octets);
        return this;
    }

    Tcp tcp(End end) {
        return tcps[end.ordinal()];
    }

    End kernel() {
        return kernel;
    }

    boolean showsAbsoluteNumbers() {
        return absoluteNumbers;
    }
}
