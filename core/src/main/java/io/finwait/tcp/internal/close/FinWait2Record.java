package io.finwait.tcp.internal.close;

import io.finwait.tcp.internal.tcb.Handle;
import io.finwait.wire.FourTuple;

/** What an orphan in FIN-WAIT-2 needs besides its entry in the TIME-WAIT table. */
final class FinWait2Record extends FourTuple {

    /** The records before and behind it in the order of their beginning. */
    FinWait2Record older;

    FinWait2Record newer;

    /** The keyed hash, which gives its place in the table. */
    int hash;

    /** The handle, through which the user may still ask how the connection ended. */
    Handle handle;

    /** How many sequence numbers the peer had used when the TCB shrank to a record. */
    int received;

    /** How far below SND.NXT an ACK may lie; the same limit as its TCB had. */
    int oldestAck;
}
