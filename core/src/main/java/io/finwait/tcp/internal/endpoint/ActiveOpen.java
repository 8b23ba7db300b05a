package io.finwait.tcp.internal.endpoint;

import io.finwait.tcp.Counters.Counter;
import io.finwait.tcp.Ecn;
import io.finwait.tcp.FlowShare;
import io.finwait.tcp.State;
import io.finwait.tcp.internal.close.Lifecycle;
import io.finwait.tcp.internal.close.TimeWaits;
import io.finwait.tcp.internal.context.Context;
import io.finwait.tcp.internal.tcb.Tcb;
import io.finwait.wire.IpAddress;

/** OPEN of a connection from this end (RFC 9293 §3.10.1). */
final class ActiveOpen {

    private final Context context;
    private final Lifecycle lifecycle;
    private final TimeWaits timeWaits;
    private final PortChoice ports;
    private final Handles handles;
    private final EndpointAddresses addresses;

    ActiveOpen(
            Context context,
            Lifecycle lifecycle,
            TimeWaits timeWaits,
            PortChoice ports,
            Handles handles,
            EndpointAddresses addresses) {
        this.context = context;
        this.lifecycle = lifecycle;
        this.timeWaits = timeWaits;
        this.ports = ports;
        this.handles = handles;
        this.addresses = addresses;
    }

    /** Opens a connection from the first address of the same IP version as the remote one. */
    TcpConnection connect(IpAddress remote, int remotePort) {
        IpAddress local = addresses.toReach(remote);
        if (local == null) {
            throw new IllegalArgumentException(
                    "the endpoint has no IPv"
                            + remote.version()
                            + " address to reach "
                            + remote
                            + " from; give it one by EndpointConfig.Builder.address");
        }
        return connect(local, 0, remote, remotePort);
    }

    /** Opens a connection; port 0 chooses one. */
    TcpConnection connect(IpAddress local, int localPort, IpAddress remote, int remotePort) {
        requirePort(remotePort, 1);
        requirePort(localPort, 0);
        if (!addresses.has(local.high(), local.low()) || local.isV4() != remote.isV4()) {
            throw new IllegalArgumentException(
                    "the endpoint has no address "
                            + local
                            + " from which it could reach "
                            + remote
                            + "; choose one of its own, of the same IP version");
        }
        if (IpAddress.isMulticastOrUnspecified(remote.high(), remote.low())) {
            throw new IllegalArgumentException(
                    remote + " is not the address of one host; TCP connects two hosts");
        }
        FlowShare share = context.config.share();
        if (localPort != 0 && !share.has(localPort, remote, remotePort)) {
            throw new IllegalArgumentException(
                    "packets to port "
                            + localPort
                            + " from "
                            + remote
                            + ":"
                            + remotePort
                            + " go to endpoint "
                            + share.ownerOf(localPort, remote.high(), remote.low(), remotePort)
                            + " of "
                            + share.count()
                            + ", and this is "
                            + share.index()
                            + "; connect there, or from port 0");
        }
        if (!context.hasPlace()) {
            throw new IllegalStateException(
                    "the endpoint already holds "
                            + context.config.maxConnections()
                            + " connections, its maximum");
        }
        return open(local, localPort, remote, remotePort);
    }

    private TcpConnection open(IpAddress local, int localPort, IpAddress remote, int remotePort) {
        Tcb tcb = context.tcbPool.take();
        tcb.set(local.high(), local.low(), remote.high(), remote.low(), 0, remotePort);
        if (!ports.choose(tcb, localPort)) {
            context.tcbPool.leave(tcb);
            throw new IllegalStateException(ports.refusal(tcb, localPort));
        }
        context.register(tcb);
        timeWaits.continueFrom(tcb);
        tcb.windowScaling = context.config.windowScaling();
        tcb.ecnAsked = context.config.ecn() == Ecn.ALWAYS;
        tcb.sackPermitted = context.config.selectiveAcknowledgments();
        TcpConnection handle = handles.take(tcb);
        context.counters.add(Counter.ACTIVE_OPENS);
        lifecycle.activeOpen(tcb);
        if (!context.clock.isRunning()) {
            tcb.opensWithNextCycle = true;
            context.clock.owe(tcb);
        }
        tcb.synOwed = true;
        context.wantsOutput(tcb);
        return handle;
    }

    /**
     * A connection that was opened between two duty cycles begins now, with the initial sequence
     * number of this time; nothing of it has been sent.
     *
     * @param lastNs the time of the previous cycle
     */
    void begins(Tcb tcb, long lastNs) {
        if (tcb.state != State.SYN_SENT) {
            return;
        }
        long now = context.nowNs();
        tcb.openedAtNs = now;
        tcb.lastHeardNs = now;
        tcb.rcv.roundBeganNs = now;
        if (!tcb.overTimeWait) {
            tcb.snd.renumber(tcb.snd.iss + context.initialSequence.progress(lastNs, now));
            tcb.timedSeq = tcb.snd.iss;
        }
    }

    static void requirePort(int port, int least) {
        if (port < least || port > 65_535) {
            throw new IllegalArgumentException(
                    "port " + port + " is out of range; choose " + least + " to 65535");
        }
    }
}
