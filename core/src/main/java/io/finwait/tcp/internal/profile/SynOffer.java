package io.finwait.tcp.internal.profile;

/** What one SYN of ours offers; reused from SYN to SYN. */
public final class SynOffer {

    /** In octets, or 0 for none. */
    public int mss;

    /** The shift, or below 0 for none. */
    public int windowScale;

    public boolean sack;
    public boolean timestamps;
    public int timestamp;
    public int echo;
}
