package io.finwait.tcp.internal.input;

import io.finwait.ip.IcmpEcho;
import io.finwait.ip.IcmpError;
import io.finwait.tcp.Counters.Counter;
import io.finwait.tcp.internal.endpoint.TcpEndpoint;
import io.finwait.tcp.internal.tcb.Tcb;
import io.finwait.wire.IpView;
import io.finwait.wire.Seq;

/**
 * What arrives and is no TCP: pings, and ICMP errors about our segments. An error counts only if it
 * quotes a number that is outstanding (RFC 5927 §4.1), and ends nothing that is synchronized: everybody
 * on the way could send one (RFC 5927 §5.2, RFC 5461).
 */
public final class IcmpInput {

    private final TcpEndpoint endpoint;
    private final IcmpEcho echo;
    private final IcmpError error = new IcmpError();

    public IcmpInput(TcpEndpoint endpoint) {
        this.endpoint = endpoint;
        this.echo = new IcmpEcho(endpoint.transport);
    }

    /** Takes a packet that carries no TCP. */
    public void take(IpView ip) {
        switch (echo.answer(ip, endpoint.now)) {
            case ANSWERED -> endpoint.counters.add(Counter.PINGS);
            case NO_ROOM -> endpoint.counters.add(Counter.ANSWERS_WITHOUT_ROOM);
            case NO_PING -> takeError(ip);
        }
    }

    private void takeError(IpView ip) {
        IcmpError.Kind kind = error.parse(ip);
        if (kind == IcmpError.Kind.NONE) {
            endpoint.counters.add(Counter.BAD_PACKETS);
            return;
        }
        Tcb tcb =
                endpoint.find(
                        error.localHigh(),
                        error.localLow(),
                        error.remoteHigh(),
                        error.remoteLow(),
                        error.localPort(),
                        error.remotePort());
        boolean outstanding =
                tcb != null && Seq.inWindow(error.sequence(), tcb.snd.una, tcb.snd.flight());
        if (!outstanding || kind == IcmpError.Kind.IGNORED) {
            endpoint.counters.add(Counter.ICMP_IGNORED);
            return;
        }
        try {
            takeError(tcb, kind);
        } catch (Throwable failure) {
            endpoint.containment.end(tcb, failure);
        }
    }

    private void takeError(Tcb tcb, IcmpError.Kind kind) {
        if (kind == IcmpError.Kind.TOO_BIG) {
            endpoint.pathMtu.tooBig(tcb, error);
        } else if (kind == IcmpError.Kind.HARD && Handshake.isUnderWay(tcb)) {
            endpoint.lifecycle.refused(tcb);
        } else {
            soft(tcb);
        }
    }

    /** Told to the user, and kept as the reason if the connection then times out (F05). */
    private void soft(Tcb tcb) {
        endpoint.counters.add(Counter.ICMP_SOFT_ERRORS);
        tcb.softError = error.message();
        if (tcb.connection != null) {
            tcb.connection.tellSoftError(error.message());
        }
    }
}
