package io.finwait.tcp.internal.input;

import io.finwait.icmp.IcmpEcho;
import io.finwait.icmp.IcmpError;
import io.finwait.spi.Transport;
import io.finwait.tcp.Counters.Counter;
import io.finwait.tcp.internal.close.Lifecycle;
import io.finwait.tcp.internal.context.Context;
import io.finwait.tcp.internal.loss.PathMtu;
import io.finwait.tcp.internal.tcb.Tcb;
import io.finwait.wire.IpView;
import io.finwait.wire.Seq;

/**
 * Arriving packets that are not TCP: pings, and ICMP errors about our segments. An error counts
 * only if it quotes an outstanding sequence number (RFC 5927 §4.1), and never ends a synchronized
 * connection: anybody on the path could send one (RFC 5927 §5.2, RFC 5461).
 */
public final class IcmpInput {

    private final Context context;
    private final Lifecycle lifecycle;
    private final PathMtu pathMtu;
    private final IcmpEcho echo;
    private final IcmpError error = new IcmpError();
    private IcmpError.Kind kind = IcmpError.Kind.NONE;

    public IcmpInput(Context context, Lifecycle lifecycle, PathMtu pathMtu, Transport transport) {
        this.context = context;
        this.lifecycle = lifecycle;
        this.pathMtu = pathMtu;
        this.echo = new IcmpEcho(transport);
    }

    /**
     * Takes a packet that does not carry TCP.
     *
     * @return the connection that an error concerns, for {@link #tell}; else null
     */
    public Tcb take(IpView ip) {
        switch (echo.answer(ip, context.nowNs())) {
            case ANSWERED -> context.counters.add(Counter.PINGS);
            case NO_ROOM -> context.counters.add(Counter.ANSWERS_WITHOUT_ROOM);
            case NO_PING -> {
                return parse(ip);
            }
        }
        return null;
    }

    private Tcb parse(IpView ip) {
        kind = error.parse(ip);
        if (kind == IcmpError.Kind.NONE) {
            context.counters.add(Counter.BAD_PACKETS);
            return null;
        }
        Tcb tcb = context.tcbs.find(error);
        boolean outstanding =
                tcb != null && Seq.inWindow(error.sequence(), tcb.snd.una, tcb.snd.flight());
        if (!outstanding || kind == IcmpError.Kind.IGNORED) {
            context.counters.add(Counter.ICMP_IGNORED);
            return null;
        }
        return tcb;
    }

    /** Applies the error that was taken last to a connection. */
    public void tell(Tcb tcb) {
        if (kind == IcmpError.Kind.TOO_BIG) {
            pathMtu.tooBig(tcb, error);
        } else if (kind == IcmpError.Kind.HARD && tcb.isOpening()) {
            lifecycle.refused(tcb);
        } else {
            soft(tcb);
        }
    }

    /** Tells the user, and keeps the error as the reason if the connection then times out (F05). */
    private void soft(Tcb tcb) {
        context.counters.add(Counter.ICMP_SOFT_ERRORS);
        tcb.softError = error.message();
        if (tcb.connection != null) {
            tcb.connection.tellSoftError(error.message());
        }
    }
}
