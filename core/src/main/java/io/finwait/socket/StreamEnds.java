package io.finwait.socket;

import io.finwait.driver.RingConnection;
import io.finwait.tcp.CloseReason;

import java.net.SocketException;

/** What reads and writes report when their direction has ended. */
final class StreamEnds {

    private final RingConnection rings;
    private final SocketBehaviour behaviour;

    /** How the connection was reset, for each read that follows; the reading thread's. */
    private CloseReason reset;

    StreamEnds(RingConnection rings, SocketBehaviour behaviour) {
        this.rings = rings;
        this.behaviour = behaviour;
    }

    /** A read after one that has told of a reset. */
    void refuseAfterReset() throws SocketException {
        if (reset != null) {
            throw SocketFailures.whileReading(reset, behaviour);
        }
    }

    /** Nothing more will come: -1, or the failure that is the reason. */
    int endOfInput() throws SocketException {
        if (rings.peerHasClosed() && behaviour.finHidesReset()) {
            return -1;
        }
        CloseReason failure = rings.takeFailure();
        if (failure == null) {
            return -1;
        }
        if (failure instanceof CloseReason.ResetByPeer && behaviour.repeatsReset()) {
            reset = failure;
        }
        throw SocketFailures.whileReading(failure, behaviour);
    }

    /** Why nothing more is taken. */
    SocketException endOfOutput() {
        CloseReason failure = behaviour.tellsResetToWriters() ? rings.takeFailure() : null;
        return failure == null
                ? new SocketException(SocketFailures.BROKEN_PIPE)
                : SocketFailures.whileWriting(failure, rings.peerHasClosed());
    }
}
