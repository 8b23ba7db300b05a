package io.finwait.tcp.internal.tcb;

import io.finwait.wire.FourTuple;
import io.finwait.wire.Segment;
import io.finwait.wire.TcpOptions;

/** All of a SYN that a later answer needs. */
public class HeldSyn extends FourTuple {

    public int seq;

    /** SEG.WND, unscaled. */
    public int window;

    /** What it offers, in octets; 0 for nothing. */
    public int mss;

    /** What it offers; below 0 for nothing. */
    public int windowScale;

    public boolean sackPermitted;
    public boolean asksForEcn;
    public boolean timestamps;
    public int timestampValue;

    /** Its pair of sockets is in TIME-WAIT, where the entry is parked for it. */
    public boolean overTimeWait;

    /** SND.NXT of that entry. */
    public int oldSndNxt;

    /** Takes all but what belongs to TIME-WAIT from a SYN. */
    public final void take(Segment syn) {
        ofReceiver(syn);
        TcpOptions options = syn.options();
        seq = syn.seq();
        window = syn.window();
        mss = options.mss();
        windowScale = options.windowScale();
        sackPermitted = options.sackPermitted();
        asksForEcn = syn.asksForEcn();
        timestamps = options.hasTimestamps();
        timestampValue = timestamps ? options.timestampValue() : 0;
    }
}
