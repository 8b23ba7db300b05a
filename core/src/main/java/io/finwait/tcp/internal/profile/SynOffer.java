package io.finwait.tcp.internal.profile;

/** The options that a SYN of ours offers; one object serves all SYNs. */
public final class SynOffer {

    /** In octets, or 0 for none. */
    public int mss;

    /** The window scale, or below 0 for no option. */
    public int windowScale;

    public boolean sack;

    /** ECN, which flags of the header offer. */
    public boolean ecn;

    public boolean timestamps;
    public int timestamp;
    public int echo;
}
