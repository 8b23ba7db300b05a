package io.finwait.tcp.internal.output;

import io.finwait.tcp.internal.buffer.SequenceRanges;
import io.finwait.tcp.internal.tcb.Rcv;
import io.finwait.tcp.internal.tcb.Tcb;
import io.finwait.wire.TcpOptions;

import java.nio.ByteBuffer;

/**
 * The SACK option of our segments. First a duplicate range (RFC 2883 §4), which tells the peer that
 * it has retransmitted needlessly, then the ranges beyond gaps, the newest first (RFC 2018 §4).
 */
public final class SackBlocks {

    private SackBlocks() {}

    /** How many blocks the next segment carries; 0 for no option. */
    static int count(Tcb tcb) {
        if (!tcb.sackPermitted) {
            return 0;
        }
        int most = tcb.rcv.timestamps ? 3 : 4;
        return Math.min(tcb.rcv.reassembly.count() + (tcb.rcv.hasDuplicate() ? 1 : 0), most);
    }

    /** The length of an option with so many blocks, padded, in octets; 0 without blocks. */
    static int octets(int blocks) {
        return blocks == 0 ? 0 : 4 + 8 * blocks;
    }

    /**
     * Writes the option.
     *
     * @return the index behind it
     */
    static int write(ByteBuffer b, int at, Rcv rcv, int blocks) {
        int next = TcpOptions.writeSackHead(b, at, blocks);
        int left = blocks;
        if (rcv.hasDuplicate()) {
            next = write(b, next, rcv.duplicateLeft, rcv.duplicateRight);
            left--;
        }
        SequenceRanges arrived = rcv.reassembly;
        int chosen = arrived.choose(left);
        for (int i = 0; i < chosen; i++) {
            int range = arrived.chosen(i);
            next = write(b, next, arrived.left(range), arrived.right(range));
        }
        return next;
    }

    private static int write(ByteBuffer b, int at, int left, int right) {
        b.putInt(at, left);
        b.putInt(at + 4, right);
        return at + 8;
    }
}
