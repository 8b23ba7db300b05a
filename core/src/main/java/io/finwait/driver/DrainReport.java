package io.finwait.driver;

import io.finwait.tcp.ConnectionInfo;
import io.finwait.tcp.State;
import io.finwait.wire.IpAddress;

import java.util.ArrayList;
import java.util.List;

/**
 * What a driver left behind when it stopped.
 *
 * @param notEnded connections that had not ended at the deadline; they were reset
 * @param timeWait connections that were in TIME-WAIT, which is forgotten: their peers, if they
 *     missed our last ACK, will find nobody
 * @param failure what made the driver stop by itself, or null when it was asked to
 */
public record DrainReport(List<Leftover> notEnded, int timeWait, Throwable failure) {

    public DrainReport {
        notEnded = List.copyOf(notEnded);
    }

    /** True when every connection had ended and the driver stopped because it was asked to. */
    public boolean isClean() {
        return notEnded.isEmpty() && failure == null;
    }

    /** What several drivers left behind together; the first failure stands for all. */
    static DrainReport merged(List<DrainReport> reports) {
        List<Leftover> left = new ArrayList<>();
        int waiting = 0;
        Throwable failure = null;
        for (DrainReport each : reports) {
            left.addAll(each.notEnded);
            waiting += each.timeWait;
            failure = failure == null ? each.failure : failure;
        }
        return new DrainReport(left, waiting, failure);
    }

    /**
     * A connection that had to be reset.
     *
     * @param local address of this end
     * @param localPort port of this end
     * @param remote address of the peer
     * @param remotePort port of the peer
     * @param state the state it was in
     * @param unread octets received and not read
     * @param unacknowledged octets sent or queued and not acknowledged
     */
    public record Leftover(
            IpAddress local,
            int localPort,
            IpAddress remote,
            int remotePort,
            State state,
            long unread,
            long unacknowledged) {

        static Leftover of(ConnectionInfo connection) {
            return new Leftover(
                    connection.localAddress(),
                    connection.localPort(),
                    connection.remoteAddress(),
                    connection.remotePort(),
                    connection.state(),
                    connection.unread(),
                    connection.unacknowledged());
        }
    }
}
