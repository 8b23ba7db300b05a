package io.finwait.tcp.internal.close;

import io.finwait.tcp.internal.tcb.Handle;
import io.finwait.wire.FourTuple;

/** What is kept of an orphan in FIN-WAIT-2 beside its entry in the TIME-WAIT table. */
final class FinWait2Record extends FourTuple {

    /** Its keyed hash, on which its place depends. */
    int hash;

    /** Its user may still ask how it ended. */
    Handle handle;

    /** Numbers that the peer had used when the TCB shrank to a record. */
    int received;

    /** How far below SND.NXT an ACK may lie, as for its TCB before. */
    int oldestAck;
}
