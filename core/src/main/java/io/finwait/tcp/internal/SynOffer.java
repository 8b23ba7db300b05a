package io.finwait.tcp.internal;

/** What one SYN of ours offers; reused from SYN to SYN. */
final class SynOffer {

    int mss;

    /** The shift, or below 0 for none. */
    int windowScale;

    boolean sack;
    boolean timestamps;
    int timestamp;
    int echo;
}
