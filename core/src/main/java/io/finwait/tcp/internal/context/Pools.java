package io.finwait.tcp.internal.context;

import io.finwait.tcp.EndpointConfig;
import io.finwait.tcp.internal.buffer.ReceiveBuffer;
import io.finwait.tcp.internal.buffer.SendBuffer;
import io.finwait.tcp.internal.endpoint.TcpConnection;
import io.finwait.tcp.internal.endpoint.TcpEndpoint;
import io.finwait.tcp.internal.tcb.Tcb;

import java.util.ArrayDeque;

/**
 * TCBs, handles and receive buffers of connections that have gone, for connections to come: in the
 * steady state nothing is allocated.
 */
public final class Pools {

    private final TcpEndpoint endpoint;
    private final ArrayDeque<Tcb> freeTcbs = new ArrayDeque<>();
    private final ArrayDeque<Tcb> leaving = new ArrayDeque<>();
    private final ArrayDeque<TcpConnection> freeHandles = new ArrayDeque<>();
    private final ArrayDeque<ReceiveBuffer> freeBuffers = new ArrayDeque<>();

    public Pools(TcpEndpoint endpoint) {
        this.endpoint = endpoint;
    }

    /** A TCB without a past, with the endpoint's settings. */
    public Tcb newTcb() {
        EndpointConfig config = endpoint.config;
        Tcb tcb = freeTcbs.poll();
        if (tcb == null) {
            tcb = new Tcb();
            tcb.timers.belongTo(tcb, endpoint.clock);
        }
        tcb.reset();
        tcb.rcv.reset(config.receiveBufferOctets());
        tcb.rcv.roundBeganNs = endpoint.now;
        tcb.snd.capacity = config.sendBufferOctets();
        tcb.snd.grownBy = 0;
        if (tcb.snd.buffer == null) {
            tcb.snd.buffer = new SendBuffer(endpoint.pool);
        }
        if (tcb.rcv.buffer == null) {
            ReceiveBuffer buffer = freeBuffers.poll();
            tcb.rcv.buffer =
                    buffer != null ? buffer : new ReceiveBuffer(endpoint.pool, endpoint.lentText);
        }
        tcb.rtt.reset(config.initialRtoNs(), config.minRtoNs(), config.maxRtoNs());
        tcb.nagle = config.nagle();
        tcb.userTimeoutNs = config.userTimeoutNs();
        tcb.openedAtNs = endpoint.now;
        tcb.lastHeardNs = endpoint.now;
        return tcb;
    }

    public TcpConnection newHandle(Tcb tcb) {
        TcpConnection handle = freeHandles.poll();
        return (handle != null ? handle : new TcpConnection(endpoint)).bind(tcb);
    }

    /** A TCB has gone; its receive buffer went to the handle, where there is one. */
    public void recycle(Tcb tcb) {
        if (tcb.connection != null) {
            tcb.rcv.buffer = null;
        }
        tcb.connection = null;
        if (!tcb.ready && !tcb.resetOwed) {
            leave(tcb);
        }
    }

    /** The TCB may be used again once the duty cycle is over. */
    public void leave(Tcb tcb) {
        leaving.push(tcb);
    }

    /** The duty cycle is over: nobody holds a TCB that has gone. */
    public void endOfCycle() {
        while (!leaving.isEmpty()) {
            freeTcbs.push(leaving.poll());
        }
    }

    /** The user has given a handle back. */
    public void recycle(TcpConnection handle, ReceiveBuffer buffer) {
        freeHandles.push(handle);
        freeBuffers.push(buffer);
    }
}
