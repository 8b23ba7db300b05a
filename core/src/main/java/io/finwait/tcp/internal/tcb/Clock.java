package io.finwait.tcp.internal.tcb;

import io.finwait.tcp.internal.endpoint.TcpConnection;
import io.finwait.tcp.internal.endpoint.TcpEndpoint;

import java.util.ArrayDeque;

/**
 * Tells whether it is known what time it is: only inside a duty cycle. Between two cycles a user's call
 * happens at the time of the next one, however long that is in coming. So what it begins is noted here
 * and dated when that cycle begins, before a timer can fire: timers ({@link Timers#start}), the age of a
 * new connection with its initial sequence number, what was read in a round trip, and steps on the way
 * to a connection's end.
 */
public final class Clock {

    private final ArrayDeque<Tcb> undated = new ArrayDeque<>();
    private final ArrayDeque<TcpConnection> undatedPaths = new ArrayDeque<>();
    private long nowNs;
    private boolean running;

    /** True inside a duty cycle. */
    public boolean isRunning() {
        return running;
    }

    /** The time of this duty cycle or of the last one, which may be long ago. */
    public long lastNs() {
        return nowNs;
    }

    public boolean owesNothing() {
        return undated.isEmpty() && undatedPaths.isEmpty();
    }

    /** A user's call between two cycles has begun something with a connection. */
    public void owe(Tcb tcb) {
        if (!tcb.undated) {
            tcb.undated = true;
            undated.addLast(tcb);
        }
    }

    /** The same for a step in the life of a handle. */
    public void owe(TcpConnection connection) {
        undatedPaths.addLast(connection);
    }

    /** A duty cycle begins: what was noted happens now. */
    public void begin(TcpEndpoint endpoint, long newNowNs) {
        long beforeNs = nowNs;
        nowNs = newNowNs;
        running = true;
        Tcb tcb;
        while ((tcb = undated.pollFirst()) != null) {
            tcb.undated = false;
            if (tcb.opensWithNextCycle) {
                tcb.opensWithNextCycle = false;
                endpoint.opens(tcb, beforeNs);
            }
            if (tcb.rcv.readInRound > 0 && tcb.connection != null) {
                endpoint.bufferGrowth.read(tcb, 0);
            }
            tcb.timers.date(newNowNs);
            endpoint.timersChanged(tcb);
        }
        TcpConnection connection;
        while ((connection = undatedPaths.pollFirst()) != null) {
            connection.dateSteps(newNowNs);
        }
    }

    public void end() {
        running = false;
    }
}
